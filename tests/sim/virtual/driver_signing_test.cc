// In virtual time, too, receivers look into messages that were really signed.
#include <map>
#include <set>

#include "fakes/auth/dkim_verify.h"
#include "fakes/dns/resolver.h"
#include "sim/measure/snapshot.h"
#include "sim/virtual/driver.h"
#include "tests/sim/world/scenario_text.h"

namespace mailrig::virtual_time {
namespace {

using auth::DkimResult;
using testing::ElementsAre;
using testing::Pair;

// Verifies what receivers store, once per content key.
class Verifying final : public receiver::Observer {
 public:
  void session_opened(Instant, const policy::Session&) override {}
  void session_refused(const receiver::RefusedSession&) override {}
  void recipient_verdict(const receiver::RecipientVerdict&) override {}
  void session_closed(Instant, const policy::Session&) override {}
  void stored(Instant now, const policy::Session&, std::string_view, const policy::MessageFacts& message,
              bool) override {
    EXPECT_NE(message.content_key, 0U);
    std::string& known = by_key_[message.content_key];
    if (known.empty()) {
      dns::ZoneResolver resolver(*zones, now);
      const auto outcome = auth::DkimVerifier().verify(message.content, resolver, now);
      known = to_string(outcome.result());
      for (const auto& signature : outcome.signatures) known += " " + signature.selector;
    }
    ++stored_[known];
  }

  const dns::Zones* zones = nullptr;
  std::map<std::string, int> stored_;            // verdict and selectors → messages
  std::map<std::uint64_t, std::string> by_key_;  // content key → verdict and selectors
};

Verifying simulate_signed(const std::string& dkim, const std::string& mail) {
  const auto scenario = world::parse_scenario(
      "senders: { shop: { domain: shop.example, retry: [1m], expire: 20m, dkim: " + dkim +
      " } }\nmail: { note: " + mail +
      " }\nreceivers: { postgrey-site: { greylist: { delay: 1m } } }\nlists: { few: { count: 40 } }\n"
      "traffic: [ { mail: note, list: few, schedule: { rate: 1/s, count: 40 } } ]\n");
  const auto traffic = plan::Traffic::create(scenario, world::receiver_domains(scenario)).value();
  measure::Ledger ledger({.start = scenario.start, .receivers = {"postgrey-site"}, .streams = {{"note", {}}}}, nullptr);
  Verifying verifying;
  const auto world =
      world::build_world(scenario, world::AddressRange::documentation,
                         [&](std::uint32_t index) -> receiver::Observer* { return index == 0 ? &verifying : nullptr; });
  verifying.zones = &(*world)->zones;
  run(scenario, **world, traffic, ledger, {});
  return verifying;
}

// All are greylisted first, and go out when the old key no longer signs; they carry what they were submitted with.
TEST(VirtualSigning, KeysRotateUnderLoadAndEveryMessagePasses) {
  const auto seen = simulate_signed(
      "[{selector: old, algorithm: ed25519-sha256, until: 20s}, {selector: new, algorithm: ed25519-sha256, from: 20s}]",
      "{}");
  EXPECT_THAT(seen.stored_, ElementsAre(Pair("pass new", 20), Pair("pass old", 20)));
  EXPECT_EQ(seen.by_key_.size(), 2U);
}

TEST(VirtualSigning, WithoutAKeyInForceMailGoesUnsigned) {
  const auto seen = simulate_signed("[{selector: s, algorithm: ed25519-sha256, from: 10s, until: 30s}]", "{}");
  EXPECT_THAT(seen.stored_, ElementsAre(Pair("none", 20), Pair("pass s", 20)));
}

TEST(VirtualSigning, AnUnpublishedKeyIsNoUse) {
  const auto seen = simulate_signed("[{selector: s, algorithm: ed25519-sha256, publish: false}]", "{}");
  EXPECT_THAT(seen.stored_, ElementsAre(Pair("permerror s", 40)));
}

TEST(VirtualSigning, AChangedOctetFails) {
  EXPECT_THAT(simulate_signed("[{selector: s, bits: 1024}]", "{ tamper: body }").stored_,
              ElementsAre(Pair("fail s", 40)));
  EXPECT_THAT(simulate_signed("[{selector: s, bits: 1024}]", "{ tamper: header }").stored_,
              ElementsAre(Pair("fail s", 40)));
}

}  // namespace
}  // namespace mailrig::virtual_time
