#include "fakes/base/ip_network.h"

#include <gtest/gtest.h>

namespace mailrig {
namespace {

bool contains(std::string_view network, std::string_view address) {
  return IpNetwork::parse(network).value().contains(IpAddress::parse(address).value());
}

std::string fault(std::string_view text) {
  const auto network = IpNetwork::parse(text);
  return network ? "none" : network.error().message;
}

TEST(IpNetwork, HoldsWhatSharesItsPrefix) {
  EXPECT_TRUE(contains("198.18.2.0/24", "198.18.2.0"));
  EXPECT_TRUE(contains("198.18.2.0/24", "198.18.2.255"));
  EXPECT_FALSE(contains("198.18.2.0/24", "198.18.3.0"));
  EXPECT_TRUE(contains("198.18.2.4/30", "198.18.2.7"));
  EXPECT_FALSE(contains("198.18.2.4/30", "198.18.2.8"));
  EXPECT_TRUE(contains("2001:db8::/33", "2001:db8:7fff::1"));
  EXPECT_FALSE(contains("2001:db8::/33", "2001:db8:8000::1"));
}

TEST(IpNetwork, ABareAddressIsANetworkOfOne) {
  EXPECT_TRUE(contains("198.18.2.10", "198.18.2.10"));
  EXPECT_FALSE(contains("198.18.2.10", "198.18.2.11"));
  EXPECT_TRUE(contains("2001:db8::1", "2001:db8::1"));
  EXPECT_FALSE(contains("2001:db8::1", "2001:db8::2"));
}

TEST(IpNetwork, TheWholeInternetIsOneToo) {
  EXPECT_TRUE(contains("0.0.0.0/0", "255.255.255.255"));
  EXPECT_TRUE(contains("::/0", "ffff::1"));
}

TEST(IpNetwork, FamiliesDoNotMix) {
  EXPECT_FALSE(contains("0.0.0.0/0", "2001:db8::1"));
  EXPECT_FALSE(contains("::/0", "198.18.2.10"));
}

TEST(IpNetwork, IsWrittenAsItIsRead) {
  for (const char* text : {"198.18.2.0/24", "0.0.0.0/0", "2001:db8::/32", "::/0"}) {
    EXPECT_EQ(IpNetwork::parse(text).value().to_string(), text);
  }
  EXPECT_EQ(IpNetwork::parse("198.18.2.10").value().to_string(), "198.18.2.10/32");
  EXPECT_EQ(IpNetwork::parse("2001:db8::1").value().to_string(), "2001:db8::1/128");
}

TEST(IpNetwork, SaysWhatIsWrong) {
  EXPECT_EQ(fault("198.18.2/24"), "'198.18.2/24' is no network; expected one such as 198.18.2.0/24");
  EXPECT_EQ(fault("198.18.2.10/24"),
            "'198.18.2.10/24' is no network: bits are set behind its prefix; expected one such as 198.18.2.0/24");
  for (const char* text : {"", "/24", "198.18.2.0/", "198.18.2.0/33", "198.18.2.0/-1", "0.0.0.0/-0", "198.18.2.0/24x",
                           "198.18.2.0/+24", "198.18.2.0/99999999999", "2001:db8::/129", "shop.example/24"}) {
    EXPECT_NE(fault(text), "none") << text;
  }
}

}  // namespace
}  // namespace mailrig
