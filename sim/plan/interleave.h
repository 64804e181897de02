// Spreads receivers over a sequence in fixed proportions, as evenly as possible: of any 60/40 sequence's first n
// elements, 0.6 n ± 1 are the first receiver's, and a whole period has exactly its share. Immutable once made.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace mailrig::plan {

class Interleave {
 public:
  // `shares` in any unit; at least one is positive.
  explicit Interleave(std::span<const std::uint32_t> shares);

  // Index into the shares of the sequence's element at `position`.
  std::uint32_t operator[](std::uint64_t position) const { return period_[position % period_.size()]; }

 private:
  std::vector<std::uint32_t> period_;
};

}  // namespace mailrig::plan
