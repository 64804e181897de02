// The profiles that travel inside the binary, as YAML text with its comments (each value's source).
#pragma once

#include <span>
#include <string_view>

namespace mailrig::receiver {

struct ShippedProfile {
  std::string_view name;
  std::string_view yaml;
};

// In alphabetical order of names.
std::span<const ShippedProfile> shipped_profiles();

}  // namespace mailrig::receiver
