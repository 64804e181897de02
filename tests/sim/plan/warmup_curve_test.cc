#include "sim/plan/warmup_curve.h"

#include <gtest/gtest.h>

#include <map>

namespace mailrig::plan {
namespace {

using namespace std::chrono_literals;

const Instant monday = *parse_rfc3339("2026-03-02T00:00:00Z");

Duration offset(const WarmupCurve& curve, std::uint64_t message) {
  return curve.offset_at(static_cast<Uint128>(message) << 32);
}

// Messages per UTC day, counted from the day of the start.
std::map<std::int64_t, std::uint64_t> per_day(const WarmupCurve& curve, Instant start) {
  std::map<std::int64_t, std::uint64_t> days;
  Duration last{};
  for (std::uint64_t i = 0; i < curve.total(); ++i) {
    const Duration at = offset(curve, i);
    EXPECT_GE(at, last);
    last = at;
    ++days[(pacing::day_begin(start + at) - pacing::day_begin(start)) / 24h];
  }
  return days;
}

using Days = std::map<std::int64_t, std::uint64_t>;

TEST(WarmupCurve, OffersEachDaysNumberEvenly) {
  const WarmupCurve curve({50, 100, 500}, {}, monday, std::nullopt);
  EXPECT_EQ(curve.total(), 650u);
  EXPECT_EQ(per_day(curve, monday), (Days{{0, 50}, {1, 100}, {2, 500}}));
  EXPECT_EQ(offset(curve, 0), 0h);
  EXPECT_EQ(offset(curve, 25), 12h);
  EXPECT_EQ(offset(curve, 50), 24h);
}

TEST(WarmupCurve, StaysAtTheLastDayUntilItsEnd) {
  const WarmupCurve curve({50, 100}, {}, monday, 4 * 24h + 12h);
  EXPECT_EQ(per_day(curve, monday), (Days{{0, 50}, {1, 100}, {2, 100}, {3, 100}, {4, 50}}));
}

TEST(WarmupCurve, PutsTheFirstDaysNumberIntoWhatIsLeftOfIt) {
  const Instant evening = monday + 18h;
  const WarmupCurve curve({60, 240}, {}, evening, std::nullopt);
  EXPECT_EQ(per_day(curve, evening), (Days{{0, 60}, {1, 240}}));
  EXPECT_EQ(offset(curve, 30), 3h);
  EXPECT_EQ(offset(curve, 60), 6h);
}

TEST(WarmupCurve, BeginsTomorrowWhenTheShapeLeavesNothingOfToday) {
  pacing::Shape office;
  office.hours = {};
  for (std::size_t h = 9; h < 17; ++h) office.hours[h] = pacing::weight_max;
  const WarmupCurve curve({80, 160}, office, monday + 18h, std::nullopt);
  EXPECT_EQ(per_day(curve, monday + 18h), (Days{{1, 80}, {2, 160}}));
  EXPECT_EQ(offset(curve, 0), 15h);
  EXPECT_EQ(offset(curve, 10), 16h);
}

TEST(WarmupCurve, GivesWeekdaysTheirShareOfTheHeaviest) {
  pacing::Shape shape;
  shape.weekdays = {10'000, 10'000, 10'000, 10'000, 10'000, 5'000, 0};
  const WarmupCurve curve({100}, shape, monday, 8 * 24h);
  EXPECT_EQ(per_day(curve, monday), (Days{{0, 100}, {1, 100}, {2, 100}, {3, 100}, {4, 100}, {5, 50}, {7, 100}}));
}

TEST(WarmupCurve, IsExactForAMonthOfMillions) {
  std::vector<std::uint64_t> days(30, 5'000'000);
  const WarmupCurve curve(days, {.hours = pacing::business_hours(), .weekdays = pacing::even_weights<7>()}, monday,
                          std::nullopt);
  EXPECT_EQ(curve.total(), 150'000'000u);
  EXPECT_EQ(offset(curve, 5'000'000 * 29ULL), 29 * 24h);
  EXPECT_LT(offset(curve, curve.total() - 1), 30 * 24h);
}

}  // namespace
}  // namespace mailrig::plan
