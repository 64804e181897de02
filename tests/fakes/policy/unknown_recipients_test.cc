#include "fakes/policy/unknown_recipients.h"

#include <gtest/gtest.h>

#include "tests/fakes/policy/fixture.h"

namespace mailrig::policy {
namespace {

using namespace testing;

const ReplyTemplate harvesting = reply(Event::rate_limited);

class UnknownRecipientsTest : public ::testing::Test {
 protected:
  // Shut out after three unknown recipients that are half of all or more.
  UnknownRecipientsTest() {
    rule_.window = {.scope = RateScope::unknown_rcpts, .count = 3, .window = 1h, .block = 2h, .share_ppm = 500'000};
    rule_.over_limit = {&harvesting, Phase::mail};
  }

  void miss(int times, Instant now = start, std::string_view ip = "198.18.2.10") {
    for (int i = 0; i < times; ++i) policy().unknown_recipient(now, session_from(ip), recipient("nobody@isp.example"));
  }
  void hit(int copies, Instant now = start, std::string_view ip = "198.18.2.10") {
    Session session = session_from(ip);
    for (int i = 0; i < copies; ++i) session.recipients.push_back(recipient("jane@isp.example"));
    policy().accepted(now, session, {});
  }
  bool refused(Instant now = start, std::string_view ip = "198.18.2.10") {
    return policy().mail(now, session_from(ip), {}).has_value();
  }
  UnknownRecipients& policy() {
    if (!policy_) policy_.emplace(rule_, &conditions_);
    return *policy_;
  }

  Conditions conditions_;
  RateRule rule_;
  std::optional<UnknownRecipients> policy_;
};

TEST_F(UnknownRecipientsTest, ShutsOutAClientThatMissesTooOften) {
  miss(2);
  EXPECT_FALSE(refused());
  miss(1);
  EXPECT_TRUE(refused());
  EXPECT_FALSE(refused(start, "198.18.2.11")) << "counted for each address";
}

TEST_F(UnknownRecipientsTest, TheRefusalIsWordedByTheRule) {
  miss(3);
  const auto verdict = policy().mail(start, session_from("198.18.2.10"), {});
  ASSERT_TRUE(verdict);
  EXPECT_EQ(verdict->reply, &harvesting);
  EXPECT_EQ(verdict->phase, Phase::mail);
  EXPECT_EQ(verdict->scope, "unknown_rcpts");
}

TEST_F(UnknownRecipientsTest, ConditionsTightenTheLimitAsTheyStand) {
  miss(2);
  ASSERT_FALSE(refused());
  conditions_.limits_ppm = 700'000;
  EXPECT_TRUE(refused()) << "2.1 are 2";
  conditions_.limits_ppm = 1;
  EXPECT_FALSE(refused(start, "198.18.2.11")) << "nobody is shut out for nothing";
}

TEST_F(UnknownRecipientsTest, TheShareMustBeLargeToo) {
  hit(4);
  miss(3);
  EXPECT_FALSE(refused()) << "three of seven";
  miss(1);
  EXPECT_TRUE(refused()) << "four of eight";
}

TEST_F(UnknownRecipientsTest, WithoutAShareTheNumberIsEnough) {
  rule_.window.share_ppm = 0;
  hit(1000);
  miss(3);
  EXPECT_TRUE(refused());
}

TEST_F(UnknownRecipientsTest, TheBlockOutlastsTheWindow) {
  miss(3);
  ASSERT_TRUE(refused());
  EXPECT_TRUE(refused(start + 2h - 1ns)) << "the window is empty, the block is not over";
  EXPECT_FALSE(refused(start + 2h));
}

TEST_F(UnknownRecipientsTest, WithoutABlockTheWindowDecides) {
  rule_.window.block = {};
  miss(3);
  EXPECT_TRUE(refused(start + 1h));
  EXPECT_FALSE(refused(start + 65min)) << "a twelfth later all are out";
}

// A connection that stays open must not be judged by how things stood when it was opened.
TEST_F(UnknownRecipientsTest, LooksAsLateAsItSpeaks) {
  const auto asked = [this](Phase phase) {
    rule_.over_limit.phase = phase;
    return UnknownRecipients(rule_).hooks();
  };
  const auto only = [](const Hooks& hooks, bool connect, bool mail, bool rcpt) {
    return hooks.connect == connect && hooks.mail == mail && hooks.rcpt == rcpt && !hooks.helo && !hooks.data &&
           hooks.unknown_recipient && hooks.accepted;
  };
  EXPECT_TRUE(only(asked(Phase::connect), true, false, false));
  EXPECT_TRUE(only(asked(Phase::helo), true, false, false));
  EXPECT_TRUE(only(asked(Phase::mail), false, true, false));
  EXPECT_TRUE(only(asked(Phase::rcpt), false, false, true));
  EXPECT_TRUE(only(asked(Phase::data), false, false, true));
}

TEST_F(UnknownRecipientsTest, EveryPhaseThatAsksGetsTheSameAnswer) {
  miss(3);
  const Session session = session_from("198.18.2.10");
  EXPECT_TRUE(policy().connect(start, session));
  EXPECT_TRUE(policy().rcpt(start, session, recipient("jane@isp.example")));
}

}  // namespace
}  // namespace mailrig::policy
