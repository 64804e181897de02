// A network namespace that holds nothing but a loopback device. Linux; root of the user namespace. Main thread only,
// before any other exists.
#pragma once

#include <vector>

#include "fakes/base/ip_address.h"
#include "fakes/base/result.h"

namespace mailrig::rig {

// Leaves the machine's network for one that has only a loopback device: the /24 networks and the single addresses
// (IPv4) are local there.
Result<void> enter_own_network(const std::vector<IpAddress>& networks, const std::vector<IpAddress>& addresses);

// Fails when there is any interface but loopback devices, naming it.
Result<void> check_only_loopback();

}  // namespace mailrig::rig
