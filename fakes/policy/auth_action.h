// What a receiver does about a message whose authentication it does not like. Values, and what turns them into answers.
// Pure.
#pragma once

#include <cstdint>
#include <optional>

#include "fakes/policy/policy.h"

namespace mailrig::policy {

enum class AuthAction : std::uint8_t {
  accept,
  junk,      // accepted, and filed as spam
  tempfail,  // 4yz: try again later
  reject,    // 5yz
};

// The words for both kinds of refusal.
struct AuthRefusals {
  Utterance rejected;
  Utterance deferred;

  // Nothing unless `action` refuses at `phase`.
  std::optional<Verdict> answer(AuthAction action, Phase phase) const {
    if (action != AuthAction::tempfail && action != AuthAction::reject) return std::nullopt;
    const Utterance& says = action == AuthAction::reject ? rejected : deferred;
    if (says.phase != phase) return std::nullopt;
    return says.refusal();
  }
  // The fault they speak of, where it costs the inbox only.
  std::string_view name() const { return rejected.reply->key; }
  bool any_at(Phase phase) const { return rejected.phase == phase || deferred.phase == phase; }
};

}  // namespace mailrig::policy
