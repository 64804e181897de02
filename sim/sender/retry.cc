#include "sim/sender/retry.h"

#include <algorithm>

#include "fakes/base/check.h"
#include "fakes/base/draw.h"

namespace mailrig::sender {

Duration retry_delay(std::span<const Duration> schedule, std::uint32_t jitter_ppm, std::uint32_t tries,
                     std::uint64_t bits) {
  CHECK(!schedule.empty() && tries > 0);
  const Duration delay = schedule[std::min<std::size_t>(tries, schedule.size()) - 1];
  const auto nanoseconds = static_cast<std::uint64_t>(delay.count());
  const auto spread = static_cast<std::uint64_t>(static_cast<Uint128>(nanoseconds) * jitter_ppm / 1'000'000);
  const std::uint64_t jittered = nanoseconds - spread + below(bits, 2 * spread + 1);
  return std::max(Duration(static_cast<Duration::rep>(jittered)), Duration(std::chrono::milliseconds(1)));
}

bool expired(Instant submitted, Duration expire, Instant now) {
  return now - submitted >= expire;
}

Instant next_try(Instant submitted, Duration expire, Instant now, Duration delay) {
  return now + std::min(delay, expire - (now - submitted));
}

}  // namespace mailrig::sender
