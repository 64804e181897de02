// The gate of a sender that warms up: how many copies each of its addresses may still send to each group of
// destinations today. A copy takes one place of its day, however often it is tried that day; what finds no place waits
// for the next one. Days are UTC. Day 1 of an address at a group is the first that it sends there; the plan goes on to
// its next day after a day on which mail went out and no rule held it back, and stays where it is after any other.
// Pure. Not thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "fakes/base/instant.h"
#include "sim/pacing/sender_warmup.h"

namespace mailrig::sender {

enum class WarmupPhase : std::uint8_t {
  sending,  // there is room, or nobody asks for it
  full,     // mail waits for the next day, or hour
  paused,   // by a rule
};

// One address at one group on one day, as it stands.
struct WarmupDay {
  std::uint32_t group = 0;
  std::uint32_t source = 0;
  Instant midnight{};
  std::uint32_t plan_day = 1;
  std::uint64_t cap = 0;   // of the day, slowed down or not
  std::uint64_t sent = 0;  // copies with a place
  std::uint64_t held = 0;  // copies that wait, in equal parts of the group's addresses
  bool slowed = false;
  WarmupPhase phase = WarmupPhase::sending;
};

class WarmupGate {
 public:
  // `sources`: how many addresses there are.
  WarmupGate(pacing::SenderWarmup warmup, std::uint32_t sources);

  // A gate for each (group, source), numbered by group first.
  std::uint32_t lane(std::uint32_t group, std::uint32_t source) const { return group * sources_ + source; }
  std::uint32_t source_of(std::uint32_t lane) const { return lane % sources_; }

  // Copies that may go now. Never more later in the same hour, unless a pause ends.
  std::uint64_t room(Instant now, std::uint32_t lane);
  // At most room().
  void take(Instant now, std::uint32_t lane, std::uint64_t copies);
  // The same for copies that were never tried: places are kept for those that will be tried again today.
  std::uint64_t room_for_new(Instant now, std::uint32_t lane);
  // Copies with a place on `place_day` did not use it after all.
  void give_back(Instant now, std::uint32_t lane, Instant place_day, std::uint64_t copies);
  // When there may be room again for what finds none now.
  Instant reopens(Instant now, std::uint32_t lane);
  bool paused(Instant now, std::uint32_t lane);
  // The first try of copies with a place ended, or a reader complained.
  void heard(Instant now, std::uint32_t lane, const pacing::DayOutcomes& outcomes);
  // Copies with a place on `place_day` will be tried again later, and now their time has come.
  void put_off(Instant now, std::uint32_t lane, Instant place_day, std::uint64_t copies);
  void came_back(Instant now, std::uint32_t lane, Instant place_day, std::uint64_t copies);
  // So many copies wait for a place at this group.
  void held(Instant now, std::uint32_t group, std::uint64_t copies);

  // What changed since it was last asked: a day as it stands now, or as it ended.
  std::optional<WarmupDay> next_change();

 private:
  struct Lane {
    bool begun = false;
    bool listed = false;  // in changed_
    WarmupDay day;
    std::uint64_t sent_this_hour = 0;
    Instant hour{};
    Instant paused_until{};
    bool paused_today = false;
    pacing::DayOutcomes outcomes;
    // Copies that were put off, with a place today and with an earlier one.
    std::uint64_t put_off_today = 0;
    std::uint64_t put_off_before = 0;
  };

  Lane& roll(Instant now, std::uint32_t lane);
  std::uint64_t cap_of(const Lane& lane) const;
  std::uint64_t room_in(const Lane& lane) const;
  void changed(std::uint32_t lane);
  static std::uint64_t& put_off_of(Lane& lane, Instant place_day);

  pacing::SenderWarmup warmup_;
  std::optional<pacing::Hours> hours_;
  std::uint32_t sources_;
  std::vector<Lane> lanes_;
  std::vector<std::uint32_t> changed_;
  std::vector<WarmupDay> ended_;
};

}  // namespace mailrig::sender
