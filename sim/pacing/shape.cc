#include "sim/pacing/shape.h"

#include <algorithm>

namespace mailrig::pacing {
namespace {

constexpr std::uint64_t hour_ns = 3'600'000'000'000;
constexpr std::uint64_t day_ns = 24 * hour_ns;
constexpr std::uint64_t week_ns = 7 * day_ns;

std::uint64_t nanoseconds(Duration d) {
  return static_cast<std::uint64_t>(d.count());
}

Duration from_nanoseconds(std::uint64_t ns) {
  return Duration(static_cast<Duration::rep>(ns));
}

template <std::size_t N>
std::array<std::uint32_t, N> scaled(const std::array<std::uint64_t, N>& weights) {
  const std::uint64_t largest = *std::max_element(weights.begin(), weights.end());
  std::array<std::uint32_t, N> result{};
  for (std::size_t i = 0; i < N && largest > 0; ++i) {
    if (weights[i] == 0) continue;
    const auto part = static_cast<Uint128>(weights[i]) * weight_max / largest;
    result[i] = std::max<std::uint32_t>(static_cast<std::uint32_t>(part), 1);
  }
  return result;
}

}  // namespace

Hours scaled_hours(const std::array<std::uint64_t, hours_per_day>& weights) {
  return scaled(weights);
}

Weekdays scaled_weekdays(const std::array<std::uint64_t, days_per_week>& weights) {
  return scaled(weights);
}

Hours business_hours() {
  // assumed
  return scaled_hours({1, 1, 1, 1, 1, 2, 5, 15, 50, 90, 100, 95, 70, 80, 95, 90, 75, 50, 25, 15, 10, 5, 3, 2});
}

Instant day_begin(Instant t) {
  return Instant(std::chrono::floor<std::chrono::days>(t));
}

std::size_t weekday(Instant t) {
  const auto days = std::chrono::floor<std::chrono::days>(t.time_since_epoch()).count();
  return static_cast<std::size_t>(((days + 3) % 7 + 7) % 7);  // 1970 began on a Thursday
}

std::uint64_t weight_before(const Hours& hours, Duration time_of_day) {
  std::uint64_t left = nanoseconds(time_of_day);
  std::uint64_t passed = 0;
  for (const std::uint32_t weight : hours) {
    const std::uint64_t part = std::min(left, hour_ns);
    passed += weight * part;
    left -= part;
  }
  return passed;
}

Duration time_at(const Hours& hours, std::uint64_t weight) {
  for (std::size_t h = 0; h < hours.size(); ++h) {
    const std::uint64_t hour = hours[h] * hour_ns;
    if (weight < hour) return from_nanoseconds(h * hour_ns + weight / hours[h]);
    weight -= hour;
  }
  return from_nanoseconds(day_ns);
}

std::uint64_t number_before(const Hours& hours, std::size_t hour, std::uint64_t number) {
  std::uint64_t before = 0;
  std::uint64_t all = 0;
  for (std::size_t h = 0; h < hours.size(); ++h) {
    if (h < hour) before += hours[h];
    all += hours[h];
  }
  return static_cast<std::uint64_t>(static_cast<Uint128>(number) * before / all);
}

ShapedTime::ShapedTime(const Shape& shape, Instant start)
    : shape_(shape),
      start_of_week_(from_nanoseconds(weekday(start) * day_ns) + time_of_day(start)),
      passed_(weight_before(start_of_week_)),
      week_(weight_before(from_nanoseconds(week_ns))) {}

Uint128 ShapedTime::weight_before(Duration time_of_week) const {
  const Uint128 day = day_weight(shape_.hours);
  const std::uint64_t days = nanoseconds(time_of_week) / day_ns;
  Uint128 passed = 0;
  for (std::size_t d = 0; d < days; ++d) passed += day * shape_.weekdays[d];
  if (days < days_per_week) {
    const Duration rest = from_nanoseconds(nanoseconds(time_of_week) % day_ns);
    passed += static_cast<Uint128>(pacing::weight_before(shape_.hours, rest)) * shape_.weekdays[days];
  }
  return passed;
}

Duration ShapedTime::time_at(Uint128 weight) const {
  const Uint128 hours = day_weight(shape_.hours);
  for (std::size_t d = 0; d < days_per_week; ++d) {
    const Uint128 day = hours * shape_.weekdays[d];
    if (weight < day) {
      const auto in_day = static_cast<std::uint64_t>(weight / shape_.weekdays[d]);
      return from_nanoseconds(d * day_ns) + pacing::time_at(shape_.hours, in_day);
    }
    weight -= day;
  }
  return from_nanoseconds(week_ns);
}

Duration ShapedTime::shaped(Duration even) const {
  std::uint64_t weeks = nanoseconds(even) / week_ns;
  const Uint128 rest = nanoseconds(even) % week_ns;
  Uint128 weight = passed_ + rest * week_ / week_ns;
  if (weight >= week_) {
    weight -= week_;
    ++weeks;
  }
  const Uint128 offset = static_cast<Uint128>(weeks) * week_ns + nanoseconds(time_at(weight));
  const auto longest = static_cast<Uint128>(Duration::max().count());
  return from_nanoseconds(static_cast<std::uint64_t>(std::min(offset, longest))) - start_of_week_;
}

Duration ShapedTime::even_until(Duration offset) const {
  const Uint128 end = static_cast<Uint128>(nanoseconds(offset)) + nanoseconds(start_of_week_);
  auto weeks = static_cast<std::uint64_t>(end / week_ns);
  Uint128 weight = weight_before(from_nanoseconds(static_cast<std::uint64_t>(end % week_ns)));
  if (weight < passed_) {
    weight += week_;
    --weeks;
  }
  const Uint128 rest = ((weight - passed_) * week_ns + week_ - 1) / week_;
  const Uint128 even = static_cast<Uint128>(weeks) * week_ns + rest;
  const auto longest = static_cast<Uint128>(Duration::max().count());
  return from_nanoseconds(static_cast<std::uint64_t>(std::min(even, longest)));
}

}  // namespace mailrig::pacing
