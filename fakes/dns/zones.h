// All DNS data of a world, in memory, and the lookups over it. It answers as an authoritative server and a resolver in
// one: CNAMEs are chased as far as our zones reach, and there are no referrals, since whatever exists is held here.
// What changes with time, differs between regions or fails is in here as well, decided before the run begins.
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
#include "fakes/dns/fault.h"
#include "fakes/dns/record.h"
#include "fakes/dns/rrset_timeline.h"
#include "fakes/dns/zone_node.h"

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

// Where a question is answered from: what a signature, or the proof that there is nothing, has to say about it.
struct Place {
  std::string apex;         // of the zone that answers
  std::string encloser;     // the longest name that exists: the one asked for, or an ancestor of it
  std::string source;       // the name asked for, or the wildcard that stands in for it; of no meaning unless `found`
  bool found = false;       // false: the name does not exist
  std::vector<Type> types;  // of `source`, sorted, as that zone sees them; empty for an empty non-terminal
  std::uint32_t denial_ttl_s = 0;
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

  // Replaces or removes an RRset at an instant, gives it several sets in turn, or other ones in a region; may be called
  // in any order of time, and before or after add(), whose records are what holds before every change. A name that has
  // no record of any type at some moment, and nothing below it, does not exist then. Whenever something changes, the
  // serial of the zone rises (RFC 1982), as seen from each region. Errors as for add(); nothing else of a SOA changes.
  Result<void> schedule(RrsetChange change);

  // Several faults on one question add up: delays and truncation in any case, and the first that has no answer.
  Result<void> add_fault(Fault fault);

  // As seen at `now` by a resolver in `region`; "" is a resolver of no particular place.
  Answer lookup(Instant now, const Question& question, std::string_view region = {}) const;
  // Until when every question has the answer, and the cost, that it has at `now`, in whichever region; not after `now`:
  // something is changing, and this does not say what. For whoever keeps answers: nobody need ask again before.
  Instant steady_until(Instant now) const;
  // Another one after every change; zones of the same version are copies of one another.
  std::uint64_t version() const { return version_; }
  // Whether a zone encloses the name, which need not exist.
  bool encloses(std::string_view name) const { return zone_of(name) != nullptr; }
  // The apex of that zone; names are canonical. Nothing outside every zone.
  std::optional<std::string> apex_of(std::string_view name) const;
  // The same for a question, as seen at `now` from no particular place; its name is canonical.
  std::optional<Place> place_of(Instant now, const Question& question) const;

 private:
  using Node = ZoneNode;

  struct NameHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view name) const { return stable_hash(name); }
  };

  const Node* find(std::string_view name) const;
  Node& make(std::string_view name);
  // The apex of the zone that encloses the name; null outside every zone.
  const Node* zone_of(std::string_view name) const;
  // The same for a question: what delegates a zone belongs to the one above it, as far as there is one.
  const Node* zone_of(const Question& question) const;
  const Node* zone_above(std::string_view name) const;
  // The node that answers for the name: its own, or a wildcard's; null when there is none.
  const Node* node_for(std::string_view name, const View& view) const;
  const Node* wildcard_below(std::string_view encloser) const;
  // The longest ancestor of the name that exists; the root exists wherever there is anything.
  std::string_view encloser_of(std::string_view name, const View& view) const;
  void append_matches(Answer& answer, const Node& node, const Question& question, const View& view) const;
  // True when the answer is complete: a fault took the place of the zones.
  bool suffer_faults(Answer& answer, const Question& question, const View& view) const;

  Settings settings_;
  // Looked up, never iterated.
  std::unordered_map<std::string, Node, NameHash, std::equal_to<>> nodes_;
  std::vector<Fault> faults_;
  // When anything changes, anywhere.
  struct Unsteady {
    Instant from{};
    Instant until{};  // the same: at once
  };
  std::vector<Unsteady> changes_;
  std::uint64_t version_ = 0;

  void count_version();
};

}  // namespace mailrig::dns
