// Virtual time: the same receivers, the same sender, the same schedules as a live run, without sockets and without
// waiting. One event queue, one thread; a run follows from (scenario, seed) alone.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>

#include "sim/measure/ledger.h"
#include "sim/plan/mix.h"
#include "sim/scenario/scenario.h"
#include "sim/world/readership.h"
#include "sim/world/world.h"

namespace mailrig::virtual_time {

struct RunOptions {
  const std::atomic<bool>* interrupted = nullptr;  // set: stop as soon as possible
  std::function<void(Instant now)> progress{};     // called now and then
  world::Readership* readership = nullptr;         // null: nobody reads
};

// Plays the scenario to its end: all traffic offered and every queue empty, or `end.drain` after the last message.
// Returns the model time at which it ended.
Instant run(const scenario::Scenario& scenario, world::World& world, const plan::Traffic& traffic,
            measure::Ledger& ledger, const RunOptions& options);

}  // namespace mailrig::virtual_time
