#include "sim/measure/series.h"

#include <gtest/gtest.h>

#include <numeric>

namespace mailrig::measure {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;

const Instant start{};

TEST(Series, CountsPerModelSecond) {
  Series series(start, 2);
  series.add(start + milliseconds(100), 0, Metric::inbox);
  series.add(start + milliseconds(900), 0, Metric::inbox);
  series.add(start + milliseconds(1'000), 1, Metric::attempts);
  const SeriesChanges changes = series.take_changes();
  EXPECT_EQ(changes.width, Duration(seconds(1)));
  ASSERT_EQ(changes.points.size(), 2U);
  EXPECT_EQ(changes.points[0].value, 2U);
  EXPECT_EQ(changes.points[0].at, start);
  EXPECT_EQ(changes.points[1].at, start + seconds(1));
  EXPECT_EQ(changes.points[1].receiver, 1U);
  EXPECT_TRUE(series.take_changes().points.empty()) << "nothing new";
}

TEST(Series, AMonthFitsBecauseTheBucketsWiden) {
  Series series(start, 1);
  for (int hour = 0; hour < 30 * 24; ++hour) series.add(start + hours(hour), 0, Metric::accepted);
  const SeriesChanges changes = series.take_changes();
  EXPECT_TRUE(changes.start_over);
  EXPECT_LE(changes.points.size(), 2'048U);
  EXPECT_GT(changes.width, Duration(seconds(1)));
  std::uint64_t sum = 0;
  for (const SeriesPoint& point : changes.points) sum += point.value;
  EXPECT_EQ(sum, 720U) << "widening loses nothing";
}

}  // namespace
}  // namespace mailrig::measure
