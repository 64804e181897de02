#include "sim/sender/retry.h"

#include <gtest/gtest.h>

#include <vector>

#include "fakes/base/draw.h"

namespace mailrig::sender {
namespace {

using namespace std::chrono_literals;

const std::vector<Duration> schedule = {5min, 15min, 1h};

TEST(Retry, FollowsTheScheduleAndRepeatsItsLastEntry) {
  EXPECT_EQ(retry_delay(schedule, 0, 1, 123), 5min);
  EXPECT_EQ(retry_delay(schedule, 0, 2, 123), 15min);
  EXPECT_EQ(retry_delay(schedule, 0, 3, 123), 1h);
  EXPECT_EQ(retry_delay(schedule, 0, 40, 123), 1h);
}

TEST(Retry, JitterReachesBothEndsOfItsRangeAndNothingBeyond) {
  EXPECT_EQ(retry_delay(schedule, 100'000, 1, 0), 270s);
  EXPECT_EQ(retry_delay(schedule, 100'000, 1, ~std::uint64_t{0}), 330s);
  Duration sum{};
  for (std::uint64_t i = 0; i < 1000; ++i) {
    const Duration delay = retry_delay(schedule, 100'000, 1, combine(0, i));
    EXPECT_GE(delay, 270s);
    EXPECT_LE(delay, 330s);
    sum += delay;
  }
  EXPECT_NEAR(to_seconds(sum / 1000), 300, 3);
}

TEST(Retry, NeverRepeatsATryAtTheSameInstant) {
  EXPECT_EQ(retry_delay(schedule, 1'000'000, 1, 0), 1ms);
}

TEST(Retry, TheLastTryComesAtTheMomentOfExpiry) {
  const Instant submitted{};
  EXPECT_EQ(next_try(submitted, 72h, submitted + 10h, 1h), submitted + 11h);
  EXPECT_EQ(next_try(submitted, 72h, submitted + 71h + 30min, 1h), submitted + 72h);
  EXPECT_FALSE(expired(submitted, 72h, submitted + 72h - 1ns));
  EXPECT_TRUE(expired(submitted, 72h, submitted + 72h));
}

}  // namespace
}  // namespace mailrig::sender
