#include "fakes/receiver/block_lists.h"

#include <gtest/gtest.h>

#include "fakes/dns/zones.h"

namespace mailrig::receiver {
namespace {

using policy::Listing;
using policy::ListingFacts;

class BlockListsTest : public ::testing::Test {
 protected:
  BlockListsTest() {
    for (const std::string& list : lists_) EXPECT_TRUE(zones_.add_zone(list));
  }

  void list(const std::string& name, std::string_view address = "127.0.0.2", std::string_view why = {}) {
    EXPECT_TRUE(zones_.add(dns::Record::address(name, IpAddress::parse(address).value())));
    if (why.empty()) return;
    EXPECT_TRUE(zones_.add(dns::Record::txt(name, why)));
  }
  void break_down(const std::string& zone) {
    EXPECT_TRUE(zones_.add_fault({.name = zone, .type = {}, .subtree = true, .cost = {}, .regions = {}}));
  }
  ListingFacts of_client(std::string_view ip) {
    dns::ZoneResolver resolver(zones_, Instant{});
    return look_up(resolver, lists_, IpAddress::parse(ip).value());
  }
  ListingFacts of_domain(std::string_view domain) {
    dns::ZoneResolver resolver(zones_, Instant{});
    return look_up(resolver, lists_, domain);
  }

  dns::Zones zones_{{.outside = dns::Rcode::nxdomain}};
  std::vector<std::string> lists_ = {"first.example", "second.example"};
};

// RFC 5782 §2.1: "the octets of the IP address are reversed".
TEST_F(BlockListsTest, AnAddressIsAskedForReversed) {
  list("10.2.18.198.first.example", "127.0.0.2", "spam was seen");
  const ListingFacts listed = of_client("198.18.2.10");
  EXPECT_EQ(listed.status, Listing::listed);
  EXPECT_EQ(listed.list, "first.example");
  EXPECT_EQ(listed.reason, "spam was seen");
  EXPECT_EQ(of_client("10.2.18.198").status, Listing::clean);
}

// RFC 5782 §2.4: nibble by nibble.
TEST_F(BlockListsTest, AnIpv6AddressTooNibbleByNibble) {
  list("1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.first.example");
  EXPECT_EQ(of_client("2001:db8::1").status, Listing::listed);
  EXPECT_EQ(of_client("2001:db8::2").status, Listing::clean);
}

TEST_F(BlockListsTest, ADomainIsAskedForAsItIs) {
  list("shop.example.second.example");
  const ListingFacts listed = of_domain("shop.example");
  EXPECT_EQ(listed.status, Listing::listed);
  EXPECT_EQ(listed.list, "second.example");
  EXPECT_EQ(listed.reason, "") << "a list need not say why";
  EXPECT_EQ(of_domain("other.example").status, Listing::clean);
}

TEST_F(BlockListsTest, TheFirstListThatHasItIsNamed) {
  list("10.2.18.198.second.example", "127.0.0.2", "second");
  EXPECT_EQ(of_client("198.18.2.10").list, "second.example");
  list("10.2.18.198.first.example", "127.0.0.2", "first");
  EXPECT_EQ(of_client("198.18.2.10").list, "first.example");
  EXPECT_EQ(of_client("198.18.2.10").reason, "first");
}

// An answer outside of 127.0.0.0/8 says that the list is gone or does not want to be asked.
TEST_F(BlockListsTest, OnlyAnAnswerInLoopbackMeansListed) {
  list("10.2.18.198.first.example", "203.0.113.1");
  EXPECT_EQ(of_client("198.18.2.10").status, Listing::clean);
  list("11.2.18.198.first.example", "127.255.0.9");
  EXPECT_EQ(of_client("198.18.2.11").status, Listing::listed);
}

TEST_F(BlockListsTest, AListThatDoesNotAnswerIsAnErrorUnlessAnotherHasIt) {
  break_down("first.example");
  EXPECT_EQ(of_client("198.18.2.10").status, Listing::temporary_error);
  list("10.2.18.198.second.example");
  EXPECT_EQ(of_client("198.18.2.10").status, Listing::listed);
}

TEST_F(BlockListsTest, AnErrorOfAnEarlierListIsNotForgotten) {
  break_down("first.example");
  EXPECT_EQ(of_domain("shop.example").status, Listing::temporary_error) << "the second says nothing against it";
}

TEST_F(BlockListsTest, WithoutListsNothingIsAsked) {
  lists_.clear();
  EXPECT_EQ(of_client("198.18.2.10").status, Listing::unchecked);
  EXPECT_EQ(of_domain("shop.example").status, Listing::unchecked);
}

}  // namespace
}  // namespace mailrig::receiver
