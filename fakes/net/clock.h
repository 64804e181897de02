// Model time from wall time: a start instant, and a speed at which the world runs. Together with the deadline sweeper
// the only place in fakes/net that reads a clock. Immutable, so safe to share between threads.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <limits>

#include "fakes/base/check.h"
#include "fakes/base/instant.h"
#include "fakes/base/wide.h"

namespace mailrig::net {

class Clock {
 public:
  using Wall = std::chrono::steady_clock;

  // The model starts at `start` when the clock is made. 1,000 permille is real time, 60,000 one model minute a second.
  explicit Clock(Instant start, std::uint64_t speed_permille = 1000)
      : start_(start), speed_permille_(speed_permille), origin_(Wall::now()) {
    CHECK(speed_permille > 0);
  }

  Instant now() const { return at(Wall::now()); }
  Instant start() const { return start_; }
  std::uint64_t speed_permille() const { return speed_permille_; }

  // The model's time at a moment of the wall.
  Instant at(Wall::time_point wall) const {
    return start_ + to_model(std::chrono::duration_cast<Duration>(wall - origin_));
  }

  // What time it is outside the world.
  static Instant calendar() {
    return Instant(std::chrono::duration_cast<Duration>(std::chrono::system_clock::now().time_since_epoch()));
  }

  // How long the wall takes to let `model` pass, and how much of the model passes in `wall`. Both saturate.
  Wall::duration to_wall(Duration model) const {
    return std::chrono::duration_cast<Wall::duration>(scaled(model, 1000, speed_permille_));
  }
  Duration to_model(Wall::duration wall) const {
    return scaled(std::chrono::duration_cast<Duration>(wall), speed_permille_, 1000);
  }

  // When the model will reach `instant`; as far away as a wall clock can say for `never`.
  Wall::time_point wall_deadline(Instant instant) const {
    if (instant <= start_) return origin_;
    const Wall::duration ahead = to_wall(instant - start_);
    return ahead > Wall::time_point::max() - origin_ ? Wall::time_point::max() : origin_ + ahead;
  }

 private:
  // 128 bits, because an hour of nanoseconds times a speed of a thousand does not fit into 64.
  static Duration scaled(Duration d, std::uint64_t numerator, std::uint64_t denominator) {
    if (d <= Duration::zero()) return Duration::zero();
    const Uint128 value = static_cast<Uint128>(d.count()) * numerator / denominator;
    constexpr Uint128 longest = static_cast<Uint128>(std::numeric_limits<Duration::rep>::max());
    return Duration(static_cast<Duration::rep>(std::min(value, longest)));
  }

  Instant start_;
  std::uint64_t speed_permille_;
  Wall::time_point origin_;
};

}  // namespace mailrig::net
