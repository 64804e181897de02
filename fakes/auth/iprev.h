// Does a client's address have a name that leads back to it: the "iprev" method of RFC 8601 §3, which mail people call
// FCrDNS. Pure but for the resolver.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "fakes/base/ip_address.h"
#include "fakes/dns/resolver.h"

namespace mailrig::auth {

// RFC 8601 §2.7.3: `fail` when no name leads back, `permerror` when there is no name at all.
enum class IprevOutcome : std::uint8_t { pass, fail, temperror, permerror };
std::string_view to_string(IprevOutcome outcome);

struct IprevResult {
  IprevOutcome result = IprevOutcome::permerror;
  std::string name;  // that was confirmed; empty: none was
};

// Looks at the first ten names.
IprevResult check_iprev(dns::Resolver& resolver, const IpAddress& client_ip);

}  // namespace mailrig::auth
