// Questions, records and answers as values. Names are canonical (fakes/dns/name.h); rdata is typed for what mail needs,
// and everything else is carried through as bytes. Value types, safe to share.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "fakes/base/instant.h"
#include "fakes/base/ip_address.h"

namespace mailrig::dns {

// The values are those of the IANA registry; a type without a name here is carried by its number.
enum class Type : std::uint16_t {
  a = 1,
  ns = 2,
  cname = 5,
  soa = 6,
  ptr = 12,
  mx = 15,
  txt = 16,
  aaaa = 28,
  ds = 43,
  rrsig = 46,
  nsec = 47,
  dnskey = 48,
  any = 255
};

// "MX"; "TYPE65" where we have no name for it (RFC 3597 §5).
std::string to_string(Type type);

// RFC 1035 §4.1.1; badvers is the extended code of RFC 6891 §9.
enum class Rcode : std::uint16_t {
  noerror = 0,
  formerr = 1,
  servfail = 2,
  nxdomain = 3,
  notimp = 4,
  refused = 5,
  badvers = 16
};

// "NXDOMAIN", the spelling of dig; "RCODE11" where we have no name for it.
std::string to_string(Rcode rcode);

struct Question {
  std::string name;
  Type type = Type::a;
  friend bool operator==(const Question&, const Question&) = default;
};

// The name that an NS, CNAME or PTR record points to.
struct Target {
  std::string name;
  friend bool operator==(const Target&, const Target&) = default;
};

struct Mx {
  std::uint16_t preference = 0;
  std::string exchange;  // "" is the null MX of RFC 7505
  friend bool operator==(const Mx&, const Mx&) = default;
};

struct Txt {
  std::vector<std::string> strings;  // each at most 255 bytes

  // Splits a text of any length into strings that fit.
  static Txt of(std::string_view text);
  // The strings glued without a separator, as SPF (RFC 7208 §3.3) and DKIM (RFC 6376 §3.6.2.2) read them.
  std::string joined() const;
  friend bool operator==(const Txt&, const Txt&) = default;
};

// Without values given, one that is usual for a small zone (RFC 1912 §2.2, RFC 2308 §5).
struct Soa {
  std::string mname;
  std::string rname;
  std::uint32_t serial = 1;
  std::uint32_t refresh_s = 3600;
  std::uint32_t retry_s = 600;
  std::uint32_t expire_s = 604800;
  std::uint32_t minimum_s = 300;
  friend bool operator==(const Soa&, const Soa&) = default;
};

// Rdata of a type that we do not interpret, in wire format.
struct Opaque {
  std::string bytes;
  friend bool operator==(const Opaque&, const Opaque&) = default;
};

// A and AAAA hold an IpAddress; NS, CNAME and PTR a Target; those of DNSSEC, and types without a name in `Type`, an
// Opaque.
using Data = std::variant<IpAddress, Target, Mx, Txt, Soa, Opaque>;

struct Record {
  std::string name;
  Type type = Type::a;
  std::uint32_t ttl_s = default_ttl_s;
  Data data;

  static constexpr std::uint32_t default_ttl_s = 3600;

  // A or AAAA, as the address is.
  static Record address(std::string name, const IpAddress& ip, std::uint32_t ttl_s = default_ttl_s);
  static Record mx(std::string name, std::uint16_t preference, std::string exchange,
                   std::uint32_t ttl_s = default_ttl_s);
  static Record txt(std::string name, std::string_view text, std::uint32_t ttl_s = default_ttl_s);
  static Record cname(std::string name, std::string target, std::uint32_t ttl_s = default_ttl_s);
  static Record ptr(std::string name, std::string target, std::uint32_t ttl_s = default_ttl_s);
  static Record ns(std::string name, std::string host, std::uint32_t ttl_s = default_ttl_s);
  static Record soa(std::string name, Soa soa, std::uint32_t ttl_s = default_ttl_s);

  friend bool operator==(const Record&, const Record&) = default;
};

// What somebody who validates thinks of the signatures of a signed zone (RFC 4035 §5).
enum class Signatures : std::uint8_t {
  good,
  bogus,   // they fit neither the data nor the key
  expired  // they were good once
};

struct Answer {
  Rcode rcode = Rcode::noerror;
  std::vector<Record> answers;               // the CNAME chain first, then what was asked for
  std::vector<Record> authority;             // the SOA, when the answer is negative (RFC 2308 §2)
  Duration cost{};                           // how long the driver shall delay, in model time
  bool timed_out = false;                    // nobody answered; rcode is servfail then
  bool truncated_over_udp = false;           // the server says TC whatever the size; `answers` is what TCP brings
  Signatures signatures = Signatures::good;  // of what comes from signed zones, once a DnssecSigner has signed it
  bool authentic = false;                    // all of it is signed well, from the root on: AD may say so

  // What the answer holds, in its order; empty for negative answers.
  std::vector<IpAddress> addresses() const;
  std::vector<Mx> mail_exchangers() const;
  std::vector<std::string> texts() const;
  std::vector<std::string> targets(Type type) const;  // of the NS, CNAME or PTR records

  bool holds(Type type) const;
  // The server failed to say yes or no: ask again later. NXDOMAIN and "no such data" are answers.
  bool temporary() const { return rcode != Rcode::noerror && rcode != Rcode::nxdomain; }
  // How long the answer may be kept: the smallest TTL in it; for a negative one min(SOA TTL, minimum), RFC 2308 §5;
  // 0 when it must not be kept.
  std::uint32_t ttl_s() const;
};

}  // namespace mailrig::dns
