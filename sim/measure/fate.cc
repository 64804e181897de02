#include "sim/measure/fate.h"

#include <array>

namespace mailrig::measure {

std::string_view to_string(Fate fate) {
  static constexpr std::array<std::string_view, fate_count> names = {
      "inbox",   "spam",    "discarded",  "handed_over", "bounced", "rejected",
      "refused", "expired", "suppressed", "queued",      "lost"};
  return names[static_cast<std::size_t>(fate)];
}

std::string_view to_string(AttemptResult result) {
  static constexpr std::array<std::string_view, 3> names = {"accepted", "deferred", "refused"};
  return names[static_cast<std::size_t>(result)];
}

std::string_view to_string(Attribution attribution) {
  static constexpr std::array<std::string_view, 3> names = {"exact", "pair", "session"};
  return names[static_cast<std::size_t>(attribution)];
}

}  // namespace mailrig::measure
