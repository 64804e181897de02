#include "fakes/base/exponential.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <limits>

#include "fakes/base/draw.h"

namespace mailrig {
namespace {

TEST(Exponential, IsMinusTheNaturalLogarithm) {
  for (std::uint64_t i = 0; i < 10'000; ++i) {
    const std::uint64_t bits = combine(1, i) >> (i % 60);
    const double expected = (64 * std::log(2.0) - std::log(static_cast<double>(bits) + 1)) * 4294967296.0;
    ASSERT_NEAR(static_cast<double>(exponential_q32(bits)), expected, 2) << bits;
  }
}

TEST(Exponential, HasItsEnds) {
  EXPECT_EQ(exponential_q32(std::numeric_limits<std::uint64_t>::max()), 0u);
  EXPECT_EQ(exponential_q32(0) >> 32, 44u);  // 64 × ln 2 = 44.36
}

// Written down, so that a compiler or machine that computes something else is noticed.
TEST(Exponential, IsTheSameEverywhere) {
  EXPECT_EQ(exponential_q32((std::uint64_t{1} << 63) - 1), 2'977'044'471u);  // ln 2
  EXPECT_EQ(exponential_q32((std::uint64_t{1} << 62) - 1), 5'954'088'943u);  // 2 × ln 2
}

}  // namespace
}  // namespace mailrig
