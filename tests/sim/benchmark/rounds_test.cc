#include "sim/benchmark/rounds.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mailrig::benchmark {
namespace {

TEST(Rounds, MedianOfOddAndEven) {
  EXPECT_DOUBLE_EQ(median({3, 1, 2}), 2);
  EXPECT_DOUBLE_EQ(median({4, 1, 2, 3}), 2.5);
  EXPECT_DOUBLE_EQ(median({7}), 7);
}

TEST(Rounds, RatesAreMediansOfTheRounds) {
  const Measured measured{{{100, 1.0, 0.5}, {300, 1.0, 0.5}, {100, 10.0, 0.5}}};
  EXPECT_DOUBLE_EQ(measured.per_s(), 100);
  EXPECT_DOUBLE_EQ(measured.cpu_us(), 5000);
}

TEST(Rounds, RatiosAreTakenWithinEachRound) {
  // The second round was twice as slow for both, which says nothing about them.
  const Measured slow{{{10, 1, 1.0}, {10, 1, 2.0}, {10, 1, 1.0}}};
  const Measured fast{{{10, 1, 0.5}, {10, 1, 1.0}, {10, 1, 0.5}}};
  EXPECT_DOUBLE_EQ(median_ratio(slow, fast), 0.5);
  EXPECT_DOUBLE_EQ(median_ratio(fast, slow), 2);
}

TEST(Rounds, EveryActivityIsDoneInEveryRoundAndCountedAsOftenAsItWasDone) {
  std::uint64_t one = 0;
  std::uint64_t other = 0;
  const auto spin = [](std::uint64_t& count) {
    ++count;
    for (volatile int i = 0; i < 1000;) i = i + 1;
  };
  const auto measured = measure_in_turn({{"one", [&] { spin(one); }}, {"other", [&] { spin(other); }}}, Duration(1));
  ASSERT_EQ(measured.size(), 2U);
  ASSERT_EQ(measured[0].rounds.size(), 3U);
  ASSERT_EQ(measured[1].rounds.size(), 3U);
  std::uint64_t counted = 0;
  for (const RoundFigures& round : measured[0].rounds) {
    EXPECT_GT(round.times, 0U);
    EXPECT_GT(round.cpu_s, 0);
    counted += round.times;
  }
  EXPECT_LT(counted, one);  // warming up is not counted
  EXPECT_GT(counted, one / 2);
  for (const RoundFigures& round : measured[1].rounds) EXPECT_GT(round.times, 0U);
  EXPECT_GT(other, 0U);
}

}  // namespace
}  // namespace mailrig::benchmark
