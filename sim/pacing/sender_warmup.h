// How a sender warms up its addresses: a plan, its hours, and rules that hold it back when receivers say so.
// Pure values.
#pragma once

#include <cstdint>
#include <optional>

#include "fakes/base/instant.h"
#include "sim/pacing/shape.h"
#include "sim/pacing/warmup.h"

namespace mailrig::pacing {

// What happened to the copies of a day so far, each counted once, when its first try of the day ended.
struct DayOutcomes {
  std::uint64_t tried = 0;
  std::uint64_t deferred = 0;
  std::uint64_t bounced = 0;     // failed for good
  std::uint64_t invalid = 0;     // of them, because the address is no good
  std::uint64_t complained = 0;  // reported as spam by their readers, whenever they were sent

  DayOutcomes& operator+=(const DayOutcomes& more) {
    tried += more.tried;
    deferred += more.deferred;
    bounced += more.bounced;
    invalid += more.invalid;
    complained += more.complained;
    return *this;
  }
};

// Holds when one of the shares is reached; not before `sample` copies were tried.
struct Trigger {
  std::optional<std::uint32_t> deferred_ppm{};
  std::optional<std::uint32_t> bounced_ppm{};
  std::optional<std::uint32_t> invalid_ppm{};
  std::optional<std::uint32_t> complained_ppm{};
  std::uint64_t sample = 50;

  bool holds(const DayOutcomes& outcomes) const {
    if (outcomes.tried < sample || outcomes.tried == 0) return false;
    const auto reached = [&](std::optional<std::uint32_t> limit, std::uint64_t copies) {
      return limit && copies * 1'000'000 >= outcomes.tried * *limit;
    };
    return reached(deferred_ppm, outcomes.deferred) || reached(bounced_ppm, outcomes.bounced) ||
           reached(invalid_ppm, outcomes.invalid) || reached(complained_ppm, outcomes.complained);
  }
};

// The rest of the day has so much of its cap.
struct SlowDown {
  Trigger when;
  std::uint32_t factor_ppm = 500'000;
};

// Nothing goes for so long.
struct Pause {
  Trigger when;
  Duration length = std::chrono::hours(24);
};

struct SenderWarmup {
  Warmup plan;
  std::optional<Hours> hours;  // each hour (UTC) has its share of the day's cap; not said: as the plan has it
  std::optional<SlowDown> slow_down;
  std::optional<Pause> pause;
};

}  // namespace mailrig::pacing
