// The variants of a sweep: what `--sweep path=v1,v2` multiplies out to. Pure.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "fakes/base/result.h"

namespace mailrig::sweep {

inline constexpr std::size_t variants_max = 10'000;

// One way to play the scenario: `path=value` for each swept path, in the order given, as --set takes them.
struct Variant {
  std::vector<std::string> sets;
};

// Every combination, the last path varying fastest; one without changes when nothing is swept. Commas inside brackets,
// braces and quotes belong to the value. Errors: no path, no value, a path twice, more than variants_max.
Result<std::vector<Variant>> variants(std::span<const std::string> sweeps);

}  // namespace mailrig::sweep
