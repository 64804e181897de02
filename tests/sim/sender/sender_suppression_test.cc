// What is never tried: suppressed addresses and stopped streams.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/sender/bad_address.h"
#include "tests/sim/sender/driver.h"

namespace mailrig::sender {
namespace {

TEST(BadAddress, IsNamedByTheEnhancedCode) {
  EXPECT_TRUE(names_bad_address({550, "5.1.1 The email account that you tried to reach does not exist"}));
  EXPECT_TRUE(names_bad_address({550, "5.1.10 RESOLVER.ADR.RecipientNotFound"}));
  EXPECT_TRUE(names_bad_address({550, "5.2.1 mailbox disabled"}));
  EXPECT_FALSE(names_bad_address({450, "4.1.1 unknown user"})) << "not for good";
  EXPECT_FALSE(names_bad_address({552, "5.2.2 Mailbox full"}));
  EXPECT_FALSE(names_bad_address({550, "5.7.26 Unauthenticated; no such user authorised this"}));
  EXPECT_FALSE(names_bad_address({550, "5.1.8 Sender address does not exist"})) << "about the sender's";
}

TEST(BadAddress, IsNamedByWordsWhereTheCodeIsVague) {
  EXPECT_TRUE(names_bad_address({550, "5.5.0 Requested action not taken: mailbox unavailable (S2017062302)"}));
  EXPECT_TRUE(names_bad_address({550, "Requested action not taken:\nMailbox Unavailable"}));
  EXPECT_TRUE(names_bad_address({554, "RCPT (a@b.example) dosn't exist"}));
  EXPECT_TRUE(names_bad_address({550, "5.7.1 No such user!"}));
  EXPECT_FALSE(names_bad_address({550, "SPF check failed"}));
  EXPECT_FALSE(names_bad_address({554, "5.0.0 Denied"}));
}

TEST(SuppressionList, ForgetsAfterItsTimeAndOnDemand) {
  SuppressionList list({.length = 180 * 24h, .addresses = {"Never@Example.com"}});
  list.add(start, "bad@example.com");
  EXPECT_TRUE(list.has(start + 179 * 24h, "BAD@example.COM"));
  EXPECT_FALSE(list.has(start + 180 * 24h, "bad@example.com"));
  EXPECT_TRUE(list.has(start + 9'999 * 24h, "never@example.com"));
  // Found bad again, it stays from then on.
  list.add(start + 100 * 24h, "bad@example.com");
  list.add(start + 190 * 24h, "another@example.com");
  EXPECT_TRUE(list.has(start + 200 * 24h, "bad@example.com"));
  list.remove("bad@example.com");
  EXPECT_FALSE(list.has(start + 200 * 24h, "bad@example.com"));
}

Config hygienic() {
  Config config;
  config.domain = "shop.example";
  config.suppression.emplace();
  return config;
}

void one_zone(Driver& driver) {
  driver.simple_zone("gmail.example", "198.51.100.1");
  driver.simple_zone("shop.example", "198.51.100.2");
  driver.host("198.51.100.2");
  driver.host("198.51.100.1");
}

TEST(SenderSuppression, ABadAddressIsTriedOnce) {
  Driver driver(hygienic());
  one_zone(driver);
  driver.host("198.51.100.1").serve = [](const Transaction& t) { return unknown_user(t.recipients.size()); };
  driver.submit({"bad@gmail.example"});
  driver.run(start + 1min);
  const std::size_t attempts = driver.attempts().size();
  const std::size_t bounces = driver.bounces().size();
  EXPECT_EQ(bounces, 1u);
  driver.submit({"bad@gmail.example"});
  driver.run(start + 2min);
  EXPECT_EQ(driver.attempts().size(), attempts);
  EXPECT_EQ(driver.bounces().size(), bounces) << "it is no failure";
  ASSERT_EQ(driver.finals().back().outcome, Outcome::suppressed);
  EXPECT_EQ(driver.of_kind(Event::Kind::done).size(), 2u);
  // By hand it is taken off.
  driver.sender.suppress(driver.now, "bad@gmail.example", false);
  driver.submit({"bad@gmail.example"});
  driver.run(start + 3min);
  EXPECT_EQ(driver.attempts().size(), attempts + 1);
}

TEST(SenderSuppression, OtherFailuresSuppressNobody) {
  Driver driver(hygienic());
  one_zone(driver);
  driver.host("198.51.100.1").serve = [](const Transaction& t) {
    return all(t.recipients.size(),
               result_of(Kind::failed, smtp::Stage::rcpt, smtp::Reply{550, "5.7.26 Unauthenticated"}));
  };
  for (int i = 0; i < 2; ++i) driver.submit({"a@gmail.example"}, "");
  driver.run();
  EXPECT_EQ(driver.attempts().size(), 2u);
}

TEST(SenderStop, StopsAStreamThatFailsTooOftenAndNoOther) {
  Config config;
  config.domain = "shop.example";
  config.stop = pacing::Trigger{.invalid_ppm = 80'000, .sample = 100};
  Driver driver(config);
  one_zone(driver);
  driver.host("198.51.100.1").serve = [](const Transaction& t) {
    return t.message % 10 == 0 ? unknown_user(t.recipients.size()) : accepted(t.recipients.size());
  };
  for (int i = 0; i < 1'000; ++i) driver.submit({"a@gmail.example"}, "", {.stream = 1});
  for (int i = 0; i < 50; ++i) driver.submit({"b@gmail.example"}, "", {.stream = 0});
  driver.run(start + 1h);
  std::map<Outcome, int> outcomes;
  for (const Event& final : driver.finals()) ++outcomes[final.outcome];
  EXPECT_EQ(driver.finals().size(), 1'050u);
  EXPECT_GE(outcomes[Outcome::suppressed], 890) << "all that was waiting when 100 had been tried";
  ASSERT_EQ(driver.of_kind(Event::Kind::stopped).size(), 1u);
  EXPECT_EQ(driver.of_kind(Event::Kind::stopped)[0].stream, 1u);
  int of_other = 0;
  for (const Transaction& t : driver.transactions) of_other += t.message > 1'000 ? 1 : 0;
  EXPECT_EQ(of_other, 50);
  EXPECT_EQ(driver.sender.sizes().recipients, 0u);
  driver.submit({"a@gmail.example"}, "", {.stream = 1});
  driver.run(start + 2h);
  EXPECT_EQ(driver.finals().back().outcome, Outcome::suppressed);
}

TEST(SenderStop, EmptiesTheGateOfAWarmUp) {
  Config config;
  config.domain = "shop.example";
  config.source_ips = {ip("198.18.2.10")};
  config.warmup.emplace();
  config.warmup->plan.days = {100};
  config.stop = pacing::Trigger{.bounced_ppm = 500'000, .sample = 10};
  Driver driver(config);
  one_zone(driver);
  driver.host("198.51.100.1").serve = [](const Transaction& t) { return unknown_user(t.recipients.size()); };
  for (int i = 0; i < 1'000; ++i) driver.submit({"a@gmail.example"}, "");
  driver.run(start + 1h);
  EXPECT_EQ(driver.finals().size(), 1'000u);
  EXPECT_EQ(driver.sender.sizes().held, 0u);
  const Sender& sender = driver.sender;
  EXPECT_EQ(sender.sizes().recipients, 0u);
  // What gave its place back leaves room for others.
  std::optional<WarmupDay> last;
  while (auto day = driver.sender.next_warmup_change()) last = day;
  ASSERT_TRUE(last);
  EXPECT_EQ(last->sent, driver.transactions.size());
}

}  // namespace
}  // namespace mailrig::sender
