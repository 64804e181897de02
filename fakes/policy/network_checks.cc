#include "fakes/policy/network_checks.h"

#include <algorithm>

namespace mailrig::policy {
namespace {

bool any_has(const std::vector<IpNetwork>& networks, const IpAddress& client) {
  return std::any_of(networks.begin(), networks.end(),
                     [&client](const IpNetwork& network) { return network.contains(client); });
}

}  // namespace

AuthAction judge_reverse_name(const NetworkSettings& settings, const NetworkFacts& found) {
  switch (found.iprev) {
    case auth::IprevOutcome::pass:
      return AuthAction::accept;
    case auth::IprevOutcome::temperror:
      return settings.no_ptr == AuthAction::reject ? AuthAction::tempfail : settings.no_ptr;
    case auth::IprevOutcome::fail:
    case auth::IprevOutcome::permerror:
      break;
  }
  return settings.no_ptr;
}

AuthAction judge_listing(AuthAction when_listed, const ListingFacts& found) {
  return found.status == Listing::listed ? when_listed : AuthAction::accept;
}

AuthAction judge_region(const NetworkSettings& settings, const IpAddress& client) {
  return any_has(settings.blocked, client) ? AuthAction::reject : AuthAction::accept;
}

AuthAction judge_allow_list(const NetworkSettings& settings, const IpAddress& client) {
  return settings.allow_list && !any_has(settings.allowed, client) ? AuthAction::reject : AuthAction::accept;
}

}  // namespace mailrig::policy
