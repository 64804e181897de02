#include "sim/pacing/warmup.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mailrig::pacing {
namespace {

using testing::ElementsAre;

TEST(Growth, GrowsInWholeCopiesAndKeepsFractions) {
  EXPECT_THAT(*grown({.start = 50, .growth_milli = 1'400, .days = 5}), ElementsAre(50, 70, 98, 137, 192));
  EXPECT_THAT(*grown({.start = 1, .growth_milli = 1'200, .days = 5}), ElementsAre(1, 1, 1, 1, 2));
}

TEST(Growth, StopsAtTheMost) {
  EXPECT_THAT(*grown({.start = 50, .growth_milli = 2'000, .max = 300}), ElementsAre(50, 100, 200, 300));
  EXPECT_THAT(*grown({.start = 50, .growth_milli = 2'000, .max = 50}), ElementsAre(50));
}

TEST(Growth, SaysOnWhichDayItOverflows) {
  const auto days = grown({.start = 1'000'000'000, .growth_milli = 10'000, .days = 30});
  ASSERT_FALSE(days);
  EXPECT_EQ(days.error().message, "grows beyond 10G copies on day 3; add 'max', such as max: 100k, or a shorter 'for'");
}

TEST(Warmup, StaysAtItsLastDay) {
  const Warmup warmup{.days = {50, 100}};
  EXPECT_EQ(warmup.on_day(1), 50u);
  EXPECT_EQ(warmup.on_day(2), 100u);
  EXPECT_EQ(warmup.on_day(400), 100u);
}

}  // namespace
}  // namespace mailrig::pacing
