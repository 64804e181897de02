// Plays a scenario's traffic: which message is due next, over all entries, open loops and closed ones. Pure; both
// runtimes ask it. Not thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "fakes/base/instant.h"
#include "sim/plan/mix.h"
#include "sim/plan/schedule.h"

namespace mailrig::world {

class Player {
 public:
  // `traffic` must outlive the player; `start` is the scenario's.
  Player(const plan::Traffic& traffic, Instant start);

  // When the next message is due; `never` while none is, which for a closed loop may change with finished().
  Instant next() const;
  // The message that is due longest, if one is; of two due at once, that of the earlier entry.
  std::optional<plan::PlannedMessage> take(Instant now);
  // The sender is done with a message of this entry, whatever became of it.
  void finished(Instant now, std::uint32_t entry);

  // No more messages will come from `now` on.
  bool exhausted(Instant now) const;
  // The intended time of the last message taken; the start before there was one.
  Instant last_intended() const { return last_intended_; }
  std::uint64_t taken() const { return taken_; }
  // How many messages there will be in all, as far as known: 0 when a closed loop decides.
  std::uint64_t expected() const { return expected_; }

 private:
  struct Entry {
    std::optional<plan::Arrivals> arrivals;  // open loop
    std::optional<plan::ClosedLoop> loop;    // closed loop
    std::uint64_t unfinished = 0;            // closed loop
    std::uint64_t slot = 0;                  // of the next message
    Instant next = never;                    // its intended time
  };

  static bool over(const plan::ClosedLoop& loop, std::uint64_t slot, Instant now);
  static void schedule_next(Entry& entry, Instant now);

  const plan::Traffic& traffic_;
  std::vector<Entry> entries_;
  Instant last_intended_{};
  std::uint64_t taken_ = 0;
  std::uint64_t expected_ = 0;
};

}  // namespace mailrig::world
