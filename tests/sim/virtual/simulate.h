// Plays a scenario from a text in virtual time.
#pragma once

#include <memory>
#include <string>

#include "sim/measure/snapshot.h"
#include "sim/virtual/driver.h"
#include "sim/world/bounce_log.h"
#include "tests/sim/world/scenario_text.h"

namespace mailrig::virtual_time {

struct Outcome {
  std::shared_ptr<const measure::Ledger::Snapshot> snapshot;
  Duration took{};
};

inline Outcome simulate(const std::string& yaml) {
  const auto scenario = world::parse_scenario(yaml);
  const auto traffic = plan::Traffic::create(scenario, world::receiver_domains(scenario)).value();
  measure::LedgerConfig config{.start = scenario.start, .receivers = {}, .streams = {}};
  for (const auto& receiver : scenario.receivers) config.receivers.push_back(receiver.name);
  for (const auto& forwarder : scenario.forwarders) config.forwarders.push_back({forwarder.name, forwarder.to_index});
  for (const auto& mail : scenario.mail) config.streams.push_back({mail.name, mail.deadline});
  measure::Ledger ledger(config, nullptr);
  world::BounceLog bounces(ledger);
  world::Readership readership(scenario, ledger);
  const auto world =
      world::build_world(scenario, world::AddressRange::documentation, [&](std::uint32_t index) -> receiver::Observer* {
        if (index >= world::observed_parties(scenario)) return &bounces;
        return readership.in_front_of(index, &ledger.observer(index));
      });
  const Instant ended = run(scenario, *world.value(), traffic, ledger, {.readership = &readership});
  return {ledger.snapshot(ended, true), ended - scenario.start};
}

}  // namespace mailrig::virtual_time
