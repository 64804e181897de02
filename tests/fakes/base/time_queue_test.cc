#include "fakes/base/time_queue.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <vector>

#include "fakes/base/stable_hash.h"

namespace mailrig {
namespace {

using namespace std::chrono_literals;

std::vector<std::uint32_t> take_due(TimeQueue<std::uint32_t>& timers, Instant now) {
  std::vector<std::uint32_t> due;
  while (const auto what = timers.pop_due(now)) due.push_back(*what);
  return due;
}

TEST(TimeQueue, IsOrderedByTimeAndEqualTimesAsTheyWereSet) {
  const Instant t{};
  TimeQueue<std::uint32_t> timers;
  EXPECT_EQ(timers.next(), never);
  EXPECT_TRUE(timers.empty());
  timers.set(t + 2s, 1);
  timers.set(t + 1s, 2);
  timers.set(t + 2s, 3);
  timers.set(t + 1s, 4);
  EXPECT_EQ(timers.next(), t + 1s);
  EXPECT_THAT(take_due(timers, t + 1s - 1ns), testing::IsEmpty());
  EXPECT_THAT(take_due(timers, t + 1s), testing::ElementsAre(2, 4));
  EXPECT_THAT(take_due(timers, t + 2s), testing::ElementsAre(1, 3));
  EXPECT_THAT(take_due(timers, never), testing::IsEmpty());
}

TEST(TimeQueue, SortsManyTimes) {
  TimeQueue<std::uint32_t> timers;
  std::vector<Instant> at;
  for (std::uint32_t i = 0; i < 5000; ++i) {
    at.push_back(Instant(Duration(combine(1, i) % 1000)));
    timers.set(at.back(), i);
  }
  const auto order = take_due(timers, Instant(1000ns));
  ASSERT_EQ(order.size(), at.size());
  for (std::size_t i = 1; i < order.size(); ++i)
    EXPECT_LT(std::pair(at[order[i - 1]], order[i - 1]), std::pair(at[order[i]], order[i]));
}

TEST(TimeQueue, StaysInOrderWhileMoreIsSet) {
  TimeQueue<std::uint64_t> queue;
  Instant now{};
  std::uint64_t set = 0;
  std::multiset<Instant> waiting;
  for (int round = 0; round < 2000; ++round) {
    for (int i = 0; i < 3; ++i) {
      const Instant at = now + Duration(combine(7, set) % 500);
      queue.set(at, set++);
      waiting.insert(at);
    }
    for (int i = 0; i < 2; ++i) {
      ASSERT_EQ(queue.next(), *waiting.begin());
      now = queue.next();
      waiting.erase(waiting.begin());
      queue.pop();
    }
  }
}

}  // namespace
}  // namespace mailrig
