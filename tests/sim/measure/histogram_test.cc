#include "sim/measure/histogram.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "fakes/base/draw.h"

namespace mailrig::measure {
namespace {

using std::chrono::hours;
using std::chrono::nanoseconds;
using std::chrono::seconds;

constexpr std::uint32_t asked[] = {1, 500, 900, 950, 990, 999, 1000};

// Values spread evenly over the orders of magnitude from nanoseconds to weeks.
std::vector<std::int64_t> spread_values(std::size_t count) {
  const Draw draw(42);
  std::vector<std::int64_t> values;
  for (std::size_t i = 0; i < count; ++i) {
    const unsigned bits = static_cast<unsigned>(below(draw.bits("test", "magnitude", i), 50));
    values.push_back(static_cast<std::int64_t>(below(draw.bits("test", "value", i), std::uint64_t{1} << bits)));
  }
  return values;
}

std::int64_t exact_percentile(const std::vector<std::int64_t>& sorted, std::uint32_t per_mille) {
  return sorted[std::max<std::size_t>((sorted.size() * per_mille + 999) / 1000, 1) - 1];
}

TEST(Histogram, PercentilesAreWithinHalfAPercentOfTheExactOnes) {
  for (const std::size_t count : {1UL, 2UL, 10UL, 999UL, 20'000UL}) {
    std::vector<std::int64_t> values = spread_values(count);
    Histogram histogram;
    for (const auto value : values) histogram.record(nanoseconds(value));
    std::sort(values.begin(), values.end());
    for (const auto per_mille : asked) {
      const auto exact = static_cast<double>(exact_percentile(values, per_mille));
      const auto measured = static_cast<double>(histogram.percentile(per_mille).count());
      EXPECT_LE(std::abs(measured - exact), exact * 0.005) << count << " values, " << per_mille << " per mille";
    }
    EXPECT_EQ(histogram.max().count(), values.back());
    EXPECT_EQ(histogram.count(), count);
  }
}

TEST(Histogram, SmallValuesAreExact) {
  Histogram histogram;
  for (int i = 0; i <= 255; ++i) histogram.record(nanoseconds(i));
  EXPECT_EQ(histogram.percentile(500), nanoseconds(127));
  EXPECT_EQ(histogram.percentile(1000), nanoseconds(255));
}

TEST(Histogram, MeanIsExactEvenWhereTheSumNeedsMoreThan64Bits) {
  Histogram histogram;
  for (int i = 0; i < 1000; ++i) histogram.record(hours(24 * 365 * 100));
  EXPECT_EQ(histogram.mean(), hours(24 * 365 * 100));
  histogram = {};
  histogram.record(nanoseconds(1));
  histogram.record(nanoseconds(4));
  EXPECT_EQ(histogram.mean(), nanoseconds(2));
}

TEST(Histogram, AMergedHistogramEqualsOneThatSawEverything) {
  const auto values = spread_values(5'000);
  Histogram all;
  Histogram even;
  Histogram odd;
  for (std::size_t i = 0; i < values.size(); ++i) {
    all.record(nanoseconds(values[i]));
    (i % 2 == 0 ? even : odd).record(nanoseconds(values[i]));
  }
  even.merge(odd);
  even.merge(Histogram());
  for (const auto per_mille : asked) EXPECT_EQ(even.percentile(per_mille), all.percentile(per_mille));
  EXPECT_EQ(even.mean(), all.mean());
  EXPECT_EQ(even.max(), all.max());
  EXPECT_EQ(even.count(), all.count());
}

TEST(Histogram, OneValueIsReadBackExactlyWhateverItsBucket) {
  for (const auto value : {Duration(1'234'567'891), Duration(hours(24 * 14)) + Duration(3), Duration::max()}) {
    Histogram histogram;
    histogram.record(value);
    EXPECT_EQ(histogram.percentile(500), value);
  }
}

TEST(Histogram, EmptyIsZeroAndNegativeCountsAsZero) {
  Histogram histogram;
  EXPECT_EQ(histogram.percentile(999), Duration{});
  EXPECT_EQ(histogram.mean(), Duration{});
  histogram.record(seconds(-5));
  EXPECT_EQ(histogram.count(), 1U);
  EXPECT_EQ(histogram.percentile(500), Duration{});
}

}  // namespace
}  // namespace mailrig::measure
