#include "fakes/receiver/reputation_keys.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/fakes/receiver/changed_profile.h"

namespace mailrig::receiver {
namespace {

using namespace std::chrono_literals;
using namespace testing;
using policy::SenderIdentity;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(ReputationKeys, ReadWhatTheFileSays) {
  const policy::ReputationSettings read = changed("qq", R"(
reputation:
  identities: [ip, netblock24, dkim_domain, spf_domain, hdr_domain, sender]
  initial_daily_cap: 200
  growth_per_day: 1.25
  hold: 4h
  memory: 45d
  mature_after: 3d
  throttle_below: 31%
  block_below: 12.5%
  trap_hits_block: 7
)")
                                              .value()
                                              .reputation;
  EXPECT_THAT(read.identities,
              ElementsAre(SenderIdentity::ip, SenderIdentity::netblock24, SenderIdentity::dkim_domain,
                          SenderIdentity::spf_domain, SenderIdentity::hdr_domain, SenderIdentity::sender));
  EXPECT_EQ(read.initial_daily_cap, 200U);
  EXPECT_EQ(read.growth_milli, 1250U);
  EXPECT_EQ(read.hold, 4h);
  EXPECT_EQ(read.memory, 24h * 45);
  EXPECT_EQ(read.mature_after_days, 3U);
  EXPECT_EQ(read.throttle_below_ppm, 310'000U);
  EXPECT_EQ(read.block_below_ppm, 125'000U);
  EXPECT_EQ(read.trap_hits_block, 7U);
}

TEST(ReputationKeys, IdentitiesAreNamedAsRepliesNameThem) {
  for (std::size_t i = 0; i < policy::sender_identity_count; ++i) {
    const auto identity = static_cast<SenderIdentity>(i);
    const std::string yaml = fmt::format("reputation: {{ identities: [{}] }}", to_string(identity));
    EXPECT_THAT(changed("qq", yaml).value().reputation.identities, ElementsAre(identity));
  }
  EXPECT_THAT(fault("reputation: { identities: [ipp] }"), HasSubstr("did you mean 'ip'?"));
}

TEST(ReputationKeys, GrowthIsAFactorFromOneToAHundred) {
  const auto growth = [](const std::string& text) {
    return changed("qq", "reputation: { growth_per_day: " + text + " }").value().reputation.growth_milli;
  };
  EXPECT_EQ(growth("1"), 1000U);
  EXPECT_EQ(growth("1.4"), 1400U);
  EXPECT_EQ(growth("2.005"), 2005U);
  EXPECT_EQ(growth("100"), 100'000U);
  EXPECT_EQ(
      fault("reputation: { growth_per_day: 0.9 }"),
      "scenario.yaml:1:31: reputation.growth_per_day: '0.9' is no factor; expected a number from 1 to 100 such as "
      "1.4");
  for (const char* text : {"0", "101", "100.001", "1.", "1.2345", "1,4", "-2", "1.4x", "much"}) {
    EXPECT_THAT(fault("reputation: { growth_per_day: '" + std::string(text) + "' }"), HasSubstr("is no factor"))
        << text;
  }
}

TEST(ReputationKeys, PlacementReadsWhatTheFileSays) {
  const policy::PlacementSettings read = changed("qq", R"(
placement:
  base: 91%
  junk_below: 42%
  spread: 13%
  new_sender_penalty: 24%
  volume_jump_penalty: 55%
  complaint_soft: 0.2%
  complaint_hard: 0.4%
  weights: { authentication: 21%, ip: 22%, domain: 23%, complaints: 24%, engagement: 25%, content: 26% }
)")
                                             .value()
                                             .placement;
  EXPECT_EQ(read.base_ppm, 910'000U);
  EXPECT_EQ(read.junk_below_ppm, 420'000U);
  EXPECT_EQ(read.spread_ppm, 130'000U);
  EXPECT_EQ(read.new_sender_penalty_ppm, 240'000U);
  EXPECT_EQ(read.volume_jump_penalty_ppm, 550'000U);
  EXPECT_EQ(read.complaint_soft_ppm, 2'000U);
  EXPECT_EQ(read.complaint_hard_ppm, 4'000U);
  EXPECT_EQ(read.weights.authentication_ppm, 210'000U);
  EXPECT_EQ(read.weights.ip_ppm, 220'000U);
  EXPECT_EQ(read.weights.domain_ppm, 230'000U);
  EXPECT_EQ(read.weights.complaints_ppm, 240'000U);
  EXPECT_EQ(read.weights.engagement_ppm, 250'000U);
  EXPECT_EQ(read.weights.content_ppm, 260'000U);
}

TEST(ReputationKeys, AWeightThatIsChangedLeavesTheOthers) {
  const auto before = changed("qq", "{}").value().placement.weights;
  const auto after = changed("qq", "placement: { weights: { ip: 1% } }").value().placement.weights;
  EXPECT_EQ(after.ip_ppm, 10'000U);
  EXPECT_EQ(after.domain_ppm, before.domain_ppm);
  EXPECT_EQ(after.authentication_ppm, before.authentication_ppm);
}

}  // namespace
}  // namespace mailrig::receiver
