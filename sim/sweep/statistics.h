// What repetitions with different seeds say about a number. Pure.
#pragma once

#include <cstddef>
#include <span>

namespace mailrig::sweep {

struct Estimate {
  double mean = 0;
  // The mean lies within mean ± half_width with 95 % confidence (Student's t); 0 for a single value, which says nothing
  // about its spread.
  double half_width = 0;
  std::size_t count = 0;
};
// Of no values: all zero.
Estimate estimate(std::span<const double> values);

// The 97.5 % quantile of Student's t distribution.
double t_quantile_975(std::size_t degrees_of_freedom);

}  // namespace mailrig::sweep
