// What the ledger keeps of warm-ups: the cap of each day and what was carried over, and how each stands now.
#include "sim/measure/ledger_state.h"

namespace mailrig::measure {

void Ledger::warmup(const WarmupStanding& standing) {
  const std::lock_guard lock(state_->mutex);
  State& s = *state_;
  // Its first UTC day goes with the run's first, and so on, whatever the time of day at which the run begins.
  const auto first = Instant(std::chrono::floor<std::chrono::days>(s.config.start));
  const auto day_number = std::max(standing.midnight - first, Duration::zero()) / std::chrono::hours(24) + 1;
  const DayKey key{static_cast<std::uint32_t>(day_number), standing.source,
                   s.name_sender("@" + std::string(standing.domain)).domain};
  DayRow& day = s.accounts[standing.receiver].day(key);
  day.cap = standing.cap;
  day.carried_over = standing.carried_over;
  day.slowed = day.slowed || standing.slowed;
  day.paused = day.paused || standing.paused;

  WarmupState& now = s.warmups[{standing.receiver, standing.source, key.domain}];
  const WarmupState before = now;
  now = standing.paused ? WarmupState::paused : standing.full ? WarmupState::full : WarmupState::sending;
  if (now == before) return;
  if (before != WarmupState::unheard_of) --s.warmups_in[static_cast<std::size_t>(before)];
  ++s.warmups_in[static_cast<std::size_t>(now)];
  s.log.add(standing.midnight, combine(s.entities[standing.receiver], standing.source.hash()), EventLog::Kind::warmup,
            static_cast<std::uint64_t>(now));
}

void Ledger::held_back(std::int64_t recipients) {
  const std::lock_guard lock(state_->mutex);
  state_->held += static_cast<std::uint64_t>(recipients);
}

}  // namespace mailrig::measure
