#include "sim/sender/warmup_gate.h"

#include <algorithm>
#include <utility>

#include "fakes/base/check.h"

namespace mailrig::sender {
namespace {

constexpr Duration one_day = std::chrono::hours(24);
constexpr Duration one_hour = std::chrono::hours(1);

}  // namespace

WarmupGate::WarmupGate(pacing::SenderWarmup warmup, std::uint32_t sources)
    : warmup_(std::move(warmup)), hours_(warmup_.hours), sources_(sources) {
  CHECK(sources > 0 && !warmup_.plan.days.empty());
  if (!hours_ && warmup_.plan.hourly) hours_ = pacing::even_weights<pacing::hours_per_day>();
}

std::uint64_t WarmupGate::cap_of(const Lane& lane) const {
  const std::uint64_t planned = warmup_.plan.on_day(lane.day.plan_day);
  if (!lane.day.slowed) return planned;
  return std::max<std::uint64_t>(planned * warmup_.slow_down->factor_ppm / 1'000'000, 1);
}

// Lets days and hours pass.
WarmupGate::Lane& WarmupGate::roll(Instant now, std::uint32_t index) {
  while (lanes_.size() <= index) {
    const auto number = static_cast<std::uint32_t>(lanes_.size());
    Lane lane;
    lane.day.group = number / sources_;
    lane.day.source = number % sources_;
    lanes_.push_back(lane);
  }
  Lane& lane = lanes_[index];
  const Instant midnight = pacing::day_begin(now);
  if (!lane.begun || midnight > lane.day.midnight) {
    if (lane.begun) {
      if (lane.listed) ended_.push_back(lane.day);
      const bool held_back = lane.day.slowed || lane.paused_today;
      if (lane.day.sent > 0 && !held_back) ++lane.day.plan_day;
    }
    lane.begun = true;
    lane.day.midnight = midnight;
    lane.day.sent = 0;
    lane.day.slowed = false;
    lane.paused_today = false;
    lane.outcomes = {};
    lane.put_off_before += std::exchange(lane.put_off_today, 0);
    lane.day.cap = cap_of(lane);
    lane.hour = midnight;
    lane.sent_this_hour = 0;
    changed(index);
  }
  const Instant hour = Instant(std::chrono::floor<std::chrono::hours>(now));
  if (hour > lane.hour) {
    lane.hour = hour;
    lane.sent_this_hour = 0;
  }
  return lane;
}

std::uint64_t WarmupGate::room_in(const Lane& lane) const {
  std::uint64_t room = lane.day.cap - std::min(lane.day.cap, lane.day.sent);
  if (!hours_) return room;
  const auto hour = static_cast<std::size_t>((lane.hour - lane.day.midnight) / one_hour);
  const std::uint64_t share =
      pacing::number_before(*hours_, hour + 1, lane.day.cap) - pacing::number_before(*hours_, hour, lane.day.cap);
  return std::min(room, share - std::min(share, lane.sent_this_hour));
}

std::uint64_t WarmupGate::room(Instant now, std::uint32_t index) {
  const Lane& lane = roll(now, index);
  return now < lane.paused_until ? 0 : room_in(lane);
}

std::uint64_t WarmupGate::room_for_new(Instant now, std::uint32_t index) {
  const std::uint64_t all = room(now, index);
  return all - std::min(all, lanes_[index].put_off_before);
}

std::uint64_t& WarmupGate::put_off_of(Lane& lane, Instant place_day) {
  return place_day == lane.day.midnight ? lane.put_off_today : lane.put_off_before;
}

void WarmupGate::put_off(Instant now, std::uint32_t index, Instant place_day, std::uint64_t copies) {
  put_off_of(roll(now, index), place_day) += copies;
}

void WarmupGate::came_back(Instant now, std::uint32_t index, Instant place_day, std::uint64_t copies) {
  put_off_of(roll(now, index), place_day) -= copies;
}

void WarmupGate::take(Instant now, std::uint32_t index, std::uint64_t copies) {
  Lane& lane = roll(now, index);
  lane.day.sent += copies;
  lane.sent_this_hour += copies;
  changed(index);
}

void WarmupGate::give_back(Instant now, std::uint32_t index, Instant place_day, std::uint64_t copies) {
  Lane& lane = roll(now, index);
  if (place_day != lane.day.midnight) return;
  lane.day.sent -= std::min(lane.day.sent, copies);
  lane.sent_this_hour -= std::min(lane.sent_this_hour, copies);
  changed(index);
}

Instant WarmupGate::reopens(Instant now, std::uint32_t index) {
  const Lane& lane = roll(now, index);
  if (now < lane.paused_until) return lane.paused_until;
  const bool day_is_full = lane.day.sent >= lane.day.cap;
  return hours_ && !day_is_full ? lane.hour + one_hour : lane.day.midnight + one_day;
}

bool WarmupGate::paused(Instant now, std::uint32_t index) {
  return now < roll(now, index).paused_until;
}

void WarmupGate::heard(Instant now, std::uint32_t index, const pacing::DayOutcomes& outcomes) {
  Lane& lane = roll(now, index);
  lane.outcomes += outcomes;
  if (warmup_.slow_down && !lane.day.slowed && warmup_.slow_down->when.holds(lane.outcomes)) {
    lane.day.slowed = true;
    lane.day.cap = cap_of(lane);
    changed(index);
  }
  // Once a day: what is tried after the pause has the day's failures in it, too.
  if (warmup_.pause && !lane.paused_today && warmup_.pause->when.holds(lane.outcomes)) {
    lane.paused_today = true;
    lane.paused_until = later(now, warmup_.pause->length);
    changed(index);
  }
  if (now < lane.paused_until) lane.day.phase = WarmupPhase::paused;
}

void WarmupGate::held(Instant now, std::uint32_t group, std::uint64_t copies) {
  for (std::uint32_t source = 0; source < sources_; ++source) {
    const std::uint32_t index = lane(group, source);
    Lane& each = roll(now, index);
    const std::uint64_t part = copies / sources_ + (source < copies % sources_ ? 1 : 0);
    const WarmupPhase phase = now < each.paused_until            ? WarmupPhase::paused
                              : copies > 0 && room_in(each) == 0 ? WarmupPhase::full
                                                                 : WarmupPhase::sending;
    if (each.day.held == part && each.day.phase == phase) continue;
    each.day.held = part;
    each.day.phase = phase;
    changed(index);
  }
}

void WarmupGate::changed(std::uint32_t index) {
  if (std::exchange(lanes_[index].listed, true)) return;
  changed_.push_back(index);
}

std::optional<WarmupDay> WarmupGate::next_change() {
  if (!ended_.empty()) {
    const WarmupDay day = ended_.front();
    ended_.erase(ended_.begin());
    return day;
  }
  if (changed_.empty()) return std::nullopt;
  Lane& lane = lanes_[changed_.back()];
  changed_.pop_back();
  lane.listed = false;
  return lane.day;
}

}  // namespace mailrig::sender
