// Destinations with a shaping of their own, and mail with priorities.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/sim/sender/driver.h"

namespace mailrig::sender {
namespace {

using testing::ElementsAre;

Config shaped(pacing::Shaping shaping) {
  Config config;
  config.domain = "shop.example";
  config.retry = {5min};
  config.retry_jitter_ppm = 0;
  config.shapings = {{.domains = {"gmail.example", "googlemail.example"}, .how = std::move(shaping)}};
  return config;
}

void two_zones(Driver& driver) {
  driver.simple_zone("gmail.example", "198.51.100.1");
  driver.simple_zone("other.example", "198.51.100.2");
  driver.host("198.51.100.1");
  driver.host("198.51.100.2");
}

TEST(SenderShaping, LimitsConnectionsOfItsDomainsOnly) {
  Driver driver(shaped({.connections_max = 1, .messages_per_connection_max = 2}));
  two_zones(driver);
  for (int i = 0; i < 12; ++i) driver.submit({"a@Gmail.example"});
  for (int i = 0; i < 12; ++i) driver.submit({"a@other.example"});
  driver.run();
  EXPECT_EQ(driver.hosts[ip("198.51.100.1")].open_max, 1u);
  EXPECT_EQ(driver.hosts[ip("198.51.100.2")].open_max, 4u);
  for (const Transaction& t : driver.transactions) {
    EXPECT_LE(t.number, t.address == ip("198.51.100.1") ? 2u : 50u);
  }
}

TEST(SenderShaping, KeepsItsRate) {
  Driver driver(shaped({.rate = Rate{2, 1s}}));
  two_zones(driver);
  for (int i = 0; i < 20; ++i) driver.submit({"a@gmail.example"});
  driver.run();
  ASSERT_EQ(driver.transactions.size(), 20u);
  for (std::size_t i = 1; i < 20; ++i) EXPECT_GE(driver.transactions[i].at - driver.transactions[i - 1].at, 500ms);
  EXPECT_LE(driver.transactions[19].at - driver.transactions[0].at, 9600ms);
  EXPECT_LE(driver.wakeups, 60u);
}

// What waits behind the refusal has not been tried, and goes when the time is over.
TEST(SenderShaping, AReplyPausesTheDestination) {
  Driver driver(shaped({.connections_max = 1, .replies = {{.words = "4.7.28", .pause = 10min}}}));
  two_zones(driver);
  driver.host("198.51.100.1").serve = [](const Transaction& t) {
    return t.at < start + 1min ? all(t.recipients.size(), result_of(Kind::deferred, smtp::Stage::mail,
                                                                    smtp::Reply{450, "4.7.28 Unusual rate"}))
                               : accepted(t.recipients.size());
  };
  for (int i = 0; i < 10; ++i) driver.submit({"a@gmail.example"});
  driver.submit({"a@other.example"});
  driver.run(start + 9min);
  EXPECT_EQ(driver.transactions.size(), 2u) << "one here, and one at the other destination";
  driver.run();
  EXPECT_EQ(driver.finals().size(), 11u);
  EXPECT_EQ(driver.attempts().size(), 12u);
}

TEST(SenderShaping, AGreetingPausesTheDestinationToo) {
  Driver driver(shaped({.replies = {{.words = "too many", .pause = 10min}}}));
  two_zones(driver);
  driver.host("198.51.100.1").greet = greeting(421, "Too many\nconnections");
  for (int i = 0; i < 10; ++i) driver.submit({"a@gmail.example"});
  driver.run(start + 9min);
  EXPECT_EQ(driver.attempts().size(), 0u);
  driver.host("198.51.100.1").greet = nullptr;
  driver.run();
  EXPECT_EQ(driver.finals().size(), 10u);
}

TEST(SenderShaping, AReplyDecidesAboutItsRecipients) {
  Driver driver(shaped({.replies = {{.words = "try tomorrow", .retry = 24h}, {.words = "never", .give_up = true}}}));
  two_zones(driver);
  driver.host("198.51.100.1").serve = [](const Transaction& t) {
    if (t.message == 3) return greylisted(1);
    const std::string text = t.message == 1 ? "4.2.1 Try tomorrow" : "4.2.1 Never";
    return t.number == 1 || t.at < start + 1h
               ? all(1, result_of(Kind::deferred, smtp::Stage::rcpt, smtp::Reply{450, text}))
               : accepted(1);
  };
  for (int i = 0; i < 3; ++i) driver.submit({"a@gmail.example"}, "");
  driver.run(start + 25h);
  std::map<std::uint64_t, std::vector<Duration>> tries;
  for (const Event& attempt : driver.attempts()) tries[attempt.message].push_back(attempt.at - start);
  ASSERT_EQ(tries[1].size(), 2u);
  EXPECT_GE(tries[1][1], 24h);
  EXPECT_EQ(tries[2].size(), 1u);
  EXPECT_GT(tries[3].size(), 10u);
  ASSERT_GE(driver.finals().size(), 1u);
  EXPECT_EQ(driver.finals()[0].message, 2u);
  EXPECT_EQ(driver.finals()[0].outcome, Outcome::rejected_by_receiver);
}

TEST(SenderPriority, UrgentMailOvertakes) {
  Driver driver({.connections_per_destination_max = 1});
  driver.simple_zone("gmail.example", "198.51.100.1");
  driver.host("198.51.100.1");
  for (const Priority priority : {Priority::low, Priority::normal, Priority::high}) {
    for (int i = 0; i < 2; ++i) driver.submit({"a@gmail.example"}, "", {.priority = priority});
  }
  driver.run();
  std::vector<std::uint64_t> order;
  for (const Transaction& t : driver.transactions) order.push_back(t.message);
  EXPECT_THAT(order, ElementsAre(5, 6, 3, 4, 1, 2));
}

TEST(SenderPriority, UrgentMailHasThePlacesOfAWarmUp) {
  Config config;
  config.domain = "shop.example";
  config.source_ips = {ip("198.18.2.10")};
  config.connections_per_destination_max = 1;
  config.warmup.emplace();
  config.warmup->plan.days = {10};
  Driver driver(config);
  driver.simple_zone("gmail.example", "198.51.100.1");
  driver.host("198.51.100.1");
  for (int i = 0; i < 20; ++i) driver.submit({"a@gmail.example"}, "", {.priority = Priority::low});
  for (int i = 0; i < 5; ++i) driver.submit({"a@gmail.example"}, "", {.priority = Priority::high});
  driver.run(start + 1h);
  int urgent = 0;
  for (const Transaction& t : driver.transactions) urgent += t.message > 20 ? 1 : 0;
  EXPECT_EQ(driver.transactions.size(), 10u);
  EXPECT_EQ(urgent, 5);
}

}  // namespace
}  // namespace mailrig::sender
