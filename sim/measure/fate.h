// What became of a delivery, and how one attempt at it ended. The names are a contract: they stand in summary.json, in
// run.db and in expectations. Value types.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace mailrig::measure {

enum class Fate : std::uint8_t {
  inbox,
  spam,
  discarded,
  handed_over,
  bounced,
  rejected,
  refused,
  expired,
  suppressed,
  queued,
  lost,
};
inline constexpr std::size_t fate_count = 11;

// The last word of one attempt. A deferral is a 4yz, or an attempt that ended without a final reply.
enum class AttemptResult : std::uint8_t { accepted, deferred, refused };
inline constexpr std::size_t attempt_result_count = 3;

// How surely an attempt is tied to its delivery: by message id or announced connection; by an unambiguous (MAIL FROM,
// RCPT); or not at all, so that it counts at the receiver only.
enum class Attribution : std::uint8_t { exact, pair, session };
inline constexpr std::size_t attribution_count = 3;

std::string_view to_string(Fate fate);
std::string_view to_string(AttemptResult result);
std::string_view to_string(Attribution attribution);

}  // namespace mailrig::measure
