#include "fakes/net/address_map.h"

#include <gtest/gtest.h>

namespace mailrig::net {
namespace {

namespace ip = boost::asio::ip;

IpAddress address(const char* text) {
  return *IpAddress::parse(text);
}
ip::tcp::endpoint endpoint(const char* text, std::uint16_t port) {
  return {ip::make_address(text), port};
}

TEST(AddressMap, FindsWhoListensForAnAddressOfTheWorld) {
  AddressMap map;
  map.add_listener(address("203.0.113.25"), 25, endpoint("127.0.0.1", 2525));
  EXPECT_EQ(map.listener(address("203.0.113.25")), endpoint("127.0.0.1", 2525));
  EXPECT_EQ(map.listener(address("203.0.113.25"), 587), std::nullopt);
  EXPECT_EQ(map.listener(address("203.0.113.26")), std::nullopt);
}

TEST(AddressMap, TranslatesSourcesBothWaysAndLeavesStrangersAlone) {
  AddressMap map;
  map.add_source(address("198.18.2.10"), address("127.18.2.10"));
  map.add_source(address("198.18.2.10"), address("127.0.0.1"));
  EXPECT_EQ(map.world_of(address("127.18.2.10")), address("198.18.2.10"));
  EXPECT_EQ(map.world_of(address("127.0.0.1")), address("198.18.2.10"));
  EXPECT_EQ(map.source_of(address("198.18.2.10")), address("127.18.2.10"));
  EXPECT_EQ(map.world_of(address("192.0.2.1")), address("192.0.2.1"));
  EXPECT_EQ(map.source_of(address("2001:db8::1")), address("2001:db8::1"));
}

}  // namespace
}  // namespace mailrig::net
