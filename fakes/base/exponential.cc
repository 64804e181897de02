#include "fakes/base/exponential.h"

#include <bit>

#include "fakes/base/wide.h"

namespace mailrig {
namespace {

constexpr std::uint64_t ln2_q63 = 6'393'154'322'601'327'829;  // ln 2 × 2^63

// log2(u / 2^64) + 64, as a multiple of 2^-32; u > 0. The fraction comes bit by bit: squaring a number doubles its
// logarithm, and whether the square reaches 2 is the next bit.
std::uint64_t log2_q32(std::uint64_t u) {
  const int whole = 63 - std::countl_zero(u);
  std::uint64_t mantissa = u << (63 - whole);  // in [1, 2), as a multiple of 2^-63
  std::uint64_t log = static_cast<std::uint64_t>(whole);
  for (int bit = 0; bit < 32; ++bit) {
    const auto square = static_cast<Uint128>(mantissa) * mantissa;  // in [1, 4), as a multiple of 2^-126
    const bool reaches_two = (square >> 127) != 0;
    mantissa = static_cast<std::uint64_t>(square >> (reaches_two ? 64 : 63));
    log = log << 1 | (reaches_two ? 1 : 0);
  }
  return log;
}

}  // namespace

std::uint64_t exponential_q32(std::uint64_t bits) {
  if (bits == UINT64_MAX) return 0;  // u is 1
  const std::uint64_t minus_log2 = (std::uint64_t{64} << 32) - log2_q32(bits + 1);
  return static_cast<std::uint64_t>((static_cast<Uint128>(minus_log2) * ln2_q63) >> 63);
}

}  // namespace mailrig
