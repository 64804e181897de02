#include "sim/plan/schedule.h"

#include <algorithm>
#include <bit>
#include <limits>

#include "fakes/base/check.h"
#include "fakes/base/exponential.h"

namespace mailrig::plan {
namespace {

using scenario::ScheduleKind;

constexpr int position_shift = 32;
// The squares below then fit 128 bits.
constexpr int ramp_bits = 60;
constexpr std::uint64_t ramp_max = std::uint64_t{1} << ramp_bits;

std::uint64_t saturated(Uint128 value) {
  return static_cast<std::uint64_t>(std::min<Uint128>(value, std::numeric_limits<std::uint64_t>::max()));
}

std::uint64_t nanoseconds(Duration d) {
  return static_cast<std::uint64_t>(d.count());
}

// Messages due over `length` at a constant rate, rounded down.
Uint128 messages_over(const Rate& rate, Duration length) {
  return static_cast<Uint128>(rate.count) * nanoseconds(length) / nanoseconds(rate.per);
}

std::uint64_t messages_over(const Rate& rate, Duration length, int shift) {
  const Uint128 scaled = (static_cast<Uint128>(rate.count) * nanoseconds(length) << shift) / nanoseconds(rate.per);
  return static_cast<std::uint64_t>(std::min<Uint128>(scaled, ramp_max));
}

int bit_width(Uint128 value) {
  const auto high = static_cast<std::uint64_t>(value >> 64);
  return high != 0 ? 64 + static_cast<int>(std::bit_width(high))
                   : static_cast<int>(std::bit_width(static_cast<std::uint64_t>(value)));
}

// ⌊√value⌋ by Newton's method, from above.
std::uint64_t integer_square_root(Uint128 value) {
  if (value == 0) return 0;
  Uint128 root = static_cast<Uint128>(1) << ((bit_width(value) + 1) / 2);
  while (true) {
    const Uint128 better = (root + value / root) / 2;
    if (better >= root) return static_cast<std::uint64_t>(root);
    root = better;
  }
}

Uint128 shifted(Uint128 value, int by) {
  return by >= 0 ? value << by : value >> -by;
}

std::optional<Duration> as_duration(Uint128 ns) {
  if (ns > static_cast<Uint128>(Duration::max().count())) return std::nullopt;
  return Duration(static_cast<Duration::rep>(ns));
}

}  // namespace

Arrivals::Arrivals(const scenario::Schedule& schedule, Instant start, Draw draw, std::string_view entity)
    : schedule_(schedule), start_(start), lots_(draw.lots(entity, "arrival")) {
  CHECK(schedule.kind != ScheduleKind::saturate);
  if (schedule.kind == ScheduleKind::ramp) {
    CHECK(schedule.length.has_value());
    const Uint128 most =
        std::max(messages_over(schedule.rate, *schedule.length), messages_over(schedule.ramp_to, *schedule.length));
    ramp_shift_ = std::clamp(ramp_bits - bit_width(most), 0, position_shift);
    ramp_from_ = messages_over(schedule.rate, *schedule.length, ramp_shift_);
    ramp_to_ = messages_over(schedule.ramp_to, *schedule.length, ramp_shift_);
  }
  if (schedule.kind == ScheduleKind::rate && schedule.shape) shaped_.emplace(*schedule.shape, start);
  if (schedule.kind == ScheduleKind::warmup) {
    warmup_.emplace(schedule.warmup.days, schedule.shape.value_or(pacing::Shape()), start, schedule.length);
  }
  const std::uint64_t by_schedule = slots_by_schedule();
  total_ = std::min(by_schedule, schedule.count.value_or(by_schedule));
  const bool ends_by_count = !schedule.length && schedule.kind != ScheduleKind::warmup;
  exact_ = schedule.kind == ScheduleKind::burst || schedule.arrivals == scenario::Arrivals::constant || ends_by_count;
}

// How many slots there are before the schedule's length is over, its count aside.
std::uint64_t Arrivals::slots_by_schedule() const {
  constexpr std::uint64_t endless = std::numeric_limits<std::uint64_t>::max();
  switch (schedule_.kind) {
    case ScheduleKind::rate: {
      if (schedule_.rate.count == 0) return 0;
      if (!schedule_.length) return endless;
      const Duration length = shaped_ ? shaped_->even_until(*schedule_.length) : *schedule_.length;
      const auto scaled = static_cast<Uint128>(schedule_.rate.count) * nanoseconds(length);
      const std::uint64_t per = nanoseconds(schedule_.rate.per);
      return saturated((scaled + per - 1) / per);
    }
    case ScheduleKind::ramp: {
      const Uint128 twice = static_cast<Uint128>(ramp_from_) + ramp_to_;
      const Uint128 unit = static_cast<Uint128>(2) << ramp_shift_;
      return saturated((twice + unit - 1) / unit);
    }
    case ScheduleKind::warmup:
      return warmup_->total();
    case ScheduleKind::replay:
      return schedule_.trace->offsets.size();
    case ScheduleKind::burst: {
      std::uint64_t times = schedule_.times;
      if (schedule_.length && schedule_.every > Duration::zero()) {
        const std::uint64_t every = nanoseconds(schedule_.every);
        times = std::min(times, (nanoseconds(*schedule_.length) + every - 1) / every);
      }
      return saturated(static_cast<Uint128>(schedule_.burst) * times);
    }
    case ScheduleKind::saturate:
      break;
  }
  return 0;
}

std::optional<Instant> Arrivals::next() {
  if (exact_ ? slot_ >= total_ : schedule_.count && slot_ >= *schedule_.count) return std::nullopt;
  const auto offset = offset_of_slot();
  if (!offset || *offset > never - start_) return std::nullopt;
  // Only a Poisson process can run past the end; all others were counted.
  if (!exact_ && schedule_.length && *offset >= *schedule_.length) return std::nullopt;
  ++slot_;
  // A ramp's rounding must not turn time back.
  last_offset_ = std::max(last_offset_, *offset);
  return start_ + last_offset_;
}

std::optional<Duration> Arrivals::offset_of_slot() {
  if (schedule_.kind == ScheduleKind::replay) return schedule_.trace->offsets[slot_];
  return schedule_.kind == ScheduleKind::burst ? burst_offset(slot_) : offset_of(next_position());
}

Arrivals::Position Arrivals::next_position() {
  if (schedule_.arrivals == scenario::Arrivals::constant) return static_cast<Position>(slot_) << position_shift;
  position_ += exponential_q32(lots_.bits(slot_));
  return position_;
}

std::optional<Duration> Arrivals::offset_of(Position position) const {
  if (schedule_.kind == ScheduleKind::ramp) return ramp_offset(position);
  if (schedule_.kind == ScheduleKind::warmup) return warmup_offset(position);
  const auto even = rate_offset(position);
  return even && shaped_ ? shaped_->shaped(*even) : even;
}

std::optional<Duration> Arrivals::warmup_offset(Position position) const {
  if (position >> position_shift >= warmup_->total()) return std::nullopt;  // only a Poisson process gets here
  return warmup_->offset_at(position);
}

std::optional<Duration> Arrivals::rate_offset(Position position) const {
  if (schedule_.rate.count == 0) return std::nullopt;
  // Whole messages and the rest apart: together they could exceed 128 bits.
  const std::uint64_t per = nanoseconds(schedule_.rate.per);
  const Uint128 whole = position >> position_shift;
  const Uint128 rest = position & 0xffff'ffff;
  if (bit_width(whole) + bit_width(per) > 95) return std::nullopt;
  return as_duration(((whole * per << position_shift) + rest * per) / schedule_.rate.count >> position_shift);
}

// With x as the part of the length that is over, Λ(x) = from·x + (to − from)·x²/2. Solved for Λ = p in the form that
// neither cancels nor divides by to − from: x = 2p / (from + √(from² + 2(to − from)p)).
std::optional<Duration> Arrivals::ramp_offset(Position position) const {
  const Uint128 p = shifted(position, ramp_shift_ - position_shift);
  const std::uint64_t length = nanoseconds(*schedule_.length);
  const Uint128 from = ramp_from_;
  const Uint128 due = (from + ramp_to_) / 2;
  if (p > due) return schedule_.length;  // past the end; only a Poisson process gets here
  if (p == 0) return Duration::zero();
  const Uint128 discriminant =
      ramp_to_ >= ramp_from_ ? from * from + 2 * (ramp_to_ - from) * p : from * from - 2 * (from - ramp_to_) * p;
  const Uint128 divisor = from + integer_square_root(discriminant);
  return as_duration(std::min<Uint128>(2 * p * length / divisor, length));
}

std::optional<Duration> Arrivals::burst_offset(std::uint64_t slot) const {
  return as_duration(static_cast<Uint128>(slot / schedule_.burst) * nanoseconds(schedule_.every));
}

std::optional<ClosedLoop> closed_loop(const scenario::Schedule& schedule, Instant start) {
  if (schedule.kind != ScheduleKind::saturate) return std::nullopt;
  ClosedLoop loop{.in_flight = schedule.in_flight, .start = start, .end = never, .count = schedule.count};
  if (schedule.length && *schedule.length < never - start) loop.end = start + *schedule.length;
  return loop;
}

}  // namespace mailrig::plan
