// All DNS data of a world, in memory, and the lookups over it. It answers as an authoritative server and a resolver in
// one: CNAMEs are chased as far as our zones reach, and there are no referrals, since whatever exists is held here.
//
// Thread rule: a plain value. Lookups are const and may run on many threads while nobody changes it.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "fakes/base/instant.h"
#include "fakes/base/ip_address.h"
#include "fakes/base/result.h"
#include "fakes/base/stable_hash.h"
#include "fakes/dns/record.h"

namespace mailrig::dns {

enum class AnyAnswer {
  all,     // every record of the name
  minimal  // one RRset of the name (RFC 8482 §4.1)
};

struct ZonesSettings {
  Rcode outside = Rcode::refused;  // for names outside every zone: refused, as a server; nxdomain, as the whole world
  AnyAnswer any = AnyAnswer::all;
  Duration cost{};  // of every lookup
};

class Zones {
 public:
  using Settings = ZonesSettings;

  explicit Zones(Settings settings = {}) : settings_(settings) {}

  // Starts a zone (or replaces its SOA). An empty mname or rname becomes ns.<apex> and hostmaster.<apex>. Names below
  // the apex belong to it from now on.
  Result<void> add_zone(std::string_view apex, Soa soa = {});

  // Adds one record to the zone that encloses its name; a SOA starts a zone. What is there already is not doubled
  // (RFC 2181 §5), a SOA is replaced. An error when a name is no domain name, no zone encloses it, or the name has
  // another CNAME already. Other data beside a CNAME is accepted, since real zones have it: the CNAME wins.
  Result<void> add(Record record);

  // Adds a master file (RFC 1035 §5). `origin` completes relative names and gets a default SOA unless the text has one
  // at that name. Origin "" is the root: then the text is a whole world of its own. Nothing is added when there is an
  // error.
  Result<void> add_zone_text(std::string_view text, const std::string& file_name, std::string_view origin);

  // Zones in-addr.arpa and ip6.arpa, so that an address without a PTR is NXDOMAIN.
  void add_reverse_zones();

  // The PTR of an address, with its reverse zone where there is none.
  Result<void> add_ptr(const IpAddress& ip, std::string_view name, std::uint32_t ttl_s = Record::default_ttl_s);

  Answer lookup(Instant now, const Question& question) const;
  // Whether a zone encloses the name, which need not exist.
  bool encloses(std::string_view name) const { return zone_of(name) != nullptr; }

 private:
  // A node without records is an empty non-terminal (RFC 8020): the name exists because something below it does.
  struct Node {
    std::vector<Record> records;  // in the order of adding, which is the order of answers

    const Record* first(Type type) const;
  };

  struct NameHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view name) const { return stable_hash(name); }
  };

  const Node* find(std::string_view name) const;
  Node& make(std::string_view name);
  // The SOA record of the zone that encloses the name; null outside every zone.
  const Record* zone_of(std::string_view name) const;
  const Node* wildcard_for(std::string_view name) const;
  void append_matches(Answer& answer, const Node& node, const Question& question) const;

  Settings settings_;
  // Looked up, never iterated.
  std::unordered_map<std::string, Node, NameHash, std::equal_to<>> nodes_;
};

}  // namespace mailrig::dns
