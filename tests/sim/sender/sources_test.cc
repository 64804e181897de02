#include "sim/sender/sources.h"

#include <gtest/gtest.h>

#include <map>

#include "tests/sim/sender/driver.h"

namespace mailrig::sender {
namespace {

TEST(Sources, TakeTurnsByFamily) {
  const std::vector<IpAddress> addresses = {ip("198.18.0.1"), ip("2001:db8::5"), ip("198.18.0.2")};
  const Sources sources(addresses);
  EXPECT_EQ(sources.at(start, ip("198.51.100.1"), 0), ip("198.18.0.1"));
  EXPECT_EQ(sources.at(start, ip("198.51.100.1"), 1), ip("198.18.0.2"));
  EXPECT_EQ(sources.at(start, ip("198.51.100.1"), 2), ip("198.18.0.1"));
  EXPECT_EQ(sources.at(start, ip("2001:db8::25"), 7), ip("2001:db8::5"));
  EXPECT_EQ(Sources({}).at(start, ip("198.51.100.1"), 0), IpAddress());
}

TEST(Sources, ThatRestAreLeftOut) {
  const std::vector<IpAddress> addresses = {ip("198.18.0.1"), ip("198.18.0.2")};
  Sources sources(addresses);
  sources.let_rest(ip("198.18.0.1"), start + 1min);
  EXPECT_EQ(sources.at(start, ip("198.51.100.1"), 0), ip("198.18.0.2"));
  sources.let_rest(ip("198.18.0.2"), start + 2min);
  EXPECT_EQ(sources.at(start, ip("198.51.100.1"), 0), std::nullopt);
  EXPECT_EQ(sources.at(start + 1min, ip("198.51.100.1"), 1), ip("198.18.0.1"));
  EXPECT_EQ(sources.rests_until(ip("198.18.0.2")), start + 2min);
}

Config with_two_addresses() {
  Config config;
  config.domain = "shop.example";
  config.source_ips = {ip("198.18.0.1"), ip("198.18.0.2")};
  config.retry = {10min};
  config.messages_per_connection_max = 1;
  return config;
}

TEST(Sources, OneThatFailsIsMadeUpForByTheOther) {
  Driver driver(with_two_addresses());
  driver.simple_zone("gmail.example", "198.51.100.1");
  driver.host("198.51.100.1");
  driver.dead_sources = {ip("198.18.0.1")};
  for (int i = 0; i < 20; ++i) driver.submit({"a" + std::to_string(i) + "@gmail.example"});
  driver.run(start + 30s);
  EXPECT_EQ(driver.finals().size(), 20u);
  EXPECT_EQ(driver.attempts().size(), 20u) << "what never left was not tried";
  // A minute later it is asked again, and works.
  driver.dead_sources.clear();
  driver.run(start + 2min);
  driver.connects.clear();
  for (int i = 0; i < 20; ++i) driver.submit({"b" + std::to_string(i) + "@gmail.example"});
  driver.run(start + 3min);
  std::map<IpAddress, int> connections;
  for (const Command& connect : driver.connects) ++connections[connect.source];
  EXPECT_EQ(connections[ip("198.18.0.1")], 10);
}

TEST(Sources, WithoutAnyThatWorkMailIsTriedAgainLater) {
  Driver driver(with_two_addresses());
  driver.simple_zone("gmail.example", "198.51.100.1");
  driver.host("198.51.100.1");
  driver.dead_sources = {ip("198.18.0.1"), ip("198.18.0.2")};
  driver.submit({"a@gmail.example"});
  driver.run(start + 5min);
  ASSERT_EQ(driver.attempts().size(), 1u);
  EXPECT_EQ(driver.attempts()[0].result.stage, smtp::Stage::connect);
  driver.dead_sources.clear();
  driver.run();
  ASSERT_EQ(driver.finals().size(), 1u);
  EXPECT_EQ(driver.finals()[0].outcome, Outcome::delivered);
}

// The mail of a warm-up goes on at the other address, as far as its day has room, and nothing is lost or sent twice.
TEST(Sources, OneThatFailsGivesBackItsPlacesInTheWarmUp) {
  Config config = with_two_addresses();
  config.warmup.emplace();
  config.warmup->plan.days = {50};
  Driver driver(config);
  driver.simple_zone("gmail.example", "198.51.100.1");
  driver.host("198.51.100.1");
  driver.dead_sources = {ip("198.18.0.1")};
  for (int i = 0; i < 120; ++i) driver.submit({"a" + std::to_string(i) + "@gmail.example"}, "");
  const Instant midnight = *parse_rfc3339("2026-03-03T00:00:00Z");
  driver.run(midnight - 1ns);
  EXPECT_EQ(driver.finals().size(), 50u);
  EXPECT_EQ(driver.sender.sizes().held, 70u);
  driver.dead_sources.clear();
  driver.run(midnight + 1h);
  EXPECT_EQ(driver.finals().size(), 120u) << "both have their 50 places of the new day";
  EXPECT_EQ(driver.attempts().size(), 120u);
}

// Traffic that alternates between destinations reaches each of them from every address.
TEST(Sources, HaveTurnsOfTheirOwnForEachDestination) {
  Driver driver({.source_ips = {ip("198.18.0.1"), ip("198.18.0.2")}, .messages_per_connection_max = 1});
  for (const char* domain : {"one.example", "two.example"}) driver.simple_zone(domain, "198.51.100.1");
  driver.host("198.51.100.1");
  for (int i = 0; i < 20; ++i) {
    driver.submit({i % 2 == 0 ? "a@one.example" : "a@two.example"});
    driver.run(driver.now + 1min);
  }
  std::map<std::string, std::map<IpAddress, int>> connections;
  for (const Command& connect : driver.connects) ++connections[std::string(connect.domain)][connect.source];
  for (const char* domain : {"one.example", "two.example"}) {
    EXPECT_EQ(connections[domain][ip("198.18.0.1")], 5) << domain;
    EXPECT_EQ(connections[domain][ip("198.18.0.2")], 5) << domain;
  }
}

}  // namespace
}  // namespace mailrig::sender
