#include "fakes/net/endpoint.h"

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

TEST(Endpoint, AddressesSurviveTheWayToAsioAndBack) {
  for (const char* text : {"127.18.2.10", "255.255.255.255", "2001:db8::1", "::1"}) {
    EXPECT_EQ(to_asio(address(text)).to_string(), text);
    EXPECT_EQ(to_ip_address(ip::make_address(text)), address(text));
  }
}

// RFC 4291 §2.5.5.2.
TEST(Endpoint, Ipv4ClientsOfAnIpv6SocketAreIpv4Clients) {
  EXPECT_EQ(to_ip_address(ip::make_address("::ffff:192.0.2.7")), address("192.0.2.7"));
}

TEST(Endpoint, ConnectionKeyIsAddressAndPort) {
  EXPECT_EQ(connection_key(endpoint("127.18.2.10", 40000)), (0x7f12020aULL << 16) | 40000);
  EXPECT_NE(connection_key(endpoint("2001:db8::1", 1)), connection_key(endpoint("2001:db8::2", 1)));
  EXPECT_EQ(connection_key(endpoint("2001:db8::1", 77)) & 0xffff, 77u);
}

// RFC 3986 §3.2.2 puts IPv6 addresses in brackets.
TEST(Endpoint, IsWrittenAsAddressAndPort) {
  EXPECT_EQ(to_string(endpoint("127.0.0.1", 2525)), "127.0.0.1:2525");
  EXPECT_EQ(to_string(endpoint("2001:db8::1", 25)), "[2001:db8::1]:25");
}

}  // namespace
}  // namespace mailrig::net
