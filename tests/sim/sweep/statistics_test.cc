#include "sim/sweep/statistics.h"

#include <gtest/gtest.h>

#include <array>

namespace mailrig::sweep {
namespace {

TEST(Estimate, OfValuesThatDiffer) {
  // Mean 5, sample standard deviation sqrt(32/7) = 2.138, t(7) = 2.365: 2.365 × 2.138 / sqrt(8).
  constexpr std::array<double, 8> values = {2, 4, 4, 4, 5, 5, 7, 9};
  const Estimate result = estimate(values);
  EXPECT_DOUBLE_EQ(result.mean, 5);
  EXPECT_NEAR(result.half_width, 1.788, 0.001);
  EXPECT_EQ(result.count, 8u);
}

TEST(Estimate, OneValueSaysNothingAboutItsSpread) {
  constexpr std::array<double, 1> value = {3};
  EXPECT_DOUBLE_EQ(estimate(value).mean, 3);
  EXPECT_DOUBLE_EQ(estimate(value).half_width, 0);
  EXPECT_EQ(estimate({}).count, 0u);
}

TEST(Estimate, ManyValuesUseTheNormalDistribution) {
  EXPECT_DOUBLE_EQ(t_quantile_975(1), 12.706);
  EXPECT_DOUBLE_EQ(t_quantile_975(30), 2.042);
  EXPECT_DOUBLE_EQ(t_quantile_975(1000), 1.960);
}

}  // namespace
}  // namespace mailrig::sweep
