#include "tests/sim/scenario/small_scenario.h"

namespace mailrig::scenario {
namespace {

using forward::Modification;
using ::testing::ElementsAre;

Scenario with_forwarders(const std::string& yaml) {
  return parsed(small, {"forwarders=" + yaml});
}

std::string party_fault(const std::string& yaml) {
  return faults(small, {"forwarders=" + yaml}).at(0);
}

TEST(Forwarders, NeedOnlyATarget) {
  const auto scenario = with_forwarders("{Alumni: {to: gmail}, club: {to: Alumni}}");
  ASSERT_EQ(scenario.forwarders.size(), 2U);
  const Forwarder& alumni = scenario.forwarders[0];
  EXPECT_EQ(alumni.to_index, 0U);
  EXPECT_EQ(alumni.domain, "alumni.example");
  EXPECT_EQ(alumni.helo, "mta1.alumni.example");
  EXPECT_EQ(alumni.ptr, alumni.helo);
  EXPECT_EQ(alumni.ips.at(0).to_string(), "198.18.3.10");
  EXPECT_EQ(alumni.spf, "v=spf1 ip4:198.18.3.10 -all");
  EXPECT_FALSE(alumni.srs);
  EXPECT_FALSE(alumni.arc);
  EXPECT_TRUE(alumni.modify.empty());
  EXPECT_EQ(scenario.forwarders[1].to_index, 1U);  // behind the only receiver
  EXPECT_EQ(scenario.forwarders[1].ips.at(0).to_string(), "198.18.3.11");
}

TEST(Forwarders, SayWhatTheyDo) {
  const auto scenario = with_forwarders(
      "{alumni: {to: gmail, domain: Old.example, srs: true, arc: true, modify: [subject, footer], "
      "ips: [198.18.9.1, \"2001:db8::1\"], spf: \"\", retry: [1m], expire: 1h}, "
      "club: {to: gmail, modify: headers}, office: {to: gmail, modify: none, ips: 2001:db8::2}}");
  const Forwarder& alumni = scenario.forwarders.at(0);
  EXPECT_EQ(alumni.domain, "old.example");
  EXPECT_TRUE(alumni.srs);
  EXPECT_TRUE(alumni.arc);
  EXPECT_THAT(alumni.modify, ElementsAre(Modification::subject, Modification::footer));
  EXPECT_EQ(alumni.spf, "");
  EXPECT_EQ(alumni.expire, std::chrono::hours(1));
  EXPECT_THAT(scenario.forwarders.at(1).modify, ElementsAre(Modification::headers));
  EXPECT_TRUE(scenario.forwarders.at(2).modify.empty());
  EXPECT_EQ(scenario.forwarders.at(2).spf, "v=spf1 ip6:2001:db8::2 -all");
}

TEST(Forwarders, TakeTrafficLikeReceivers) {
  const auto scenario = parsed(small, {"forwarders={alumni: {to: gmail}}", "traffic.0.to={gmail: 40%, alumni: 60%}"});
  EXPECT_THAT(scenario.traffic.at(0).to_ppm, ElementsAre(400'000U, 600'000U));
  // Without `to`, it is the receivers that share it.
  EXPECT_THAT(with_forwarders("{alumni: {to: gmail}}").traffic.at(0).to_ppm, ElementsAre(1'000'000U, 0U));
}

TEST(Forwarders, StandInExpectations) {
  EXPECT_EQ(parsed(small, {"forwarders={alumni: {to: gmail}}", "expect=[\"forwarders.alumni.totals.taken > 0\"]"})
                .expect.size(),
            1U);
}

TEST(Forwarders, SayWhatIsWrong) {
  EXPECT_EQ(party_fault("{alumni: {srs: true}}"), "--set: forwarders.alumni: key 'to' is missing in forwarder");
  EXPECT_EQ(party_fault("{alumni: {to: gmial}}"),
            "--set: forwarders.alumni.to: unknown receiver or forwarder 'gmial'; did you mean 'gmail'?");
  EXPECT_EQ(party_fault("{gmail: {to: gmail}}"),
            "--set: forwarders.gmail: a receiver has this name; give the forwarder another");
  EXPECT_EQ(party_fault("{alumni: {to: gmail, domain: gmail.com}}"),
            "--set: forwarders.alumni: receivers.gmail has the domain gmail.com already; give it another 'domain'");
  EXPECT_EQ(party_fault("{alumni: {to: gmail, domain: shop.example}}"),
            "--set: forwarders.alumni: senders.shop has the domain shop.example already; give it another 'domain'");
  EXPECT_EQ(party_fault("{a: {to: gmail}, A: {to: gmail}}"),
            "--set: forwarders.A: forwarders.a has the domain a.example already; give it another 'domain'");
  EXPECT_THAT(party_fault("{alumni: {to: gmail, modify: fotter}}"), testing::HasSubstr("did you mean 'footer'?"));
}

}  // namespace
}  // namespace mailrig::scenario
