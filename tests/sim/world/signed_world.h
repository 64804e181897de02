// A scenario, its world and its traffic, and a look at what a verifier makes of a message in that world.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "fakes/auth/dkim_verify.h"
#include "fakes/dns/resolver.h"
#include "sim/plan/mix.h"
#include "sim/world/message_signer.h"
#include "sim/world/world.h"
#include "tests/sim/world/scenario_text.h"

namespace mailrig::world {

class SignedWorld {
 public:
  // `dkim`: the sender's keys; `mail`: the keys of the only mail kind.
  explicit SignedWorld(const std::string& dkim, const std::string& mail = "{}")
      : scenario(parse_scenario(
            "start: 2026-03-02T08:00:00Z\n"
            "senders: { shop: { domain: shop.example, retry: [1m], expire: 10m, dkim: " +
            dkim + " } }\nreceivers: { outlook: {} }\nlists: { few: { count: 50 } }\nmail: { note: " + mail +
            " }\ntraffic: [ { mail: note, list: few, schedule: { rate: 1/s, count: 50 } } ]\n")),
        world(build_world(scenario, AddressRange::documentation, nobody).value()),
        traffic(plan::Traffic::create(scenario, receiver_domains(scenario)).value()) {}

  plan::PlannedMessage message(std::uint64_t slot) const { return traffic.message(0, slot, scenario.start); }
  MessageSigner signer() const { return MessageSigner(world->sender_keys.of(0)); }

  struct Verdict {
    auth::DkimResult result = auth::DkimResult::none;
    std::vector<std::string> selectors;
  };
  Verdict verify(std::string_view message) const {
    dns::ZoneResolver resolver(world->zones, scenario.start);
    const auth::DkimOutcome outcome = auth::DkimVerifier().verify(message, resolver, scenario.start + expire);
    Verdict verdict{outcome.result(), {}};
    for (const auto& signature : outcome.signatures) verdict.selectors.push_back(signature.selector);
    return verdict;
  }

  static constexpr Duration expire = std::chrono::minutes(10);
  scenario::Scenario scenario;
  std::unique_ptr<World> world;
  plan::Traffic traffic;
};

}  // namespace mailrig::world
