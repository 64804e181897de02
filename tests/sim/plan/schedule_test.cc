#include "sim/plan/schedule.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace mailrig::plan {
namespace {

using namespace std::chrono_literals;
using scenario::Schedule;
using scenario::ScheduleKind;

const Instant start{std::chrono::seconds(1'000'000)};

Schedule constant_rate(Rate rate, std::optional<Duration> length, std::optional<std::uint64_t> count = {}) {
  Schedule schedule;
  schedule.kind = ScheduleKind::rate;
  schedule.rate = rate;
  schedule.length = length;
  schedule.count = count;
  return schedule;
}

Schedule poisson(Rate rate, std::optional<Duration> length, std::optional<std::uint64_t> count = {}) {
  Schedule schedule = constant_rate(rate, length, count);
  schedule.arrivals = scenario::Arrivals::poisson;
  return schedule;
}

Schedule ramp(Rate from, Rate to, Duration length) {
  Schedule schedule = constant_rate(from, length);
  schedule.kind = ScheduleKind::ramp;
  schedule.ramp_to = to;
  return schedule;
}

Schedule burst(std::uint64_t size, Duration every, std::uint64_t times) {
  Schedule schedule;
  schedule.kind = ScheduleKind::burst;
  schedule.burst = size;
  schedule.every = every;
  schedule.times = times;
  return schedule;
}

Arrivals arrivals(const Schedule& schedule, std::uint64_t seed = 1) {
  return Arrivals(schedule, start, Draw(seed), "traffic/0");
}

// Offsets from the start.
std::vector<Duration> offsets(const Schedule& schedule, std::uint64_t seed = 1) {
  Arrivals sequence = arrivals(schedule, seed);
  std::vector<Duration> all;
  while (const auto at = sequence.next()) {
    all.push_back(*at - start);
  }
  EXPECT_FALSE(sequence.next());
  EXPECT_TRUE(std::is_sorted(all.begin(), all.end()));
  EXPECT_TRUE(!sequence.exact() || all.size() == sequence.total());
  return all;
}

std::size_t before(const std::vector<Duration>& all, Duration limit) {
  return static_cast<std::size_t>(std::lower_bound(all.begin(), all.end(), limit) - all.begin());
}

TEST(ConstantRate, IsEvenAndExact) {
  const auto all = offsets(constant_rate({50, 1s}, 20s));
  ASSERT_EQ(all.size(), 1000u);
  for (std::size_t i = 0; i < all.size(); ++i) EXPECT_EQ(all[i], static_cast<std::int64_t>(i) * 20ms);
}

// A third of a nanosecond lost per message would show after an hour.
TEST(ConstantRate, DoesNotDrift) {
  const auto all = offsets(constant_rate({3, 1s}, 1h));
  ASSERT_EQ(all.size(), 10'800u);
  EXPECT_EQ(all[1], 333'333'333ns);
  EXPECT_EQ(all[3 * 3599], 3599s);
}

TEST(ConstantRate, EndsAtWhicheverComesFirst) {
  EXPECT_EQ(offsets(constant_rate({10, 1s}, 10s, 5)).size(), 5u);
  EXPECT_EQ(offsets(constant_rate({10, 1s}, 1s, 500)).size(), 10u);
  EXPECT_EQ(offsets(constant_rate({10, 1s}, std::nullopt, 25)).back(), 2400ms);
  EXPECT_EQ(offsets(constant_rate({1, 1h}, 90min)).size(), 2u);
  EXPECT_TRUE(offsets(constant_rate({0, 1s}, 10s)).empty());
}

TEST(ConstantRate, EndsWithTheClock) {
  Arrivals sequence = arrivals(constant_rate({1, 24h * 365 * 200}, std::nullopt, 1'000));
  EXPECT_TRUE(sequence.next());
  EXPECT_TRUE(sequence.next());
  EXPECT_FALSE(sequence.next());  // the year 2370 is more than an Instant holds
}

TEST(Poisson, HasTheGapsOfOne) {
  const auto all = offsets(poisson({100, 1s}, std::nullopt, 100'000));
  ASSERT_EQ(all.size(), 100'000u);
  double sum = 0, squares = 0;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const double gap = to_seconds(all[i] - (i == 0 ? Duration{} : all[i - 1]));
    sum += gap;
    squares += gap * gap;
  }
  const double mean = sum / 1e5;
  EXPECT_NEAR(mean, 0.01, 0.01 * 0.01);                             // 1 % is 3 standard errors
  EXPECT_NEAR(squares / 1e5 - mean * mean, 0.0001, 0.0001 * 0.03);  // an exponential's variance is its mean squared
}

TEST(Poisson, CountsPerSecondVaryAsTheyShould) {
  const auto all = offsets(poisson({50, 1s}, 2'000s));
  EXPECT_NEAR(static_cast<double>(all.size()), 100'000, 1'000);
  EXPECT_LT(all.back(), 2'000s);
  double squares = 0;
  for (int second = 0; second < 2'000; ++second) {
    const auto n = static_cast<double>(before(all, (second + 1) * 1s) - before(all, second * 1s));
    squares += (n - 50) * (n - 50);
  }
  EXPECT_NEAR(squares / 2'000, 50, 5);  // the variance of a Poisson count is its mean
}

TEST(Poisson, FollowsSeedAndIsRepeatable) {
  const Schedule schedule = poisson({10, 1s}, 60s);
  EXPECT_EQ(offsets(schedule, 1), offsets(schedule, 1));
  EXPECT_NE(offsets(schedule, 1), offsets(schedule, 2));
  EXPECT_FALSE(arrivals(schedule).exact());
  EXPECT_EQ(arrivals(schedule).total(), 600u);
  EXPECT_TRUE(arrivals(poisson({10, 1s}, std::nullopt, 7)).exact());
}

TEST(Ramp, SendsTheAreaUnderItsLine) {
  const auto all = offsets(ramp({10, 1s}, {100, 1s}, 60s));
  ASSERT_EQ(all.size(), 3'300u);  // (10 + 100) / 2 × 60
  EXPECT_EQ(all.front(), 0s);
  EXPECT_LT(all.back(), 60s);
  // After half of the time: 10 × 30 + (55 − 10) / 2 × 30 = 975.
  EXPECT_NEAR(static_cast<double>(before(all, 30s)), 975, 1);
  EXPECT_NEAR(static_cast<double>(before(all, 1s)), 10.75, 1);
  EXPECT_NEAR(static_cast<double>(all.size() - before(all, 59s)), 99.25, 1);
}

TEST(Ramp, MayFallToNothingOrRiseFromIt) {
  const auto rising = offsets(ramp({0, 1s}, {20, 1s}, 100s));
  const auto falling = offsets(ramp({20, 1s}, {0, 1s}, 100s));
  EXPECT_EQ(rising.size(), 1'000u);
  EXPECT_EQ(falling.size(), 1'000u);
  EXPECT_NEAR(static_cast<double>(before(rising, 50s)), 250, 1);
  EXPECT_NEAR(static_cast<double>(before(falling, 50s)), 750, 1);
  EXPECT_TRUE(offsets(ramp({0, 1s}, {0, 1s}, 100s)).empty());
}

TEST(Ramp, BetweenEqualRatesIsARate) {
  const auto all = offsets(ramp({8, 1s}, {8, 1s}, 10s));
  const auto even = offsets(constant_rate({8, 1s}, 10s));
  ASSERT_EQ(all.size(), even.size());
  for (std::size_t i = 0; i < all.size(); ++i) EXPECT_LE(std::chrono::abs(all[i] - even[i]), 2ns) << i;
}

TEST(Ramp, IsPreciseOverAMonth) {
  const Duration month = 24h * 30;
  Arrivals sequence = arrivals(ramp({0, 1s}, {10, 1s}, month));
  EXPECT_EQ(sequence.total(), 12'960'000u);
  // Λ(t) = 5 t² / month: message n is due at √(n × month / 5).
  for (int n = 0; n < 1'000; ++n) {
    const auto at = to_seconds(*sequence.next() - start);
    EXPECT_NEAR(at * at * 5 / to_seconds(month), n, 1e-3) << n;
  }
}

TEST(Ramp, CanBePoisson) {
  Schedule schedule = ramp({0, 1s}, {100, 1s}, 1'000s);
  schedule.arrivals = scenario::Arrivals::poisson;
  const auto all = offsets(schedule);
  EXPECT_NEAR(static_cast<double>(all.size()), 50'000, 700);
  EXPECT_NEAR(static_cast<double>(before(all, 500s)), 12'500, 350);
  EXPECT_LT(all.back(), 1'000s);
}

TEST(Burst, ComesAtOnceAndAgain) {
  const auto all = offsets(burst(3, 10s, 2));
  EXPECT_EQ(all, (std::vector<Duration>{0s, 0s, 0s, 10s, 10s, 10s}));
  EXPECT_EQ(offsets(burst(5, 0s, 1)).size(), 5u);
  Schedule cut = burst(3, 10s, 100);
  cut.length = 25s;
  EXPECT_EQ(offsets(cut).size(), 9u);
  cut.count = 4;
  EXPECT_EQ(offsets(cut).size(), 4u);
}

TEST(Saturate, HasNoTimes) {
  Schedule schedule;
  schedule.kind = ScheduleKind::saturate;
  schedule.in_flight = 50;
  schedule.length = 10s;
  const auto loop = closed_loop(schedule, start);
  ASSERT_TRUE(loop);
  EXPECT_EQ(loop->in_flight, 50u);
  EXPECT_EQ(loop->start, start);
  EXPECT_EQ(loop->end, start + 10s);
  EXPECT_FALSE(loop->count);
  schedule.length.reset();
  schedule.count = 7;
  EXPECT_EQ(closed_loop(schedule, start)->end, never);
  EXPECT_EQ(closed_loop(schedule, start)->count, 7u);
  EXPECT_FALSE(closed_loop(constant_rate({1, 1s}, 1s), start));
}

Schedule warmup(std::vector<std::uint64_t> days) {
  Schedule schedule;
  schedule.kind = ScheduleKind::warmup;
  schedule.warmup.days = std::move(days);
  return schedule;
}

TEST(Warmup, OffersWhatItsDaysSay) {
  const auto all = offsets(warmup({50, 100, 500}));
  ASSERT_EQ(all.size(), 650u);
  const Duration first_day = pacing::day_begin(start) + 24h - start;
  EXPECT_EQ(before(all, first_day), 50u);
  EXPECT_EQ(before(all, first_day + 24h), 150u);
}

TEST(Warmup, EndsByCountToo) {
  Schedule schedule = warmup({50, 100, 500});
  schedule.count = 120;
  EXPECT_EQ(offsets(schedule).size(), 120u);
}

TEST(Warmup, MayBeAPoissonProcess) {
  Schedule schedule = warmup({5'000, 10'000});
  schedule.arrivals = scenario::Arrivals::poisson;
  const auto all = offsets(schedule);
  EXPECT_NEAR(static_cast<double>(all.size()), 15'000, 600);
  EXPECT_NE(all, offsets(schedule, 2));
}

TEST(Shape, KeepsTheMeanOfARate) {
  Schedule schedule = constant_rate({1'000, 24h}, 14 * 24h);
  schedule.shape = pacing::Shape{.hours = pacing::business_hours(), .weekdays = {10, 10, 10, 10, 10, 5, 0}};
  EXPECT_EQ(offsets(schedule).size(), 14'000u);
  schedule.arrivals = scenario::Arrivals::poisson;
  EXPECT_NEAR(static_cast<double>(offsets(schedule).size()), 14'000, 600);
}

TEST(Shape, PutsMailWhereItsWeightsAre) {
  Schedule schedule = constant_rate({240, 24h}, std::nullopt, 480);
  pacing::Shape shape;
  shape.hours = {};
  shape.hours[9] = pacing::weight_max;
  schedule.shape = shape;
  for (const Duration offset : offsets(schedule)) {
    EXPECT_EQ(std::chrono::floor<std::chrono::hours>(pacing::time_of_day(start + offset)), 9h);
  }
}

}  // namespace
}  // namespace mailrig::plan
