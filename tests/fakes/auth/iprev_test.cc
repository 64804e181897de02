#include "fakes/auth/iprev.h"

#include <gtest/gtest.h>

namespace mailrig::auth {
namespace {

class IprevTest : public ::testing::Test {
 protected:
  IprevTest() {
    zones_.add_reverse_zones();
    EXPECT_TRUE(zones_.add_zone("shop.example"));
  }
  IprevResult check(std::string_view ip) {
    dns::ZoneResolver resolver(zones_, Instant{});
    return check_iprev(resolver, IpAddress::parse(ip).value());
  }
  void add_address(const std::string& name, std::string_view ip) {
    EXPECT_TRUE(zones_.add(dns::Record::address(name, IpAddress::parse(ip).value())));
  }
  void add_ptr(std::string_view ip, std::string_view name) {
    EXPECT_TRUE(zones_.add_ptr(IpAddress::parse(ip).value(), name));
  }

  dns::Zones zones_;
};

// RFC 8601 §3: "if the list of IP addresses … contains the original address, the test passes".
TEST_F(IprevTest, PassesWhenOneOfTheNamesLeadsBack) {
  add_ptr("198.18.2.10", "other.shop.example");
  add_ptr("198.18.2.10", "mta1.shop.example");
  add_address("other.shop.example", "198.18.2.11");
  add_address("mta1.shop.example", "198.18.2.10");
  EXPECT_EQ(check("198.18.2.10").result, IprevOutcome::pass);
  EXPECT_EQ(check("198.18.2.10").name, "mta1.shop.example");
}

TEST_F(IprevTest, PassesOverIpv6) {
  add_ptr("2001:db8::25", "mta6.shop.example");
  add_address("mta6.shop.example", "2001:db8::25");
  EXPECT_EQ(check("2001:db8::25").result, IprevOutcome::pass);
}

TEST_F(IprevTest, FailsWhenNoNameLeadsBack) {
  add_ptr("198.18.2.10", "mta1.shop.example");
  add_address("mta1.shop.example", "198.18.2.11");
  EXPECT_EQ(check("198.18.2.10").result, IprevOutcome::fail);
  EXPECT_EQ(check("198.18.2.10").name, "");
}

// "permerror: The client's IP address … no PTR record exists", §2.7.3.
TEST_F(IprevTest, WithoutANameItIsAPermanentError) {
  EXPECT_EQ(check("198.18.2.10").result, IprevOutcome::permerror);
}

// The name stands in a zone that refuses to answer.
TEST_F(IprevTest, ANameThatCannotBeAskedForIsATemporaryError) {
  add_ptr("198.18.2.10", "mta1.elsewhere.example");
  EXPECT_EQ(check("198.18.2.10").result, IprevOutcome::temperror);
}

}  // namespace
}  // namespace mailrig::auth
