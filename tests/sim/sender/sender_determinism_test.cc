// The same run twice is the same; a neighbour changes nothing; many messages are no problem.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fakes/base/stable_hash.h"
#include "tests/sim/sender/driver.h"

namespace mailrig::sender {
namespace {

// Everything that is visible of an event, folded into one number.
std::uint64_t fingerprint(const std::vector<Event>& events) {
  std::uint64_t hash = 0;
  for (const Event& event : events) {
    hash = combine(hash, static_cast<std::uint64_t>(event.at.time_since_epoch().count()));
    hash = combine(hash, static_cast<std::uint64_t>(event.kind));
    hash = combine(hash, event.message);
    hash = combine(hash, event.recipient);
    hash = combine(hash, event.attempt);
    hash = combine(hash, event.connection);
    hash = combine(hash, event.address.hash());
    hash = combine(hash, static_cast<std::uint64_t>(event.result.kind));
    hash = combine(hash, static_cast<std::uint64_t>(event.outcome));
    hash = combine(hash, event.failures.size());
  }
  return hash;
}

// Greylists half of the mail for a while, refuses some, cuts some connections; decided by what the try is.
smtp::TransactionResult moody(const Transaction& t) {
  const std::uint64_t mood = combine(t.message, t.recipients.front()) % 10;
  if (mood < 5 && t.at < start + 20min) return greylisted(t.recipients.size());
  if (mood == 5) return unknown_user(t.recipients.size());
  if (mood == 6 && t.number > 1) return closing_at_mail(t.recipients.size());
  return accepted(t.recipients.size());
}

void populate(Driver& driver) {
  for (int d = 0; d < 20; ++d) {
    const std::string domain = "d" + std::to_string(d) + ".example", net = "192.0.2." + std::to_string(d * 2);
    const std::string other = "192.0.2." + std::to_string(d * 2 + 1);
    driver.zone(domain, {{10, "a." + domain, {net}}, {10, "b." + domain, {other}}});
    driver.host(net).serve = moody;
    driver.host(other).serve = moody;
    if (d % 5 == 0) driver.host(other).greet = refused;
  }
  for (int i = 0; i < 2000; ++i)
    driver.at(start + i * 37ms, [&driver, i] {
      driver.submit({"a@d" + std::to_string(i % 20) + ".example", "b@d" + std::to_string(i * 7 % 20) + ".example"});
    });
}

TEST(SenderDeterminism, TheSameSeedGivesTheSameEvents) {
  const auto run = [](std::uint64_t seed) {
    Driver driver({.connections_max = 30}, seed);
    populate(driver);
    driver.run();
    EXPECT_EQ(driver.finals().size(), 4000u);
    EXPECT_EQ(driver.of_kind(Event::Kind::done).size(), 2000u);
    EXPECT_EQ(driver.sender.sizes().recipients, 0u);
    return fingerprint(driver.events);
  };
  const std::uint64_t first = run(1);
  EXPECT_EQ(run(1), first);
  EXPECT_NE(run(2), first);
}

TEST(SenderDeterminism, FeedbackOfOtherDestinationsDoesNotChangeARetry) {
  const auto waits = [](Duration neighbour_round_trip, int neighbours) {
    Driver driver;
    driver.simple_zone("mine.example", "192.0.2.1");
    driver.simple_zone("other.example", "192.0.2.2");
    driver.host("192.0.2.1").serve = [](const Transaction&) { return greylisted(1); };
    driver.host("192.0.2.2").serve = moody;
    driver.host("192.0.2.2").round_trip = neighbour_round_trip;
    for (int i = 0; i < 3; ++i) driver.submit({"anna@mine.example"});
    for (int i = 0; i < neighbours; ++i) driver.submit({"bert@other.example"});
    driver.run(start + 10h);
    std::vector<std::tuple<std::uint64_t, std::uint32_t, Instant>> found;
    for (const Event& attempt : driver.attempts())
      if (attempt.message <= 3) found.emplace_back(attempt.message, attempt.attempt, attempt.at);
    return found;
  };
  const auto alone = waits(10ms, 0);
  EXPECT_GT(alone.size(), 30u);
  EXPECT_EQ(waits(10ms, 50), alone);
  EXPECT_EQ(waits(3s, 50), alone);
}

TEST(SenderDeterminism, TwoHundredThousandMessagesPass) {
  Driver driver({.retry = {5min}, .connections_per_destination_max = 20});
  driver.keep_events = false;
  for (int d = 0; d < 50; ++d) {
    driver.simple_zone("d" + std::to_string(d) + ".example", "192.0.2." + std::to_string(d));
    driver.host("192.0.2." + std::to_string(d)).greet = refused;
  }
  driver.at(start + 3min, [&] {
    for (auto& [address, host] : driver.hosts) host.greet = nullptr;
  });
  for (int i = 0; i < 200'000; ++i) driver.submit({"anna@d" + std::to_string(i % 50) + ".example"});
  EXPECT_EQ(driver.sender.sizes().messages, 200'000u);
  driver.run(start + 30s);
  EXPECT_EQ(driver.sender.sizes().messages, 200'000u);  // all waiting for their second try
  driver.run();
  EXPECT_EQ(driver.sender.sizes().messages, 0u);
}

}  // namespace
}  // namespace mailrig::sender
