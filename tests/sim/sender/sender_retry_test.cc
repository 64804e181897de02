// When deferred mail is tried again, when it is given up, and that waiting costs nothing.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/sim/sender/driver.h"

namespace mailrig::sender {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

std::vector<Duration> tries_after_start(const Driver& driver) {
  std::vector<Duration> found;
  for (const Event& attempt : driver.attempts()) found.push_back(attempt.at - start);
  return found;
}

TEST(SenderRetry, ComesWithinTheJitterOfTheSchedule) {
  Driver driver({.retry = {5min, 15min, 1h}, .retry_jitter_ppm = 100'000, .expire = 72h});
  driver.simple_zone("example.com", "192.0.2.1");
  driver.host("192.0.2.1").serve = [](const Transaction&) { return greylisted(1); };
  for (int i = 0; i < 50; ++i) driver.submit({"anna@example.com"});
  driver.run(start + 5h);
  std::map<std::uint64_t, std::vector<Instant>> tries;
  for (const Event& attempt : driver.attempts()) {
    tries[attempt.message].push_back(attempt.at);
    EXPECT_EQ(attempt.attempt, tries[attempt.message].size());
  }
  ASSERT_THAT(tries, SizeIs(50));
  std::set<Duration> first_waits;
  for (const auto& [message, at] : tries) {
    ASSERT_GE(at.size(), 5u);
    const std::vector<Duration> schedule = {5min, 15min, 1h, 1h};
    for (std::size_t i = 0; i < schedule.size(); ++i) {
      EXPECT_GE(at[i + 1] - at[i], schedule[i] * 9 / 10);
      EXPECT_LE(at[i + 1] - at[i], schedule[i] * 11 / 10 + 200ms);  // plus a wait for a connection
    }
    first_waits.insert((at[1] - at[0]) / 1s * 1s);
  }
  EXPECT_GT(first_waits.size(), 20u);  // spread, not all at once
}

TEST(SenderRetry, TheLastTryIsAtExpiryAndThenItExpires) {
  Driver driver({.retry = {1h}, .retry_jitter_ppm = 0, .expire = 90min});
  driver.simple_zone("example.com", "192.0.2.1");
  driver.host("192.0.2.1").serve = [](const Transaction&) { return greylisted(1); };
  driver.host("192.0.2.1").round_trip = Duration::zero();
  driver.lookup_time = Duration::zero();
  driver.submit({"anna@example.com"});
  driver.run();
  EXPECT_THAT(tries_after_start(driver), ElementsAre(0min, 60min, 90min));
  ASSERT_THAT(driver.finals(), SizeIs(1));
  EXPECT_EQ(driver.finals()[0].outcome, Outcome::expired);
  ASSERT_THAT(driver.bounces(), SizeIs(1));
  const Event::Failure failure = driver.bounces()[0].failures.at(0);
  EXPECT_EQ(failure.outcome, Outcome::expired);
  EXPECT_EQ(failure.reply->code, 450);
  EXPECT_EQ(failure.remote_host, "mx.example.com");
  EXPECT_EQ(failure.stage, smtp::Stage::rcpt);
}

TEST(SenderRetry, AcceptedOnTheVeryLastTryIsDelivered) {
  Driver driver({.retry = {1h}, .retry_jitter_ppm = 0, .expire = 90min});
  driver.simple_zone("example.com", "192.0.2.1");
  driver.host("192.0.2.1").serve = [](const Transaction& t) {
    return t.at < start + 90min ? greylisted(1) : accepted(1);
  };
  driver.submit({"anna@example.com"});
  driver.run();
  EXPECT_EQ(driver.finals().at(0).outcome, Outcome::delivered);
  EXPECT_EQ(driver.finals().at(0).attempt, 3u);
}

TEST(SenderRetry, OnlyTheDeferredRecipientsAreTriedAgain) {
  Driver driver({.retry = {5min}, .retry_jitter_ppm = 0});
  driver.simple_zone("example.com", "192.0.2.1");
  driver.host("192.0.2.1").serve = [](const Transaction& t) {
    smtp::TransactionResult result;
    for (const std::uint32_t recipient : t.recipients)
      result.recipients.push_back(recipient == 1                              ? unknown_user(1).recipients[0]
                                  : t.at < start + 1min && recipient % 2 == 0 ? greylisted(1).recipients[0]
                                                                              : accepted(1).recipients[0]);
    return result;
  };
  driver.submit({"a@example.com", "b@example.com", "c@example.com", "d@example.com"});
  driver.run(start + 1min);
  EXPECT_THAT(driver.sender.waiting(), ElementsAre(testing::Pair(1, 0), testing::Pair(1, 2)));
  EXPECT_EQ(driver.sender.sizes().recipients, 2u);
  driver.run();
  ASSERT_THAT(driver.transactions, SizeIs(2));
  EXPECT_THAT(driver.transactions[1].recipients, ElementsAre(0, 2));
  EXPECT_THAT(driver.attempts(), SizeIs(6));
  ASSERT_THAT(driver.finals(), SizeIs(4));
  EXPECT_EQ(driver.finals()[0].recipient, 1u);
  EXPECT_EQ(driver.finals()[0].outcome, Outcome::rejected_by_receiver);
  EXPECT_EQ(driver.events.back().kind, Event::Kind::done);
}

TEST(SenderRetry, AMessageIsSplitByDomainAndByRecipientsPerTransaction) {
  Driver driver({.recipients_per_transaction_max = 2});
  driver.simple_zone("a.example", "192.0.2.1");
  driver.simple_zone("b.example", "192.0.2.2");
  driver.host("192.0.2.1");
  driver.host("192.0.2.2");
  driver.submit({"1@a.example", "2@b.example", "3@a.example", "4@A.EXAMPLE", "5@a.example", "6@a.example"});
  driver.run();
  std::vector<std::vector<std::uint32_t>> groups;
  for (const Transaction& t : driver.transactions) groups.push_back(t.recipients);
  EXPECT_THAT(groups,
              testing::UnorderedElementsAre(ElementsAre(0, 2), ElementsAre(3, 4), ElementsAre(5), ElementsAre(1)));
  EXPECT_THAT(driver.finals(), SizeIs(6));
  EXPECT_THAT(driver.of_kind(Event::Kind::done), SizeIs(1));
}

TEST(SenderRetry, AWaitingSenderIsWokenOnlyWhenThereIsSomethingToDo) {
  Driver driver({.retry = {1h}, .retry_jitter_ppm = 0, .connection_idle_max = 5s});
  driver.simple_zone("example.com", "192.0.2.1");
  driver.host("192.0.2.1").serve = [](const Transaction& t) {
    return t.at < start + 150min ? greylisted(1) : accepted(1);
  };
  driver.submit({"anna@example.com"});
  driver.run();
  // Tries at 0, 1, 2 and 3 h, each later one a wake-up, and each try's idle connection another.
  EXPECT_EQ(driver.wakeups, 3u + 4u);
  EXPECT_EQ(driver.sender.next_wakeup(), never);
}

TEST(SenderRetry, NextWakeupIsNowWhileThereIsWork) {
  Driver driver;
  EXPECT_EQ(driver.sender.next_wakeup(), never);
  driver.submit({"anna@example.com"});
  EXPECT_EQ(driver.sender.next_wakeup(), start);
  EXPECT_TRUE(driver.sender.next_command(start));
  EXPECT_FALSE(driver.sender.next_command(start));
  EXPECT_EQ(driver.sender.next_wakeup(), never);  // only an answer helps now
}

}  // namespace
}  // namespace mailrig::sender
