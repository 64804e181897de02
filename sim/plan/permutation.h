// A random-looking order of 0 … count − 1 that needs no memory: a small Feistel network over the next power of four,
// walked until it lands inside. Pure value; share freely.
#pragma once

#include <cstdint>

namespace mailrig::plan {

class Permutation {
 public:
  // The identity where `count` is 0 or 1.
  Permutation(std::uint64_t count, std::uint64_t key);

  // A bijection of [0, count); `index` must be in it.
  std::uint64_t operator()(std::uint64_t index) const;

 private:
  std::uint64_t mix(std::uint64_t value) const;

  std::uint64_t count_;
  std::uint64_t key_;
  int half_bits_;
};

}  // namespace mailrig::plan
