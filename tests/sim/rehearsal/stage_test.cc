#include "sim/rehearsal/stage.h"

#include <gmock/gmock.h>

#include "tests/sim/rehearsal/profiles.h"

namespace mailrig::rehearsal {
namespace {

using namespace std::chrono_literals;
using policy::Phase;
using ::testing::HasSubstr;
using ::testing::StartsWith;

class StageTest : public ::testing::Test {
 protected:
  // A provider that takes everything, changed as given.
  Stage& stage(const std::string& changes = {}) {
    stage_ = std::make_unique<Stage>(plain_profile(changes));
    return *stage_;
  }
  static Client client(const std::string& to = "jane@isp.example") {
    Client made;
    made.recipients = {to};
    return made;
  }
  // What was heard last in a phase.
  static std::string said(const std::vector<Heard>& heard, Phase phase) {
    std::string text = "nothing";
    for (const Heard& one : heard) {
      if (one.reply != nullptr && one.phase == phase) text = one.text;
    }
    return text;
  }

  std::unique_ptr<Stage> stage_;
};

TEST_F(StageTest, AWholeConnectionIsHeardReplyByReply) {
  const auto heard = stage().talk(client());
  EXPECT_THAT(said(heard, Phase::connect), StartsWith("220 "));
  EXPECT_THAT(said(heard, Phase::helo), StartsWith("250-"));
  EXPECT_THAT(said(heard, Phase::mail), StartsWith("250 "));
  EXPECT_THAT(said(heard, Phase::rcpt), StartsWith("250 "));
  EXPECT_THAT(said(heard, Phase::data), StartsWith("250 "));
  EXPECT_THAT(heard.back().text, StartsWith("221")) << "QUIT";
}

TEST_F(StageTest, RefusalsAreHeardAsTheReceiverWordsThem) {
  const auto heard =
      stage("replies: { unknown_user: '550 5.1.1 <{rcpt}> nobody' }\n").talk(client("j+unknown@isp.example"));
  EXPECT_EQ(said(heard, Phase::rcpt), "550 5.1.1 <j+unknown@isp.example> nobody\r\n");
  EXPECT_EQ(said(heard, Phase::data), "nothing") << "no recipient, no DATA";
}

TEST_F(StageTest, SeveralTransactionsShareAConnection) {
  stage("limits: { messages_per_connection: 2 }\n");
  EXPECT_THAT(said(stage_->talk(client(), 2), Phase::mail), StartsWith("250"));
  EXPECT_THAT(said(stage_->talk(client(), 3), Phase::mail), StartsWith("4"));
}

TEST_F(StageTest, WhatIsHeldStaysOpen) {
  stage("limits: { connections_per_ip: 2 }\n");
  stage_->talk(client());
  EXPECT_THAT(said(stage_->hold(client()), Phase::connect), StartsWith("220")) << "the one before was closed";
  EXPECT_THAT(said(stage_->hold(client()), Phase::connect), StartsWith("220"));
  EXPECT_THAT(said(stage_->talk(client()), Phase::connect), StartsWith("4"));
}

TEST_F(StageTest, ReceiversHaveEnoughOfBabble) {
  const auto heard =
      stage("limits: { errors_per_session: 5 }\nreplies: { protocol_abuse: '421 enough' }\n").babble(client());
  ASSERT_FALSE(heard.empty());
  EXPECT_THAT(heard.back().text, HasSubstr("421 enough"));
  EXPECT_EQ(heard.back().reply, nullptr) << "the byte engine said it";
}

TEST_F(StageTest, AndOfSilence) {
  const auto heard =
      stage("limits: { command_timeout: 5m }\nreplies: { timeout: '421 too slow' }\n").stay_silent(client());
  ASSERT_FALSE(heard.empty());
  EXPECT_EQ(heard.back().text, "421 too slow\r\n");
}

TEST_F(StageTest, TimePassesWhenItIsTold) {
  const Instant before = stage().now();
  stage_->pass(3h);
  EXPECT_EQ(stage_->now(), before + 3h);
}

TEST_F(StageTest, AnotherClientUsesNoTls) {
  stage("tls: { required: true }\n");
  EXPECT_THAT(said(stage_->talk(client()), Phase::mail), StartsWith("250"));
  Client plain = client();
  plain.tls = false;
  EXPECT_THAT(said(stage_->talk(plain), Phase::mail), StartsWith("530"));
}

// One thing is wrong with each of the shop's neighbours, and nothing with the shop.
TEST_F(StageTest, TheShopsMailIsInOrder) {
  stage(R"(
network: { no_ptr: reject }
syntax: { message_id: reject, from: reject, malformed: reject }
auth_policy: { spf_fail: reject, spf_softfail: reject, spf_none: reject, dkim_none: reject, no_auth: reject, helo_must_resolve: true }
)");
  EXPECT_THAT(said(stage_->talk(client()), Phase::data), StartsWith("250"));
}

TEST_F(StageTest, AStrangersAddressMayNotSendForTheShop) {
  stage("auth_policy: { spf_fail: reject }\n");
  Client stranger = client();
  stranger.ip = stranger_ip;
  EXPECT_THAT(said(stage_->talk(stranger), Phase::mail), StartsWith("5"));
}

TEST_F(StageTest, ANamelessAddressHasNoNameAndTheStrangersHasOne) {
  stage("network: { no_ptr: reject }\n");
  Client nameless = client();
  nameless.ip = nameless_ip;
  EXPECT_THAT(said(stage_->talk(nameless), Phase::connect), StartsWith("5"));
  nameless.ip = stranger_ip;
  EXPECT_THAT(said(stage_->talk(nameless), Phase::connect), StartsWith("220"));
}

TEST_F(StageTest, ATamperedMessageBreaksItsSignature) {
  stage("auth_policy: { dkim_fail: reject }\n");
  Client tampered = client();
  EXPECT_THAT(said(stage_->talk(tampered), Phase::data), StartsWith("250"));
  tampered.tampered = true;
  EXPECT_THAT(said(stage_->talk(tampered), Phase::data), StartsWith("5"));
}

}  // namespace
}  // namespace mailrig::rehearsal
