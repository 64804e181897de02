#include "fakes/policy/sender_history.h"

#include <algorithm>
#include <chrono>

namespace mailrig::policy {
namespace {

// After so many days nothing is left of what fades.
constexpr std::int32_t days_that_count = 200;

template <class Count>
void fade(Count& count) {
  count -= count / 10;
}

}  // namespace

void SenderHistory::roll(Instant now) {
  const auto day = static_cast<std::int32_t>(now.time_since_epoch() / std::chrono::hours(24));
  if (day_ < 0) day_ = day;
  // Also when threads hand in times a hair out of order.
  for (std::int32_t passed = std::min(day - day_, days_that_count); passed > 0; --passed) {
    // Copies are whole here, and the last ones must go too.
    recent_max_ = std::max(today_, recent_max_ - std::min(std::max(recent_max_ / 10, 1U), recent_max_));
    today_ = 0;
    fade(accepted_);
    fade(unknown_);
    fade(traps_);
    fade(complaints_);
    fade(awaited_);
    fade(opened_);
  }
  day_ = std::max(day, day_);
}

void SenderHistory::accepted(std::uint32_t copies) {
  if (today_ == 0 && copies > 0) ++active_days_;
  today_ += copies;
  accepted_ += copies * one;
}

void SenderHistory::grown(std::uint32_t days, std::uint32_t copies_a_day) {
  active_days_ = std::max(active_days_, days);
  recent_max_ = std::max(recent_max_, copies_a_day);
  // What is left of a steady stream that fades by a tenth a day is ten days' worth.
  accepted_ = std::max(accepted_, std::min<std::uint64_t>(days, 10) * copies_a_day * one);
}

}  // namespace mailrig::policy
