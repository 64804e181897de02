// SPF records as they are published (RFC 7208 §3, §4.5, §4.6, §12): which text is one, and what its terms are.
// Pure functions; what they return points into the text of the record.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "fakes/base/ip_address.h"
#include "fakes/base/result.h"

namespace mailrig::auth {

// RFC 7208 §4.5: "v=spf1", in any case, and then a space or nothing.
bool is_spf_record(std::string_view text);

enum class SpfQualifier : std::uint8_t { pass, fail, softfail, neutral };  // + - ~ ?

enum class SpfMechanism : std::uint8_t { all, include, a, mx, ptr, ip4, ip6, exists };

struct SpfDirective {
  std::string_view text;  // as written, the qualifier included
  SpfQualifier qualifier = SpfQualifier::pass;
  SpfMechanism mechanism = SpfMechanism::all;
  std::string_view domain_spec;  // empty: the domain of the record
  IpAddress network;             // of ip4 and ip6
  int ip4_prefix = 32;           // of ip4, a and mx
  int ip6_prefix = 128;          // of ip6, a and mx

  // RFC 7208 §4.6.4: the terms that count.
  bool asks_dns() const;
};

struct SpfModifier {
  std::string_view text;   // as written; empty when the record has no such modifier
  std::string_view value;  // behind the '='
};

struct SpfRecord {
  std::vector<SpfDirective> directives;
  SpfModifier redirect;
  SpfModifier explanation;
  std::vector<SpfModifier> others;  // unknown names: without effect, but they must be well-formed
};

// An error says what is wrong with which term; the whole record is void then (§4.6).
Result<SpfRecord> parse_spf_record(std::string_view text);

// Whether the address lies in the network of so many bits; families never match each other.
bool spf_network_holds(const IpAddress& network, int prefix, const IpAddress& ip);

}  // namespace mailrig::auth
