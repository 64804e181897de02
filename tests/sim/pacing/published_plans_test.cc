#include <gtest/gtest.h>

#include <algorithm>

#include "sim/pacing/warmup.h"

namespace mailrig::pacing {
namespace {

TEST(PublishedPlans, AreWhatWasPublished) {
  const auto* sendgrid = find_plan("sendgrid");
  ASSERT_NE(sendgrid, nullptr);
  EXPECT_TRUE(sendgrid->warmup.hourly);
  EXPECT_EQ(sendgrid->warmup.days.size(), 42u);
  EXPECT_EQ(sendgrid->warmup.days.front(), 24u * 20);
  const auto* sparkpost = find_plan("sparkpost");
  EXPECT_EQ(sparkpost->warmup.days.size(), 29u);
  EXPECT_EQ(sparkpost->warmup.days.back(), 10'000'000u);
  const auto* ses = find_plan("ses");
  EXPECT_EQ(ses->warmup.days.size(), 45u);
  EXPECT_EQ(ses->warmup.days.back(), 50'000u);
  EXPECT_LT(ses->warmup.days[43], 50'000u);
  const auto* tencent = find_plan("tencent");
  EXPECT_EQ(tencent->warmup.days.size(), 30u);
  EXPECT_EQ(tencent->warmup.days.front(), 500u);
  EXPECT_EQ(find_plan("mailchimp"), nullptr);
}

TEST(PublishedPlans, NeverShrinkAndSaySources) {
  for (const PublishedPlan& plan : published_plans()) {
    SCOPED_TRACE(plan.name);
    EXPECT_TRUE(std::is_sorted(plan.warmup.days.begin(), plan.warmup.days.end()));
    EXPECT_GT(plan.warmup.days.front(), 0u);
    EXPECT_LE(plan.warmup.days.back(), copies_a_day_max);
    EXPECT_FALSE(plan.source.empty());
  }
  EXPECT_TRUE(std::is_sorted(published_plans().begin(), published_plans().end(),
                             [](const auto& a, const auto& b) { return a.name < b.name; }));
}

}  // namespace
}  // namespace mailrig::pacing
