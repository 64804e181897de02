#include "fakes/base/draw.h"

#include <gtest/gtest.h>

namespace mailrig {
namespace {

TEST(Draw, DependsOnEveryPartAndOnNothingElse) {
  const Draw draw(7);
  const auto base = draw.bits("receiver/gmail", "retry", 1, 1);
  EXPECT_EQ(base, Draw(7).bits("receiver/gmail", "retry", 1, 1));
  EXPECT_NE(base, Draw(8).bits("receiver/gmail", "retry", 1, 1));
  EXPECT_NE(base, draw.bits("receiver/qq", "retry", 1, 1));
  EXPECT_NE(base, draw.bits("receiver/gmail", "greylist", 1, 1));
  EXPECT_NE(base, draw.bits("receiver/gmail", "retry", 2, 1));
  EXPECT_NE(base, draw.bits("receiver/gmail", "retry", 1, 2));
}

TEST(Draw, LotsAreTheSameDraws) {
  const Draw draw(7);
  const Draw::Lots lots = draw.lots("receiver/gmail", "retry");
  EXPECT_EQ(lots.bits(1, 2), draw.bits("receiver/gmail", "retry", 1, 2));
  EXPECT_EQ(lots.bits(3), draw.bits("receiver/gmail", "retry", 3));
}

TEST(Draw, ChanceHitsItsShare) {
  const Draw draw(7);
  int hits = 0;
  for (std::uint64_t i = 0; i < 100'000; ++i) hits += chance(draw.bits("e", "p", i), 30'000, 1'000'000) ? 1 : 0;
  EXPECT_NEAR(hits, 3000, 200);  // 3.7 standard deviations
}

TEST(Draw, BelowStaysBelow) {
  EXPECT_EQ(below(0, 10), 0U);
  EXPECT_EQ(below(~std::uint64_t{0}, 10), 9U);
}

}  // namespace
}  // namespace mailrig
