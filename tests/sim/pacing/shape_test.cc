#include "sim/pacing/shape.h"

#include <gtest/gtest.h>

namespace mailrig::pacing {
namespace {

using namespace std::chrono_literals;

Instant at(const char* text) {
  return *parse_rfc3339(text);
}

const Instant monday = at("2026-03-02T00:00:00Z");

Hours only(std::size_t from, std::size_t to) {
  Hours hours{};
  for (std::size_t h = from; h < to; ++h) hours[h] = weight_max;
  return hours;
}

TEST(Calendar, KnowsDaysAndWeekdays) {
  EXPECT_EQ(weekday(monday), 0u);
  EXPECT_EQ(weekday(at("2026-03-08T23:59:59Z")), 6u);
  EXPECT_EQ(weekday(at("1970-01-01T00:00:00Z")), 3u);
  EXPECT_EQ(day_begin(at("2026-03-02T17:30:00Z")), monday);
  EXPECT_EQ(time_of_day(at("2026-03-02T17:30:00Z")), 17h + 30min);
}

TEST(Weights, AreScaledToTheLargest) {
  std::array<std::uint64_t, 24> weights{};
  weights[3] = 4'000;
  weights[4] = 1'000;
  weights[5] = 1;
  const Hours hours = scaled_hours(weights);
  EXPECT_EQ(hours[3], weight_max);
  EXPECT_EQ(hours[4], weight_max / 4);
  EXPECT_EQ(hours[5], 2u);
  EXPECT_EQ(hours[6], 0u);
  weights[5] = 0;
  weights[6] = 1;
  weights[3] = 1'000'000'000;
  EXPECT_EQ(scaled_hours(weights)[6], 1u) << "what is above 0 stays so";
}

TEST(Day, TimeAndWeightAreInverse) {
  const Hours hours = business_hours();
  for (const Duration time : {0ns, Duration(1h), Duration(9h + 30min), Duration(23h + 59min)}) {
    EXPECT_EQ(time_at(hours, weight_before(hours, time)), time);
  }
  EXPECT_EQ(time_at(hours, day_weight(hours)), 24h);
  // Where nothing passes, the last moment counts: mail waits for the first hour that has some.
  EXPECT_EQ(time_at(only(9, 17), 0), 9h);
  EXPECT_EQ(weight_before(only(9, 17), 9h), 0u);
}

TEST(Day, HoursOfANumberAddUpToIt) {
  for (const std::uint64_t number : {1u, 50u, 997u, 1'000'000u}) {
    EXPECT_EQ(number_before(business_hours(), 0, number), 0u);
    EXPECT_EQ(number_before(business_hours(), 24, number), number);
  }
  EXPECT_EQ(number_before(Shape().hours, 1, 480), 20u);
}

TEST(ShapedTime, IsTimeItselfWhereAllIsEven) {
  const ShapedTime time(Shape(), at("2026-03-04T13:37:11.5Z"));
  for (const Duration even : {0ns, 1ns, Duration(1h), Duration(17 * 24h) + 7ns}) {
    EXPECT_EQ(time.shaped(even), even);
    EXPECT_EQ(time.even_until(even), even);
  }
}

TEST(ShapedTime, WaitsForTheHoursThatHaveMail) {
  const ShapedTime time({.hours = only(9, 17), .weekdays = even_weights<7>()}, monday);
  EXPECT_EQ(time.shaped(0ns), 9h);
  EXPECT_EQ(time.shaped(12h), 13h);
  EXPECT_EQ(time.shaped(24h), 33h);
  EXPECT_EQ(time.even_until(9h), 0h);
  EXPECT_EQ(time.even_until(13h), 12h);
  EXPECT_EQ(time.even_until(20h), 24h);
}

TEST(ShapedTime, RestsOnDaysWithoutWeightAndNeverDrifts) {
  Shape shape{.hours = business_hours(), .weekdays = {10'000, 10'000, 10'000, 10'000, 10'000, 0, 0}};
  const ShapedTime time(shape, at("2026-03-04T15:00:00Z"));
  const Duration week = 7 * 24h;
  for (const std::int64_t weeks : {1, 52, 5'000}) {
    EXPECT_EQ(time.shaped(weeks * week), weeks * week);
    EXPECT_EQ(time.even_until(weeks * week), weeks * week);
  }
  Duration last{};
  for (int i = 0; i < 2'000; ++i) {
    const Duration shaped = time.shaped(i * 6min);
    EXPECT_GE(shaped, last);
    EXPECT_LT(weekday(at("2026-03-04T15:00:00Z") + shaped), 5u);
    last = shaped;
  }
}

TEST(ShapedTime, CountsExactlyWhatIsDueByAnOffset) {
  const ShapedTime time({.hours = business_hours(), .weekdays = even_weights<7>()}, monday + 5h);
  for (int minutes = 0; minutes < 3'000; minutes += 7) {
    const Duration until = time.even_until(minutes * 1min);
    EXPECT_GE(time.shaped(until), minutes * 1min);
    if (until > 0ns) {
      EXPECT_LT(time.shaped(until - 1ns), minutes * 1min);
    }
  }
}

}  // namespace
}  // namespace mailrig::pacing
