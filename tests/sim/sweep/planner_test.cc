#include "sim/sweep/planner.h"

#include <gtest/gtest.h>

#include <set>

namespace mailrig::sweep {
namespace {

// Providers who stand `start` up to a hundred, and a growth of 1.4.
std::vector<Tried> patient(std::span<const WarmupCandidate> candidates) {
  std::vector<Tried> tried;
  for (const WarmupCandidate& candidate : candidates) {
    const bool met = candidate.start <= 100 && candidate.growth_milli <= 1400;
    tried.push_back({candidate, met, met ? 0.99 : 0.5});
  }
  return tried;
}

TEST(Planner, FindsTheSteepestThatMeetsTheGoal) {
  const Search search = find_steepest(10, 3000, patient);
  ASSERT_TRUE(search.best);
  EXPECT_EQ(search.best->candidate, (WarmupCandidate{100, 1400, 3000}));
  // 10, 20, 50, 100, 200, 500, 1000, 2000.
  ASSERT_EQ(search.steepest.size(), 8u);
  EXPECT_EQ(search.steepest[0].candidate.growth_milli, 1400u);
  EXPECT_FALSE(search.steepest[4].met);
  EXPECT_EQ(search.steepest[4].candidate.growth_milli, 1050u);
}

TEST(Planner, NoCandidateIsPlayedTwice) {
  std::set<std::pair<std::uint64_t, std::uint32_t>> seen;
  std::size_t rounds = 0;
  find_steepest(1, 100'000, [&](std::span<const WarmupCandidate> candidates) {
    ++rounds;
    for (const WarmupCandidate& candidate : candidates) {
      EXPECT_TRUE(seen.emplace(candidate.start, candidate.growth_milli).second);
    }
    return patient(candidates);
  });
  EXPECT_LE(rounds, 4u);
}

TEST(Planner, AGoalThatCannotBeMetHasNoBest) {
  const Search search = find_steepest(10, 1000, [](std::span<const WarmupCandidate> candidates) {
    std::vector<Tried> tried;
    for (const WarmupCandidate& candidate : candidates) tried.push_back({candidate, false, 0.3});
    return tried;
  });
  EXPECT_FALSE(search.best);
  EXPECT_EQ(search.steepest.size(), 7u);
  EXPECT_EQ(search.steepest[0].value, 0.3);
}

TEST(Planner, EndsWhenNothingIsPlayedAnyMore) {
  const Search search = find_steepest(10, 1000, [](std::span<const WarmupCandidate>) { return std::vector<Tried>(); });
  EXPECT_FALSE(search.best);
  EXPECT_TRUE(search.steepest.empty());
}

TEST(WarmupCandidate, SaysHowLongItTakes) {
  EXPECT_EQ(days_of({1000, 1500, 1000}), 1u);
  EXPECT_EQ(days_of({100, 2000, 800}), 4u);
  EXPECT_EQ(to_yaml({50, 1050, 3000}), "{ start: 50, growth: 1.050, max: 3000 }");
}

}  // namespace
}  // namespace mailrig::sweep
