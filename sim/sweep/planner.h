// The search for the steepest warm-up that still meets a goal. Pure: who plays the candidates is handed in.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace mailrig::sweep {

// A warm-up by growth: `start` copies on the first day, so many thousandths of it the next, up to `max`.
struct WarmupCandidate {
  std::uint64_t start = 0;
  std::uint32_t growth_milli = 0;
  std::uint64_t max = 0;

  friend bool operator==(const WarmupCandidate&, const WarmupCandidate&) = default;
};
// The day on which it reaches `max`, which scenarios bound (pacing::copies_a_day_max); growth must be above 1.
std::uint32_t days_of(const WarmupCandidate& candidate);
// "{ start: 50, growth: 1.4, max: 3000 }"
std::string to_yaml(const WarmupCandidate& candidate);

// What became of a candidate: whether the goal was met in every repetition, and the number that it is about (the worst
// repetition's; none: nothing was measured).
struct Tried {
  WarmupCandidate candidate;
  bool met = false;
  std::optional<double> value;
};
// In the order of the candidates. Fewer than those: the search is to end.
using Play = std::function<std::vector<Tried>(std::span<const WarmupCandidate>)>;

struct Search {
  std::vector<Tried> steepest;  // for each start the steepest growth that met the goal, or the gentlest that did not
  std::optional<Tried> best;    // of those that met it the one that is done first; none: no candidate did
};

// Starts are 1, 2 and 5 times powers of ten from `start_min` up to `max`, growths from 1.05 to 4. For each start the
// growth is found by bisection, which takes for granted that growing more gently never does worse.
Search find_steepest(std::uint64_t start_min, std::uint64_t max, const Play& play);

}  // namespace mailrig::sweep
