#include "sim/plan/permutation.h"

#include <bit>

#include "fakes/base/check.h"
#include "fakes/base/stable_hash.h"

namespace mailrig::plan {

Permutation::Permutation(std::uint64_t count, std::uint64_t key)
    : count_(count), key_(key), half_bits_(count < 2 ? 0 : (static_cast<int>(std::bit_width(count - 1)) + 1) / 2) {}

std::uint64_t Permutation::operator()(std::uint64_t index) const {
  CHECK(index < count_);
  if (count_ < 2) return index;
  // The network's domain is less than four times as large as count, so this ends after four rounds on average.
  do {
    index = mix(index);
  } while (index >= count_);
  return index;
}

std::uint64_t Permutation::mix(std::uint64_t value) const {
  const std::uint64_t mask = (std::uint64_t{1} << half_bits_) - 1;
  std::uint64_t left = value >> half_bits_;
  std::uint64_t right = value & mask;
  for (std::uint64_t round = 0; round < 4; ++round) {
    const std::uint64_t next = left ^ (combine(key_ + round, right) & mask);
    left = right;
    right = next;
  }
  return left << half_bits_ | right;
}

}  // namespace mailrig::plan
