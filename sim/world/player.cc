#include "sim/world/player.h"

#include <algorithm>

namespace mailrig::world {

Player::Player(const plan::Traffic& traffic, Instant start) : traffic_(traffic), last_intended_(start) {
  bool known = true;
  for (std::size_t i = 0; i < traffic.entries(); ++i) {
    Entry entry;
    entry.loop = traffic.closed_loop(i);
    if (entry.loop) {
      entry.next = entry.loop->start;
      known = known && entry.loop->count;
      expected_ += entry.loop->count.value_or(0);
    } else {
      entry.arrivals = traffic.arrivals(i);
      expected_ += entry.arrivals->total();
      entry.next = entry.arrivals->next().value_or(never);
    }
    entries_.push_back(std::move(entry));
  }
  if (!known) expected_ = 0;
}

Instant Player::next() const {
  Instant next = never;
  for (const Entry& entry : entries_) next = std::min(next, entry.next);
  return next;
}

std::optional<plan::PlannedMessage> Player::take(Instant now) {
  const auto due = std::min_element(entries_.begin(), entries_.end(),
                                    [](const Entry& a, const Entry& b) { return a.next < b.next; });
  if (due == entries_.end() || due->next > now) return std::nullopt;
  const auto index = static_cast<std::uint32_t>(due - entries_.begin());
  plan::PlannedMessage message = traffic_.message(index, due->slot, due->next);
  last_intended_ = std::max(last_intended_, due->next);
  ++taken_;
  ++due->slot;
  ++due->unfinished;
  schedule_next(*due, now);
  return message;
}

void Player::finished(Instant now, std::uint32_t entry) {
  Entry& done = entries_[entry];
  --done.unfinished;
  if (done.loop && done.next == never) schedule_next(done, now);
}

bool Player::over(const plan::ClosedLoop& loop, std::uint64_t slot, Instant now) {
  return now >= loop.end || (loop.count && slot >= *loop.count);
}

void Player::schedule_next(Entry& entry, Instant now) {
  if (entry.arrivals) {
    entry.next = entry.arrivals->next().value_or(never);
    return;
  }
  // A closed loop intends its next message at the moment there is room for it.
  const bool full = entry.unfinished >= entry.loop->in_flight;
  entry.next = full || over(*entry.loop, entry.slot, now) ? never : std::max(now, entry.loop->start);
}

bool Player::exhausted(Instant now) const {
  return std::all_of(entries_.begin(), entries_.end(), [now](const Entry& entry) {
    return entry.next == never && (!entry.loop || over(*entry.loop, entry.slot, now));
  });
}

}  // namespace mailrig::world
