#include "sim/sender/sources.h"

#include <gtest/gtest.h>

#include <map>

#include "tests/sim/sender/driver.h"

namespace mailrig::sender {
namespace {

TEST(Sources, TakeTurnsByFamily) {
  const std::vector<IpAddress> addresses = {ip("198.18.0.1"), ip("2001:db8::5"), ip("198.18.0.2")};
  const Sources sources(addresses);
  EXPECT_EQ(sources.at(ip("198.51.100.1"), 0), ip("198.18.0.1"));
  EXPECT_EQ(sources.at(ip("198.51.100.1"), 1), ip("198.18.0.2"));
  EXPECT_EQ(sources.at(ip("198.51.100.1"), 2), ip("198.18.0.1"));
  EXPECT_EQ(sources.at(ip("2001:db8::25"), 7), ip("2001:db8::5"));
  EXPECT_EQ(Sources({}).at(ip("198.51.100.1"), 0), IpAddress());
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
