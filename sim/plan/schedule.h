// When messages are meant to go: the arrivals of one traffic entry as a pure sequence, the same on every machine.
// Integer arithmetic without drift: slot i of a constant rate is at start + i × per / count, however large i is.
// Value types; a copy is an independent sequence.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "fakes/base/draw.h"
#include "fakes/base/instant.h"
#include "fakes/base/wide.h"
#include "sim/pacing/shape.h"
#include "sim/plan/warmup_curve.h"
#include "sim/scenario/scenario.h"

namespace mailrig::plan {

// Open loop: times that do not depend on how the receivers do. Not for `saturate`.
class Arrivals {
 public:
  // `entity` names the traffic entry in its draws.
  Arrivals(const scenario::Schedule& schedule, Instant start, Draw draw, std::string_view entity);

  // The time of the next slot, never before the last one's; none at the end.
  std::optional<Instant> next();

  // How many there will be in all. A Poisson process that only its length ends has no fixed number: then this is what
  // to expect, and exact() is false.
  std::uint64_t total() const { return total_; }
  bool exact() const { return exact_; }

 private:
  // Rate, ramp and warm-up are one thing seen through Λ(t), the number of messages due by t: a slot has a position on
  // that number's axis, and its time is where Λ reaches it. Positions are 0, 1, 2 … or, as a Poisson process, sums of
  // exponential gaps. They count in multiples of 2^-32. A shape bends the axis of time under a rate.
  using Position = Uint128;
  Position next_position();
  std::optional<Duration> offset_of_slot();  // the next one
  std::optional<Duration> offset_of(Position position) const;
  std::optional<Duration> rate_offset(Position position) const;
  std::optional<Duration> ramp_offset(Position position) const;
  std::optional<Duration> warmup_offset(Position position) const;
  std::optional<Duration> burst_offset(std::uint64_t slot) const;
  std::uint64_t slots_by_schedule() const;

  scenario::Schedule schedule_;
  Instant start_;
  Draw::Lots lots_;

  // Of a ramp: messages due over the whole length at its first and at its last rate, as multiples of 2^-ramp_shift_.
  std::uint64_t ramp_from_ = 0;
  std::uint64_t ramp_to_ = 0;
  int ramp_shift_ = 0;

  std::optional<pacing::ShapedTime> shaped_;  // of a rate with a shape
  std::optional<WarmupCurve> warmup_;

  std::uint64_t total_ = 0;
  bool exact_ = true;
  std::uint64_t slot_ = 0;
  Position position_ = 0;
  Duration last_offset_{};
};

// `saturate`: no times, the driver keeps so many messages unfinished.
struct ClosedLoop {
  std::uint64_t in_flight = 0;
  Instant start{};
  Instant end = never;  // no message is begun at or after it
  std::optional<std::uint64_t> count;
};
// None when the schedule is an open loop.
std::optional<ClosedLoop> closed_loop(const scenario::Schedule& schedule, Instant start);

}  // namespace mailrig::plan
