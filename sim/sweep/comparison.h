// The variants of a sweep side by side. Pure.
#pragma once

#include <boost/json.hpp>
#include <span>
#include <string>
#include <vector>

#include "sim/report/style.h"
#include "sim/scenario/expectation.h"
#include "sim/sweep/statistics.h"
#include "sim/sweep/variants.h"

namespace mailrig::sweep {

struct Compared {
  Variant variant;
  std::vector<Estimate> numbers;  // one per path
  std::size_t passed = 0;         // repetitions in which every expectation held
  std::size_t repetitions = 0;
};

// `summaries`: for each variant its repetitions, one after the other. `numbers` are those that expectations are about;
// where a summary has none (0/0) the repetition does not count for it.
std::vector<Compared> compare(std::span<const Variant> variants, std::span<const boost::json::value> summaries,
                              std::span<const scenario::Expectation> numbers);

// `paths`: what the numbers are called, in their order.
std::string to_text(std::span<const Compared> rows, std::span<const std::string> paths, const report::Style& style);
// [ { "sets": [ … ], "passed", "repetitions", "numbers": { path: { "mean", "half_width_95", "count" } } } ]
boost::json::array to_json(std::span<const Compared> rows, std::span<const std::string> paths);

}  // namespace mailrig::sweep
