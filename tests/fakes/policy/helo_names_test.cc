#include "fakes/policy/helo_names.h"

#include <gtest/gtest.h>

#include "tests/fakes/policy/fixture.h"

namespace mailrig::policy {
namespace {

using namespace testing;

const ReplyTemplate changing = reply(Event::helo_rejected, 450);

class HeloNamesTest : public ::testing::Test {
 protected:
  HeloNamesTest() {
    rule_.window = {.scope = RateScope::helo_names, .count = 2, .window = 1h};
    rule_.over_limit = {&changing, Phase::mail};
  }

  // Whether it is refused under this name.
  bool refused(std::string_view name, Instant now = start, std::string_view ip = "198.18.2.10") {
    if (!policy_) policy_.emplace(rule_, &conditions_);
    Session session = session_from(ip);
    session.helo = name;
    return policy_->helo(now, session, name).has_value();
  }

  Conditions conditions_;
  RateRule rule_;
  std::optional<HeloNames> policy_;
};

TEST_F(HeloNamesTest, SoManyNamesAreFine) {
  EXPECT_FALSE(refused("mta1.shop.example"));
  EXPECT_FALSE(refused("mta2.shop.example"));
  EXPECT_FALSE(refused("MTA1.shop.example")) << "one name, however it is written";
  EXPECT_TRUE(refused("mta3.shop.example"));
  EXPECT_TRUE(refused("mta1.shop.example")) << "whoever keeps changing";
  EXPECT_FALSE(refused("mta3.shop.example", start, "198.18.2.11")) << "counted for each address";
}

TEST_F(HeloNamesTest, OldNamesAreForgotten) {
  EXPECT_FALSE(refused("a.example"));
  EXPECT_FALSE(refused("b.example", start + 30min));
  EXPECT_FALSE(refused("c.example", start + 1h));
  EXPECT_TRUE(refused("d.example", start + 1h));
  EXPECT_FALSE(refused("d.example", start + 3h));
}

TEST_F(HeloNamesTest, APenaltyOutlastsTheNames) {
  rule_.window.block = 5h;
  for (const char* name : {"a.example", "b.example", "c.example"}) refused(name);
  EXPECT_TRUE(refused("a.example", start + 4h));
  EXPECT_FALSE(refused("a.example", start + 5h));
}

TEST_F(HeloNamesTest, ManyNamesFitIntoLittleMemory) {
  rule_.window.count = HeloNames::count_max;
  for (int i = 0; i < 7; ++i) EXPECT_FALSE(refused("mta" + std::to_string(i) + ".example"));
  for (int i = 7; i < 100; ++i) EXPECT_TRUE(refused("mta" + std::to_string(i) + ".example"));
}

TEST_F(HeloNamesTest, TheRefusalIsWordedByTheRule) {
  refused("a.example");
  refused("b.example");
  Session session = session_from("198.18.2.10");
  session.helo = "c.example";
  const auto verdict = policy_->helo(start, session, session.helo);
  ASSERT_TRUE(verdict);
  EXPECT_EQ(verdict->reply, &changing);
  EXPECT_EQ(verdict->phase, Phase::mail);
  EXPECT_EQ(verdict->scope, "helo_names");
}

}  // namespace
}  // namespace mailrig::policy
