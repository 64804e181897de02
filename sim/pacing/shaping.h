// How a sender treats single destinations: more or fewer connections than elsewhere, a rate, and what it makes of their
// replies. Plain values.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "fakes/base/instant.h"
#include "fakes/base/units.h"

namespace mailrig::pacing {

// Of waiting mail, the more urgent goes first.
enum class Priority : std::uint8_t { high, normal, low };
inline constexpr std::size_t priorities = 3;

// What to do about a refusal, of whatever severity, that has these words in it. At least one of the four is asked for.
struct ReplyRule {
  std::string words{};              // in lower case, enhanced codes among them
  std::optional<Duration> pause{};  // nothing goes to the destination for so long; what waits was not tried
  std::optional<Duration> retry{};  // a deferred recipient is tried again after this, not after the sender's delays
  bool give_up = false;             // a deferred recipient has failed
  bool suppress = false;            // the address is no good
};

// What is not said is as with any other destination.
struct Shaping {
  std::optional<std::uint32_t> connections_max{};
  std::optional<std::uint32_t> messages_per_connection_max{};
  std::optional<Rate> rate{};  // of transactions, evenly
  std::vector<ReplyRule> replies{};
};

}  // namespace mailrig::pacing
