#include "fakes/receiver/content_keys.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/fakes/receiver/changed_profile.h"

namespace mailrig::receiver {
namespace {

using namespace std::chrono_literals;
using namespace testing;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(ContentKeys, ReadWhatTheFileSays) {
  const Profile profile = changed("qq", R"(
content: { junk_below: 5.5, reject_below: 0, tempfail_below: 10, retry_after: 3m, blocked_attachments: [exe, js] }
)")
                              .value();
  EXPECT_EQ(profile.content.junk_below_milli, 5500U);
  EXPECT_EQ(profile.content.reject_below_milli, 0U);
  EXPECT_EQ(profile.content.tempfail_below_milli, 10'000U);
  EXPECT_EQ(profile.content.retry_after, 3min);
  EXPECT_THAT(profile.content.blocked_attachments, ElementsAre("exe", "js"));
}

TEST(ContentKeys, AScoreIsFromNoughtToTenInTenths) {
  EXPECT_EQ(
      fault("content: { junk_below: 10.5 }"),
      "scenario.yaml:1:24: content.junk_below: '10.5' is no content score; expected a number from 0 to 10 such as "
      "5.5");
  for (const char* score : {"11", "-1", "5.", ".5", "5.55", "5,5", "five", "10.1", "5.x"}) {
    EXPECT_THAT(fault("content: { reject_below: '" + std::string(score) + "' }"), HasSubstr("is no content score"))
        << score;
  }
  EXPECT_EQ(fault("content: { junk_below: 10.0 }"), "none");
}

TEST(ContentKeys, FeedbackSaysHowSendersAreTold) {
  using Loop = FeedbackSettings::Loop;
  using Key = FeedbackSettings::Key;
  const FeedbackSettings told =
      changed("qq", "feedback: { fbl: arf, fbl_key: dkim_domain, dmarc_rua: true, dmarc_ruf: true }").value().feedback;
  EXPECT_EQ(told.fbl, Loop::arf);
  EXPECT_EQ(told.fbl_key, Key::dkim_domain);
  EXPECT_TRUE(told.dmarc_rua);
  EXPECT_TRUE(told.dmarc_ruf);
  EXPECT_EQ(changed("qq", "feedback: { fbl: aggregate, fbl_key: ip }").value().feedback.fbl, Loop::aggregate);
  EXPECT_THAT(fault("feedback: { fbl: afr }"), HasSubstr("did you mean 'arf'?"));
}

}  // namespace
}  // namespace mailrig::receiver
