#include "sim/sweep/statistics.h"

#include <array>
#include <cmath>

namespace mailrig::sweep {

double t_quantile_975(std::size_t degrees_of_freedom) {
  // NIST/SEMATECH e-Handbook of Statistical Methods, 1.3.6.7.2.
  static constexpr std::array<double, 30> table = {
      12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145, 2.131,
      2.120,  2.110, 2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042};
  if (degrees_of_freedom == 0) return 0;
  return degrees_of_freedom <= table.size() ? table[degrees_of_freedom - 1] : 1.960;
}

Estimate estimate(std::span<const double> values) {
  Estimate result;
  result.count = values.size();
  if (values.empty()) return result;
  const auto n = static_cast<double>(values.size());
  for (const double value : values) result.mean += value / n;
  if (values.size() < 2) return result;
  double squares = 0;
  for (const double value : values) squares += (value - result.mean) * (value - result.mean);
  result.half_width = t_quantile_975(values.size() - 1) * std::sqrt(squares / (n - 1) / n);
  return result;
}

}  // namespace mailrig::sweep
