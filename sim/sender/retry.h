// When a deferred try is repeated. Pure integer arithmetic.
#pragma once

#include <cstdint>
#include <span>

#include "fakes/base/instant.h"

namespace mailrig::sender {

// The wait after the `tries`th try (from 1): the schedule's entry, the last one repeating, drawn from
// delay × (1 ± jitter) with 64 uniform bits. At least a millisecond, so that no try repeats at the same instant.
Duration retry_delay(std::span<const Duration> schedule, std::uint32_t jitter_ppm, std::uint32_t tries,
                     std::uint64_t bits);

// A message is given up when a try ends without success and it is this old, as Postfix does it.
bool expired(Instant submitted, Duration expire, Instant now);

// When to try one that is not expired again: after `delay`, but not later than the moment of expiry, so that it gets
// its last try then.
Instant next_try(Instant submitted, Duration expire, Instant now, Duration delay);

}  // namespace mailrig::sender
