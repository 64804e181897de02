#include "sim/pacing/warmup.h"

#include <fmt/format.h>

#include <algorithm>

namespace mailrig::pacing {

Result<std::vector<std::uint64_t>> grown(const Growth& growth) {
  std::vector<std::uint64_t> days;
  std::uint64_t number = growth.start;
  // Kept in thousandths of a copy, so that small numbers grow too.
  std::uint64_t exact_milli = growth.start * 1'000;
  const std::uint32_t length = growth.days.value_or(days_max);
  while (days.size() < length) {
    if (growth.max && number >= *growth.max) {
      days.push_back(*growth.max);
      break;  // and stays there
    }
    if (number > copies_a_day_max) {
      return Error{fmt::format("grows beyond 10G copies on day {}; add 'max', such as max: 100k, or a shorter 'for'",
                               days.size() + 1)};
    }
    days.push_back(number);
    exact_milli = exact_milli / 1'000 * growth.growth_milli + exact_milli % 1'000 * growth.growth_milli / 1'000;
    number = exact_milli / 1'000;
  }
  return days;
}

const PublishedPlan* find_plan(std::string_view name) {
  const auto& plans = published_plans();
  const auto found = std::find_if(plans.begin(), plans.end(), [name](const auto& plan) { return plan.name == name; });
  return found == plans.end() ? nullptr : &*found;
}

}  // namespace mailrig::pacing
