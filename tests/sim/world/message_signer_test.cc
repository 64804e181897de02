#include "sim/world/message_signer.h"

#include "tests/sim/world/signed_world.h"

namespace mailrig::world {
namespace {

using auth::DkimResult;
using std::chrono::minutes;
using std::chrono::nanoseconds;
using testing::ElementsAre;

const std::string letter = "From: a@shop.example\r\nSubject: x\r\n\r\nHello\r\n";
const std::string rotating =
    "[{selector: old, algorithm: ed25519-sha256, until: 5m}, {selector: new, algorithm: ed25519-sha256, from: 4m}]";

TEST(MessageSigner, WithoutKeysNothingIsSigned) {
  MessageSigner signer;
  EXPECT_EQ(signer.sign(letter, Instant{}), "");
  EXPECT_EQ(signer.keys_in_force(Instant{}), 0U);
}

TEST(MessageSigner, TimePicksTheKeys) {
  const SignedWorld world(rotating);
  MessageSigner signer = world.signer();
  const Instant start = world.scenario.start;
  const auto selectors = [&](Instant now) { return world.verify(signer.sign(letter, now) + letter).selectors; };
  EXPECT_THAT(selectors(start), ElementsAre("old"));
  EXPECT_THAT(selectors(start + minutes(4) - nanoseconds(1)), ElementsAre("old"));
  EXPECT_THAT(selectors(start + minutes(4)), ElementsAre("old", "new"));
  EXPECT_THAT(selectors(start + minutes(5)), ElementsAre("new"));
  EXPECT_EQ(signer.sign(letter, start - nanoseconds(1)), "");
}

TEST(MessageSigner, EverySignatureIsGoodByItself) {
  const SignedWorld world(rotating);
  MessageSigner signer = world.signer();
  const std::string both = signer.sign(letter, world.scenario.start + minutes(4));
  EXPECT_EQ(world.verify(both + letter).result, DkimResult::pass);
  const std::string second = both.substr(both.rfind("DKIM-Signature:"));
  EXPECT_EQ(world.verify(second + letter).result, DkimResult::pass);
}

TEST(MessageSigner, SetsOfKeysHaveNames) {
  const SignedWorld world(rotating);
  const MessageSigner signer = world.signer();
  const Instant start = world.scenario.start;
  const std::uint64_t old_one = signer.keys_in_force(start);
  const std::uint64_t both = signer.keys_in_force(start + minutes(4));
  const std::uint64_t new_one = signer.keys_in_force(start + minutes(5));
  EXPECT_EQ(old_one, signer.keys_in_force(start + minutes(3)));
  EXPECT_NE(old_one, both);
  EXPECT_NE(old_one, new_one);
  EXPECT_NE(both, new_one);
  EXPECT_EQ(signer.keys_in_force(start - nanoseconds(1)), 0U);
}

}  // namespace
}  // namespace mailrig::world
