// The arrivals of a warm-up: the number of messages due by t, day by day (UTC), each day's spread over its hours.
// Immutable; share freely.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "fakes/base/instant.h"
#include "fakes/base/wide.h"
#include "sim/pacing/shape.h"

namespace mailrig::plan {

class WarmupCurve {
 public:
  // `days`: messages on day 1, 2, … and, of the last, on all that follow; as in Warmup. Day 1 is the UTC day of the
  // start with its whole number in what is left of it; when the shape leaves nothing of it, the next day. The day that
  // `length` ends in has the part of its number that is due by then; without a length it ends with the last day. A
  // weekday has its share of the heaviest one's.
  WarmupCurve(const std::vector<std::uint64_t>& days, const pacing::Shape& shape, Instant start,
              std::optional<Duration> length);

  // Messages in all.
  std::uint64_t total() const { return total_; }
  // When that many are due, from the start; `position` counts in multiples of 2^-32 and is below the total.
  Duration offset_at(Uint128 position) const;

 private:
  struct Day {
    std::uint64_t before = 0;  // messages of the days before
    std::uint64_t number = 0;
    Duration begin{};  // midnight, from the start; of the first day before it
    // Of the day's weight, what passes while the number is due.
    std::uint64_t weight_from = 0;
    std::uint64_t weight_to = 0;
  };

  pacing::Hours hours_;
  std::vector<Day> days_;  // those with messages
  std::uint64_t total_ = 0;
};

}  // namespace mailrig::plan
