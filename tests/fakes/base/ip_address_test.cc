#include "fakes/base/ip_address.h"

#include <gtest/gtest.h>

namespace mailrig {
namespace {

TEST(IpAddress, ParsesPrintsAndCutsNetworks) {
  const auto v4 = IpAddress::parse("198.18.2.10");
  ASSERT_TRUE(v4);
  EXPECT_EQ(v4->to_string(), "198.18.2.10");
  EXPECT_EQ(v4->network(24).to_string(), "198.18.2.0");
  EXPECT_EQ(v4->network(20).to_string(), "198.18.0.0");
  const auto v6 = IpAddress::parse("2001:db8::1");
  ASSERT_TRUE(v6);
  EXPECT_EQ(v6->network(32).to_string(), "2001:db8::");
  EXPECT_FALSE(IpAddress::parse("198.18.2"));
  EXPECT_FALSE(IpAddress::parse("mail.example"));
}

TEST(IpAddress, ReverseNamesOfRfc1035AndRfc3596) {
  EXPECT_EQ(IpAddress::parse("10.2.0.52")->reverse_name(), "52.0.2.10.in-addr.arpa");
  // The example of RFC 3596 §2.5.
  EXPECT_EQ(IpAddress::parse("4321:0:1:2:3:4:567:89ab")->reverse_name(),
            "b.a.9.8.7.6.5.0.4.0.0.0.3.0.0.0.2.0.0.0.1.0.0.0.0.0.0.0.1.2.3.4.ip6.arpa");
}

TEST(IpAddress, KnowsLoopback) {
  EXPECT_TRUE(IpAddress::parse("127.5.0.1")->is_loopback());
  EXPECT_TRUE(IpAddress::parse("::1")->is_loopback());
  EXPECT_FALSE(IpAddress::parse("10.0.0.1")->is_loopback());
}

}  // namespace
}  // namespace mailrig
