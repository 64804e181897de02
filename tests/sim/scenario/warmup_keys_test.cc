#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/sim/scenario/small_scenario.h"

namespace mailrig::scenario {
namespace {

using testing::ElementsAre;

Schedule warmup_schedule(const std::string& yaml, std::vector<std::string> sets = {}) {
  sets.push_back("traffic.0.schedule=" + yaml);
  const auto scenario = parsed(small, sets);
  return scenario.traffic.empty() ? Schedule() : scenario.traffic[0].schedule;
}

std::string warmup_fault(const std::string& yaml) {
  return faults(small, {"traffic.0.schedule=" + yaml}).at(0);
}

TEST(WarmupKeys, ThreeWaysToSayIt) {
  EXPECT_THAT(warmup_schedule("{warmup: {days: [50, 1k, 1.5k]}}").warmup.days, ElementsAre(50, 1'000, 1'500));
  EXPECT_THAT(warmup_schedule("{warmup: {start: 50, growth: 2, for: 4d, max: 150}}").warmup.days,
              ElementsAre(50, 100, 150, 150));
  const Schedule plan = warmup_schedule("{warmup: {plan: sendgrid}, for: 60d}");
  EXPECT_EQ(plan.kind, ScheduleKind::warmup);
  EXPECT_EQ(plan.warmup.days.front(), 480u);
  EXPECT_EQ(plan.length, std::chrono::days(60));
}

// The largest receiver gets from each address what the day says.
TEST(WarmupKeys, CountPerAddressAndReceiver) {
  EXPECT_THAT(warmup_schedule("{warmup: {days: [50]}}", {"senders.shop.ips=[198.18.2.10, 198.18.2.11]"}).warmup.days,
              ElementsAre(100));
  EXPECT_THAT(
      warmup_schedule("{warmup: {days: [60]}}", {"receivers.qq={}", "traffic.0.to={gmail: 60%, qq: 40%}"}).warmup.days,
      ElementsAre(100));
  EXPECT_THAT(warmup_schedule("{warmup: {days: [60]}}", {"mail.order.recipients=3"}).warmup.days, ElementsAre(20));
}

TEST(WarmupKeys, SayWhatIsWrong) {
  const std::string at = "--set: traffic.0.schedule.warmup";
  EXPECT_EQ(warmup_fault("{warmup: {}}"),
            at + ": needs one of 'days', 'start' and 'plan', such as start: 50, growth: 1.4, for: 30d");
  EXPECT_EQ(warmup_fault("{warmup: {days: [50, ~, 100]}}"), at + ".days.1: day 2 is missing in the table");
  EXPECT_EQ(warmup_fault("{warmup: {days: [50, 0]}}"),
            at + ".days.1: day 2 must be more than 0; a 'shape' has days without mail");
  EXPECT_EQ(warmup_fault("{warmup: {days: [-5]}}"), at + ".days.0: '-5' is not a count such as 2000, 100k or 1.5M");
  EXPECT_EQ(warmup_fault("{warmup: {days: []}}"), at + ".days: needs at least one day");
  EXPECT_EQ(warmup_fault("{warmup: {start: 50, growth: 10, for: 30d}}"),
            at + ": grows beyond 10G copies on day 10; add 'max', such as max: 100k, or a shorter 'for'");
  EXPECT_EQ(warmup_fault("{warmup: {start: 50, growth: 1.4}}"),
            at + ": has no end; add 'for', such as for: 30d, or 'max'");
  EXPECT_EQ(warmup_fault("{warmup: {start: 50, for: 3d}}"), at + ": needs 'growth', such as growth: 1.4");
  EXPECT_EQ(warmup_fault("{warmup: {start: 0, growth: 2, for: 3d}}"), at + ".start: must be from 1 to 10G");
  EXPECT_EQ(warmup_fault("{warmup: {start: 50, growth: 0.5, for: 3d}}"),
            at + ".growth: '0.5' is no factor; expected a number from 1 to 100 such as 1.4");
  EXPECT_EQ(warmup_fault("{warmup: {plan: sendgird}}"), at + ".plan: unknown warm-up plan 'sendgird'; did you mean "
                                                             "'sendgrid'? (mailrig scenario plans shows them)");
  EXPECT_EQ(warmup_fault("{warmup: {plan: ses, growth: 2}}"), at + ".growth: goes with 'start' only");
}

TEST(ShapeKeys, NamesAndNumbers) {
  const Schedule business =
      warmup_schedule("{rate: 500/d, for: 30d, shape: {day: business, week: [5, 5, 5, 5, 5, 1, 0]}}");
  ASSERT_TRUE(business.shape);
  EXPECT_EQ(business.shape->hours, pacing::business_hours());
  EXPECT_THAT(business.shape->weekdays, ElementsAre(10'000, 10'000, 10'000, 10'000, 10'000, 2'000, 0));
  EXPECT_EQ(warmup_schedule("{warmup: {plan: ses}, shape: {day: flat}}").shape, pacing::Shape());
  const std::string at = "--set: traffic.0.schedule.shape";
  EXPECT_EQ(warmup_fault("{rate: 5/s, for: 1d, shape: {week: [1, 2]}}"),
            at + ".week: expected 7 numbers, one for each day from Monday, found 2");
  EXPECT_EQ(warmup_fault("{rate: 5/s, for: 1d, shape: {week: [0, 0, 0, 0, 0, 0, 0]}}"),
            at + ".week: one of the numbers must be more than 0");
  EXPECT_EQ(warmup_fault("{rate: 5/s, for: 1d, shape: {day: busness}}"),
            at + ".day: unknown value 'busness'; did you mean 'business'?");
  EXPECT_EQ(warmup_fault("{burst: 5, shape: {day: flat}}"),
            "--set: unknown key 'shape' in burst schedule; valid: burst, every, times");
}

}  // namespace
}  // namespace mailrig::scenario
