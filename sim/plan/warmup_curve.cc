#include "sim/plan/warmup_curve.h"

#include <algorithm>

#include "fakes/base/check.h"

namespace mailrig::plan {
namespace {

constexpr Duration one_day = std::chrono::hours(24);

std::uint64_t part_of(std::uint64_t number, std::uint64_t part, std::uint64_t whole) {
  return static_cast<std::uint64_t>(static_cast<Uint128>(number) * part / whole);
}

}  // namespace

WarmupCurve::WarmupCurve(const std::vector<std::uint64_t>& days, const pacing::Shape& shape, Instant start,
                         std::optional<Duration> length)
    : hours_(shape.hours) {
  CHECK(!days.empty());
  const std::uint64_t whole = pacing::day_weight(hours_);
  const std::uint64_t heaviest = *std::max_element(shape.weekdays.begin(), shape.weekdays.end());
  std::uint64_t first_from = pacing::weight_before(hours_, pacing::time_of_day(start));
  Instant midnight = pacing::day_begin(start);
  if (first_from == whole) {
    midnight += one_day;
    first_from = 0;
  }
  const Instant end = length ? start + *length : midnight + static_cast<std::int64_t>(days.size()) * one_day;
  for (std::size_t day = 0; midnight < end; ++day, midnight += one_day) {
    const std::uint64_t planned =
        part_of(days[std::min(day, days.size() - 1)], shape.weekdays[pacing::weekday(midnight)], heaviest);
    const std::uint64_t from = day == 0 ? first_from : 0;
    const std::uint64_t to = std::max(from, pacing::weight_before(hours_, std::min(end - midnight, one_day)));
    const std::uint64_t number = part_of(planned, to - from, whole - from);
    if (number == 0) continue;
    days_.push_back({total_, number, midnight - start, from, to});
    total_ += number;
  }
}

Duration WarmupCurve::offset_at(Uint128 position) const {
  const auto message = static_cast<std::uint64_t>(position >> 32);
  const auto fraction = static_cast<std::uint64_t>(position & 0xffff'ffff);
  CHECK(message < total_);
  const auto after = std::upper_bound(days_.begin(), days_.end(), message,
                                      [](std::uint64_t value, const Day& day) { return value < day.before; });
  const Day& day = *std::prev(after);
  const Uint128 weight = day.weight_to - day.weight_from;
  // Whole messages and the rest apart: together they could exceed 128 bits.
  const Uint128 passed = ((message - day.before) * weight + (fraction * weight >> 32)) / day.number;
  return day.begin + pacing::time_at(hours_, day.weight_from + static_cast<std::uint64_t>(passed));
}

}  // namespace mailrig::plan
