#include "sim/plan/permutation.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <vector>

namespace mailrig::plan {
namespace {

TEST(Permutation, VisitsEverybodyOnce) {
  for (const std::uint64_t count : {1u, 2u, 3u, 4u, 5u, 16u, 17u, 1000u, 4096u, 4097u}) {
    const Permutation order(count, 7);
    std::vector<bool> seen(count);
    for (std::uint64_t i = 0; i < count; ++i) {
      const std::uint64_t at = order(i);
      ASSERT_LT(at, count);
      ASSERT_FALSE(seen[at]) << count << " " << i;
      seen[at] = true;
    }
  }
}

TEST(Permutation, PutsNeighboursApart) {
  const std::uint64_t count = 100'000;
  const Permutation order(count, 7);
  int adjacent = 0;
  std::uint64_t distance = 0;
  for (std::uint64_t i = 0; i + 1 < count; ++i) {
    const std::uint64_t a = order(i), b = order(i + 1);
    const std::uint64_t apart = a > b ? a - b : b - a;
    adjacent += apart == 1 ? 1 : 0;
    distance += apart;
  }
  // Two independent picks are a third of the range apart on average, and adjacent twice in all.
  EXPECT_LT(adjacent, 20);
  EXPECT_NEAR(static_cast<double>(distance) / static_cast<double>(count), 33'333, 1'000);
}

TEST(Permutation, FollowsItsKey) {
  const Permutation one(1000, 1), again(1000, 1), other(1000, 2);
  int same = 0;
  for (std::uint64_t i = 0; i < 1000; ++i) {
    EXPECT_EQ(one(i), again(i));
    same += one(i) == other(i) ? 1 : 0;
  }
  EXPECT_LT(same, 20);
}

TEST(Permutation, ReachesLargeCounts) {
  const std::uint64_t count = 1'000'000'000'000;
  const Permutation order(count, 3);
  for (std::uint64_t i = count - 10; i < count; ++i) EXPECT_LT(order(i), count);
}

}  // namespace
}  // namespace mailrig::plan
