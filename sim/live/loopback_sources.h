// Which loopback addresses stand for the addresses that a scenario's parties send from, where these do not exist.
// Pure functions.
#pragma once

#include <utility>
#include <vector>

#include "fakes/base/ip_address.h"
#include "sim/scenario/scenario.h"
#include "sim/world/world.h"

namespace mailrig::live {

// Real address → whom the fakes judge, as in FakeInternetOptions.
using SourceMap = std::vector<std::pair<IpAddress, IpAddress>>;

// `map`, and behind it an entry for each address. 198.18.2.10 becomes 127.18.2.10: the whole of 127.0.0.0/8 is ours
// without asking, and the last three octets keep addresses apart and recognisable. Where two would coincide, or the
// address is IPv6, the next free one is taken.
SourceMap sources_of_senders(const scenario::Scenario& scenario, SourceMap map);
SourceMap sources_of_forwarders(const scenario::Scenario& scenario, SourceMap map);
// Receivers send from where their MX hosts are.
SourceMap sources_of_receivers(const world::World& world, SourceMap map);

// Where hosts have addresses of their own, so have senders; elsewhere forwarders send from loopback, whoever sends.
bool lives_on_loopback(const world::World& world);

}  // namespace mailrig::live
