// Exponentially distributed draws in fixed point: the gaps of a Poisson process, the patience of a
// reader. Integer arithmetic only, because the
// last bits of a library's log() differ between machines. Pure functions.
#pragma once

#include <cstdint>

namespace mailrig {

// −ln(u) for u = (bits + 1) / 2^64, as a multiple of 2^-32: mean 2^32, at most 64 × ln 2.
std::uint64_t exponential_q32(std::uint64_t bits);

}  // namespace mailrig
