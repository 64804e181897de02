// A warm-up: how many copies a new address may send on each of its days, so that providers get used to it. Pure values.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "fakes/base/result.h"

namespace mailrig::pacing {

// More than anybody sends; what is computed from a day's number then fits 128 bits.
inline constexpr std::uint64_t copies_a_day_max = 10'000'000'000;
inline constexpr std::uint32_t days_max = 3'660;

// Copies on day 1, 2, …, each from 1 to copies_a_day_max; never empty. After the last day it stays at that.
struct Warmup {
  std::vector<std::uint64_t> days;
  // Each hour has a 24th of the day's number, where a shape does not say otherwise. Not said: the day as a whole.
  bool hourly = false;

  // `day` counts from 1.
  std::uint64_t on_day(std::uint32_t day) const { return days[day > days.size() ? days.size() - 1 : day - 1]; }
};

// What grows by a factor a day up to `max`, in whole copies; fractions are kept for the days that follow. Without
// `days` it goes on until `max` is reached. Errors say on which day it grows beyond copies_a_day_max.
struct Growth {
  std::uint64_t start = 0;
  std::uint32_t growth_milli = 1'400;
  std::optional<std::uint64_t> max{};
  std::optional<std::uint32_t> days{};
};
Result<std::vector<std::uint64_t>> grown(const Growth& growth);

// A plan that somebody publishes, or that follows what somebody publishes.
struct PublishedPlan {
  std::string_view name;
  std::string_view description;
  std::string_view source;
  Warmup warmup;
};
// In the order of their names.
const std::vector<PublishedPlan>& published_plans();
const PublishedPlan* find_plan(std::string_view name);

}  // namespace mailrig::pacing
