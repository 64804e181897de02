// How mail spreads over the hours of the day and the days of the week, UTC: relative weights, and the two directions
// between time and the weight that has passed by then. Integers only, the same on every machine. Pure values.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "fakes/base/instant.h"
#include "fakes/base/wide.h"

namespace mailrig::pacing {

inline constexpr std::size_t hours_per_day = 24;
inline constexpr std::size_t days_per_week = 7;
inline constexpr std::uint32_t weight_max = 10'000;  // the products below fit 128 bits

using Hours = std::array<std::uint32_t, hours_per_day>;     // from midnight
using Weekdays = std::array<std::uint32_t, days_per_week>;  // from Monday

template <std::size_t N>
constexpr std::array<std::uint32_t, N> even_weights() {
  std::array<std::uint32_t, N> weights{};
  for (std::uint32_t& weight : weights) weight = weight_max;
  return weights;
}

// Each weight is 0 … weight_max, and one of each kind is above 0.
struct Shape {
  Hours hours = even_weights<hours_per_day>();
  Weekdays weekdays = even_weights<days_per_week>();
  friend bool operator==(const Shape&, const Shape&) = default;
};

// Weights as people write them, in whatever unit, so that the largest becomes weight_max; what is above 0 stays so.
// Not all of them may be 0.
Hours scaled_hours(const std::array<std::uint64_t, hours_per_day>& weights);
Weekdays scaled_weekdays(const std::array<std::uint64_t, days_per_week>& weights);

// Office hours: next to nothing at night, the most in the morning and after lunch.
Hours business_hours();

// The midnight (UTC) that a day begins with, and what of the day has passed.
Instant day_begin(Instant t);
inline Duration time_of_day(Instant t) {
  return t - day_begin(t);
}
// 0 is Monday.
std::size_t weekday(Instant t);

// Of one day, in weight × ns: how much has passed at a time of day from 0 to 24 h.
std::uint64_t weight_before(const Hours& hours, Duration time_of_day);
inline std::uint64_t day_weight(const Hours& hours) {
  return weight_before(hours, std::chrono::hours(24));
}
// The last time of day at which no more than this has passed; 24 h when that is all.
Duration time_at(const Hours& hours, std::uint64_t weight);

// How many of a day's number fall into hours [0, hour); over the hours of a day the differences add up to the number.
std::uint64_t number_before(const Hours& hours, std::size_t hour, std::uint64_t number);

// Time as a shape bends it: what would be even from `start` on is dense where weights are high and thin where they are
// low. A week is as long as a week, so that nothing drifts.
class ShapedTime {
 public:
  ShapedTime(const Shape& shape, Instant start);

  // Where the time that `even` has in an even world lies in the shaped one; both count from the start.
  Duration shaped(Duration even) const;
  // The first even time whose shaped time is at `offset` or later.
  Duration even_until(Duration offset) const;

 private:
  Uint128 weight_before(Duration time_of_week) const;
  Duration time_at(Uint128 weight) const;

  Shape shape_;
  Duration start_of_week_{};  // to the start
  Uint128 passed_ = 0;        // of the week, at the start
  Uint128 week_ = 0;          // the weight of one, in weight² × ns
};

}  // namespace mailrig::pacing
