// All zones, receivers and senders of one run, made from a scenario. The same world serves both runtimes.
// Zones and hosts do not change once built; receivers do, under the drivers' rules (receiver.h).
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "fakes/base/result.h"
#include "fakes/dns/dnssec_signer.h"
#include "fakes/dns/zones.h"
#include "fakes/receiver/receiver.h"
#include "sim/measure/ledger.h"
#include "sim/plan/recipients.h"
#include "sim/scenario/scenario.h"
#include "sim/world/door.h"
#include "sim/world/sender_keys.h"

namespace mailrig::world {

struct MxHost {
  std::uint32_t receiver = 0;  // index into World::receivers
  std::string name;
  IpAddress address;  // the world's; port 25
};

// Where the fakes live, in the world's terms.
enum class AddressRange : std::uint8_t {
  documentation,  // 198.51.100.0/24 and 203.0.113.0/24 (RFC 5737): for runs, where drivers map them to sockets
  loopback,       // 127.26.0.0/16: for `serve`, where somebody's own sender connects to what DNS says
};

// What a receiver's mail comes over; virtual time only.
struct Wire {
  Duration latency{};              // one way
  std::uint64_t octets_per_s = 0;  // of a connection; 0: no limit
};

struct World {
  dns::Zones zones;
  std::unique_ptr<dns::DnssecSigner> dnssec;  // of `zones`; null where the scenario signs none
  SenderKeys sender_keys;
  // The doors of the forwarders, which their receivers tell what they take.
  Doors doors;
  // The scenario's receivers in its order; behind them the receiving sides of its forwarders, and one that takes the
  // bounces of each sender domain.
  std::vector<std::unique_ptr<receiver::Receiver>> receivers;
  std::vector<MxHost> hosts;
  std::map<IpAddress, std::uint32_t> host_at;  // address → index into hosts
  std::vector<Wire> wires;                     // per receiver

  const MxHost* host(const IpAddress& address) const {
    const auto found = host_at.find(address);
    return found == host_at.end() ? nullptr : &hosts[found->second];
  }
};

// Who is told what a receiver sees, by its index in World::receivers; null: nobody. Observers outlive the world.
using ObserverSource = std::function<receiver::Observer*(std::uint32_t receiver)>;

// Errors are the scenario's faults: zone text that does not parse, two receivers that claim one domain, a DKIM key
// that cannot be used.
// `with_probe`: behind all others stands a receiver that takes the probe (probe.h).
Result<std::unique_ptr<World>> build_world(const scenario::Scenario& scenario, AddressRange range,
                                           const ObserverSource& observers, bool with_probe = false);

// Who is in the world, in the words of its ledger: its receivers and forwarders, and the kinds of mail.
measure::LedgerConfig ledger_config(const scenario::Scenario& scenario);

// How many of World::receivers, from the first, are the ledger's to observe: the receivers and the forwarders.
std::size_t observed_parties(const scenario::Scenario& scenario);

// Which domains each receiver serves, and behind them each forwarder, in the scenario's order.
plan::ReceiverDomains receiver_domains(const scenario::Scenario& scenario);

}  // namespace mailrig::world
