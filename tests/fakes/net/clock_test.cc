#include "fakes/net/clock.h"

#include <gtest/gtest.h>

namespace mailrig::net {
namespace {

using namespace std::chrono_literals;
constexpr Instant start{Duration(1'772'438'400'000'000'000)};

TEST(Clock, StartsAtItsStartAndRunsForward) {
  const Clock clock(start);
  const Instant first = clock.now();
  EXPECT_GE(first, start);
  EXPECT_LT(first, start + 1h);
  EXPECT_GE(clock.now(), first);
}

TEST(Clock, TranslatesBothWaysAtItsSpeed) {
  const Clock fast(start, 600'000);
  EXPECT_EQ(fast.to_wall(5min), 500ms);
  EXPECT_EQ(fast.to_model(500ms), 5min);
  const Clock slow(start, 500);
  EXPECT_EQ(slow.to_wall(1s), 2s);
  EXPECT_EQ(slow.to_model(1s), 500ms);
}

TEST(Clock, DeadlinesOnTheWallAgreeWithItsTime) {
  const Clock clock(start, 60'000);
  EXPECT_EQ(clock.at(clock.wall_deadline(start + 1h)), start + 1h);
  EXPECT_EQ(clock.at(clock.wall_deadline(start - 1h)), start);
}

TEST(Clock, AThousandfoldWeekDoesNotOverflow) {
  const Clock clock(start, 1'000'000);
  EXPECT_EQ(clock.to_model(24h * 7), 24h * 7000);
  EXPECT_EQ(clock.wall_deadline(never), clock.wall_deadline(start) + clock.to_wall(never - start));
  const Clock slow(start, 1);
  EXPECT_EQ(slow.wall_deadline(never), Clock::Wall::time_point::max());
}

}  // namespace
}  // namespace mailrig::net
