#include "sim/plan/interleave.h"

#include <algorithm>
#include <numeric>

#include "fakes/base/check.h"

namespace mailrig::plan {

// Smooth weighted round-robin: everybody gains his share at each step, the richest is taken and pays the sum of all.
Interleave::Interleave(std::span<const std::uint32_t> shares) {
  struct Part {
    std::uint32_t index;
    std::int64_t share;
    std::int64_t credit;
  };
  std::uint32_t divisor = 0;
  for (const std::uint32_t share : shares) divisor = std::gcd(divisor, share);
  CHECK(divisor > 0);
  std::vector<Part> parts;
  std::int64_t sum = 0;
  for (std::uint32_t i = 0; i < shares.size(); ++i) {
    if (shares[i] == 0) continue;
    parts.push_back({i, shares[i] / divisor, 0});
    sum += parts.back().share;
  }
  period_.reserve(static_cast<std::size_t>(sum));
  for (std::int64_t step = 0; step < sum; ++step) {
    for (Part& part : parts) part.credit += part.share;
    const auto richest =
        std::max_element(parts.begin(), parts.end(), [](const Part& a, const Part& b) { return a.credit < b.credit; });
    richest->credit -= sum;
    period_.push_back(richest->index);
  }
}

}  // namespace mailrig::plan
