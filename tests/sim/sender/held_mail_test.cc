// A sender that warms up: mail that waits at its gate.
#include <gtest/gtest.h>

#include <set>

#include "tests/sim/sender/driver.h"

namespace mailrig::sender {
namespace {

const Instant midnight = *parse_rfc3339("2026-03-03T00:00:00Z");

Config warming(std::vector<std::uint64_t> days, std::vector<IpAddress> ips = {ip("198.18.2.10")}) {
  Config config;
  config.domain = "shop.example";
  config.source_ips = std::move(ips);
  config.retry = {10min};
  config.warmup.emplace();
  config.warmup->plan.days = std::move(days);
  return config;
}

// Copies sent on each day from the first, by the address they came from.
std::map<std::pair<std::int64_t, std::string>, int> sent(const Driver& driver) {
  std::map<ConnectionId, IpAddress> sources;
  for (const Command& connect : driver.connects) sources[connect.connection] = connect.source;
  std::map<std::pair<std::int64_t, std::string>, int> days;
  for (const Transaction& t : driver.transactions) {
    const auto day = (pacing::day_begin(t.at) - pacing::day_begin(start)) / 24h;
    days[{day, sources[t.connection].to_string()}] += static_cast<int>(t.recipients.size());
  }
  return days;
}

using Sent = std::map<std::pair<std::int64_t, std::string>, int>;

TEST(HeldMail, GoesOnTheDaysThatHaveRoomForIt) {
  Driver driver(warming({50, 100}));
  driver.simple_zone("gmail.example", "198.51.100.1");
  driver.host("198.51.100.1");
  for (int i = 0; i < 300; ++i) driver.submit({"a" + std::to_string(i) + "@gmail.example"});
  EXPECT_EQ(driver.sender.sizes().held, 292u) << "two for each connection have a place";
  driver.run(midnight - 1ns);
  EXPECT_EQ(driver.sender.sizes().held, 250u);
  driver.run();
  EXPECT_EQ(
      sent(driver),
      (Sent{{{0, "198.18.2.10"}, 50}, {{1, "198.18.2.10"}, 100}, {{2, "198.18.2.10"}, 100}, {{3, "198.18.2.10"}, 50}}));
  EXPECT_EQ(driver.finals().size(), 300u);
  EXPECT_EQ(driver.sender.sizes().held, 0u);
  EXPECT_EQ(driver.sender.sizes().recipients, 0u);
  EXPECT_EQ(driver.resolves, 4u) << "once a day is enough";
}

TEST(HeldMail, EachAddressHasItsPlaces) {
  Driver driver(warming({50}, {ip("198.18.2.10"), ip("198.18.2.11")}));
  driver.simple_zone("gmail.example", "198.51.100.1");
  driver.host("198.51.100.1");
  for (int i = 0; i < 150; ++i) driver.submit({"a" + std::to_string(i) + "@gmail.example"});
  driver.run();
  const Sent days = sent(driver);
  EXPECT_EQ(days.at({0, "198.18.2.10"}), 50);
  EXPECT_EQ(days.at({0, "198.18.2.11"}), 50);
  EXPECT_EQ(driver.finals().size(), 150u);
}

TEST(HeldMail, DomainsOfOneProviderShareACapAndOthersHaveTheirOwn) {
  Config config = warming({50});
  config.warmup_groups = {{"gmail.example", "googlemail.example"}};
  Driver driver(config);
  for (const char* domain : {"gmail.example", "googlemail.example", "other.example"}) {
    driver.simple_zone(domain, "198.51.100.1");
    for (int i = 0; i < 40; ++i) driver.submit({"a" + std::to_string(i) + "@" + domain});
  }
  driver.host("198.51.100.1");
  driver.run(midnight - 1ns);
  EXPECT_EQ(sent(driver), (Sent{{{0, "198.18.2.10"}, 90}}));
  driver.run();
  EXPECT_EQ(driver.finals().size(), 120u);
}

TEST(HeldMail, SplitsWhatHasRoomInPart) {
  Driver driver(warming({3}));
  driver.simple_zone("gmail.example", "198.51.100.1");
  driver.host("198.51.100.1");
  driver.submit({"a@gmail.example", "b@gmail.example", "c@gmail.example", "d@gmail.example", "e@gmail.example"});
  driver.run();
  EXPECT_EQ(sent(driver), (Sent{{{0, "198.18.2.10"}, 3}, {{1, "198.18.2.10"}, 2}}));
  EXPECT_EQ(driver.finals().size(), 5u);
}

// A copy has its place for the day: what is tried again that day needs none.
TEST(HeldMail, RetriesOfTheDayAreFreeAndThoseOfTheNextComeFirst) {
  Driver driver(warming({4}));
  driver.simple_zone("gmail.example", "198.51.100.1");
  driver.host("198.51.100.1").serve = [](const Transaction& t) {
    return t.at < midnight ? greylisted(t.recipients.size()) : accepted(t.recipients.size());
  };
  for (int i = 0; i < 8; ++i) driver.submit({"a" + std::to_string(i) + "@gmail.example"});
  driver.run(midnight - 1ns);
  std::set<std::uint64_t> tried;
  for (const Transaction& t : driver.transactions) tried.insert(t.message);
  EXPECT_EQ(tried, (std::set<std::uint64_t>{1, 2, 3, 4}));
  EXPECT_GT(driver.transactions.size(), 100u);
  const std::size_t before = driver.transactions.size();
  driver.run(midnight + 23h);
  ASSERT_EQ(driver.transactions.size(), before + 4);
  for (std::size_t i = before; i < driver.transactions.size(); ++i) EXPECT_LE(driver.transactions[i].message, 4u);
  driver.run();
  EXPECT_EQ(driver.finals().size(), 8u);
}

TEST(HeldMail, GrowsOldFromItsFirstPlaceOn) {
  Config config = warming({10});
  config.expire = 2h;
  Driver driver(config);
  driver.simple_zone("gmail.example", "198.51.100.1");
  driver.host("198.51.100.1").serve = [](const Transaction& t) { return greylisted(t.recipients.size()); };
  for (int i = 0; i < 30; ++i) driver.submit({"a" + std::to_string(i) + "@gmail.example"}, "");
  driver.run();
  EXPECT_EQ(driver.finals().size(), 30u);
  std::map<std::int64_t, int> expired;
  for (const Event& final : driver.finals()) {
    EXPECT_EQ(final.outcome, Outcome::expired);
    EXPECT_GT(final.attempt, 5u) << "it had its two hours";
    ++expired[(pacing::day_begin(final.at) - pacing::day_begin(start)) / 24h];
  }
  EXPECT_EQ(expired, (std::map<std::int64_t, int>{{0, 10}, {1, 10}, {2, 10}}));
}

TEST(HeldMail, APauseStopsWhatHasNotLeft) {
  Config config = warming({1'000});
  config.warmup->pause = pacing::Pause{.when = {.bounced_ppm = 80'000, .sample = 50}, .length = 24h};
  Driver driver(config);
  driver.simple_zone("gmail.example", "198.51.100.1");
  driver.simple_zone("shop.example", "198.51.100.2");
  driver.host("198.51.100.2");
  driver.host("198.51.100.1").serve = [](const Transaction& t) {
    return t.at < midnight && t.message % 10 == 0 ? unknown_user(t.recipients.size()) : accepted(t.recipients.size());
  };
  for (int i = 0; i < 500; ++i) driver.submit({"a" + std::to_string(i) + "@gmail.example"}, "");
  driver.run(start + 1h);
  EXPECT_GE(driver.finals().size(), 50u);
  EXPECT_LE(driver.finals().size(), 60u);
  EXPECT_GE(driver.sender.sizes().held, 440u);
  driver.run(start + 25h);
  EXPECT_EQ(driver.finals().size(), 500u);
}

TEST(HeldMail, BouncesPassByTheGate) {
  Driver driver(warming({1}));
  driver.simple_zone("shop.example", "198.51.100.2");
  driver.host("198.51.100.2");
  for (std::uint64_t id = 1; id <= 5; ++id) {
    QueuedMessage bounce;
    bounce.id = id;
    bounce.recipients = {"bounces@shop.example"};
    bounce.bounce = true;
    driver.sender.submit(start, std::move(bounce));
  }
  EXPECT_EQ(driver.sender.sizes().held, 0u);
  driver.run(start + 1min);
  EXPECT_EQ(driver.finals().size(), 5u);
}

}  // namespace
}  // namespace mailrig::sender
