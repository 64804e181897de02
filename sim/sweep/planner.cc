#include "sim/sweep/planner.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>

#include "fakes/base/check.h"
#include "sim/pacing/warmup.h"

namespace mailrig::sweep {
namespace {

constexpr std::array<std::uint32_t, 15> growths = {1050, 1100, 1150, 1200, 1250, 1300, 1400, 1500,
                                                   1600, 1800, 2000, 2250, 2500, 3000, 4000};

std::vector<std::uint64_t> starts(std::uint64_t start_min, std::uint64_t max) {
  std::vector<std::uint64_t> all;
  for (std::uint64_t power = 1; power <= max && power < UINT64_MAX / 10; power *= 10) {
    for (const std::uint64_t digit : {1U, 2U, 5U}) {
      if (const std::uint64_t start = digit * power; start >= start_min && start <= max) all.push_back(start);
    }
  }
  return all;
}

// The growths that are still possible for one start: those below `good` met the goal, those from `bad` on did not.
struct Bracket {
  std::uint64_t start = 0;
  std::size_t good = 0;  // how many of the gentlest growths are known to do
  std::size_t bad = growths.size();
  std::optional<Tried> best;
  std::optional<Tried> gentlest_failure;

  bool open() const { return good < bad; }
  std::size_t next() const { return good + (bad - good) / 2; }
};

}  // namespace

std::uint32_t days_of(const WarmupCandidate& candidate) {
  const auto days =
      pacing::grown({.start = candidate.start, .growth_milli = candidate.growth_milli, .max = candidate.max});
  CHECK(days);
  return static_cast<std::uint32_t>(days->size());
}

std::string to_yaml(const WarmupCandidate& candidate) {
  return fmt::format("{{ start: {}, growth: {}.{:03}, max: {} }}", candidate.start, candidate.growth_milli / 1000,
                     candidate.growth_milli % 1000, candidate.max);
}

Search find_steepest(std::uint64_t start_min, std::uint64_t max, const Play& play) {
  std::vector<Bracket> brackets;
  for (const std::uint64_t start : starts(start_min, max))
    brackets.push_back({.start = start, .best = {}, .gentlest_failure = {}});
  while (true) {
    std::vector<WarmupCandidate> round;
    std::vector<Bracket*> asked;
    for (Bracket& bracket : brackets) {
      if (!bracket.open()) continue;
      round.push_back({bracket.start, growths[bracket.next()], max});
      asked.push_back(&bracket);
    }
    if (round.empty()) break;
    const std::vector<Tried> answers = play(round);
    if (answers.size() < round.size()) break;
    for (std::size_t i = 0; i < answers.size(); ++i) {
      Bracket& bracket = *asked[i];
      if (answers[i].met) {
        bracket.best = answers[i];
        bracket.good = bracket.next() + 1;
      } else {
        bracket.gentlest_failure = answers[i];
        bracket.bad = bracket.next();
      }
    }
  }
  Search search;
  for (const Bracket& bracket : brackets) {
    const std::optional<Tried>& shown = bracket.best ? bracket.best : bracket.gentlest_failure;
    if (shown) search.steepest.push_back(*shown);
    if (!bracket.best) continue;
    const bool sooner = !search.best || days_of(bracket.best->candidate) < days_of(search.best->candidate);
    if (sooner) search.best = bracket.best;
  }
  return search;
}

}  // namespace mailrig::sweep
