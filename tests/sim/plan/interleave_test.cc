#include "sim/plan/interleave.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>

namespace mailrig::plan {
namespace {

TEST(Interleave, SixtyToFortyIsExactlyThat) {
  const std::array<std::uint32_t, 2> shares = {600'000, 400'000};
  const Interleave sequence(shares);
  std::array<int, 2> taken{};
  for (int i = 0; i < 1000; ++i) {
    ++taken[sequence[static_cast<std::uint64_t>(i)]];
    EXPECT_LE(std::abs(taken[0] - 0.6 * (i + 1)), 1.0) << i;
  }
  EXPECT_EQ(taken, (std::array<int, 2>{600, 400}));
}

TEST(Interleave, SpreadsUnevenSharesSmoothly) {
  const std::array<std::uint32_t, 5> shares = {450'000, 300'000, 0, 249'999, 1};
  const Interleave sequence(shares);
  std::array<std::uint32_t, 5> taken{};
  for (std::uint64_t i = 0; i < 1'000'000; ++i) {
    ++taken[sequence[i]];
    if (i % 1'000 != 0) continue;
    for (std::size_t r = 0; r < shares.size(); ++r) {
      ASSERT_LE(std::abs(taken[r] - shares[r] / 1e6 * static_cast<double>(i + 1)), 2.0) << i << " " << r;
    }
  }
  EXPECT_EQ(taken, shares);
}

TEST(Interleave, OneReceiverTakesAll) {
  const std::array<std::uint32_t, 3> shares = {0, 0, 1'000'000};
  const Interleave sequence(shares);
  for (std::uint64_t i = 0; i < 10; ++i) EXPECT_EQ(sequence[i], 2u);
}

}  // namespace
}  // namespace mailrig::plan
