// "Did you mean": the nearest of the valid names. Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace mailrig::config {

// Edits (insert, delete, replace, swap neighbours) from one to the other: optimal string alignment, the restricted
// Damerau–Levenshtein distance, ASCII case ignored.
std::size_t edit_distance(std::string_view a, std::string_view b);

// The candidate with the fewest edits; of equals the one with the longest common beginning, then the first. nullopt
// when even that one is too far away for the name's length (1 edit for two letters, 4 at most), so that nonsense gets
// no suggestion.
std::optional<std::string> nearest(std::string_view name, std::span<const std::string> candidates);

// What to add to "unknown X 'name'": "; did you mean 'greylist'?", or "; valid: a, b, c", or "; there are none".
std::string suggestion(std::string_view name, std::span<const std::string> candidates);

}  // namespace mailrig::config
