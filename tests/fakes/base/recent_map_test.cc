#include "fakes/base/recent_map.h"

#include <gtest/gtest.h>

namespace mailrig {
namespace {

TEST(RecentMapTest, FindsWhatWasPut) {
  RecentMap<std::string, int> map(10);
  EXPECT_EQ(map.find("a"), nullptr);
  map.put("a", 1);
  map.put("a", 2);
  ASSERT_NE(map.find("a"), nullptr);
  EXPECT_EQ(*map.find("a"), 2);
  EXPECT_EQ(map.size(), 1U);
}

TEST(RecentMapTest, ForgetsWhatNobodyAskedForAndKeepsTheRest) {
  RecentMap<std::uint64_t, std::uint64_t> map(10);
  map.put(0, 7);
  for (std::uint64_t i = 1; i <= 1000; ++i) {
    map.put(i, i);
    ASSERT_NE(map.find(0), nullptr) << i;
    ASSERT_NE(map.find(i), nullptr);
    ASSERT_LE(map.size(), 20U);
  }
  EXPECT_EQ(*map.find(0), 7U);
  EXPECT_EQ(map.find(1), nullptr);
}

}  // namespace
}  // namespace mailrig
