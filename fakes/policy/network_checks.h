// What a client's address alone leads to: its name in the reverse zone, block lists, networks that are shut out, and
// networks that must have been let in by hand. Pure functions of facts, for FactCheck. Thread-safe.
#pragma once

#include <vector>

#include "fakes/base/ip_network.h"
#include "fakes/policy/auth_action.h"

namespace mailrig::policy {

struct NetworkSettings {
  AuthAction no_ptr = AuthAction::accept;        // no name in the DNS that leads back to the address
  AuthAction dnsbl_action = AuthAction::reject;  // a list has the address
  bool allow_list = false;                       // whoever is not in `allowed` is turned away
  std::vector<IpNetwork> allowed;
  std::vector<IpNetwork> blocked;  // regions that are shut out
};

// RFC 8601 §3 "iprev". What the DNS did not say is never a reason to refuse for good.
AuthAction judge_reverse_name(const NetworkSettings& settings, const NetworkFacts& found);
AuthAction judge_listing(AuthAction when_listed, const ListingFacts& found);
AuthAction judge_region(const NetworkSettings& settings, const IpAddress& client);
AuthAction judge_allow_list(const NetworkSettings& settings, const IpAddress& client);

}  // namespace mailrig::policy
