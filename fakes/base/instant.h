// Model time: the time the world lives in, virtual or wall time × speed. Everything that decides is handed an
// Instant; only the drivers know where it comes from. Value types, safe to share.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace mailrig {

using Duration = std::chrono::nanoseconds;

// Counts nanoseconds since 1970-01-01T00:00:00Z. Deliberately has no now().
struct ModelClock {
  using duration = Duration;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<ModelClock, duration>;
  static constexpr bool is_steady = true;
};

using Instant = ModelClock::time_point;

inline constexpr Instant never = Instant::max();

// "2026-03-02T08:00:00Z"; the fraction is written to the millisecond when there is one.
std::string to_rfc3339(Instant t);

// Accepts what RFC 3339 §5.6 calls date-time (offsets included), up to nanoseconds.
std::optional<Instant> parse_rfc3339(std::string_view text);

// "Mon, 02 Mar 2026 08:00:00 +0000" (RFC 5322 §3.3).
std::string to_rfc5322_date(Instant t);

// t + d, without running over the end of time.
constexpr Instant later(Instant t, Duration d) {
  return d >= never - t ? never : t + d;
}

constexpr double to_seconds(Duration d) {
  return static_cast<double>(d.count()) / 1e9;
}

}  // namespace mailrig
