// What policies have in common that judge facts known from MAIL on and object in whichever phase the profile names:
// each phase asks, and only the right one gets an answer. Stateless; thread-safe.
#pragma once

#include "fakes/policy/auth_action.h"
#include "fakes/policy/phased_policy.h"

namespace mailrig::policy {

class EnvelopeCheck : public PhasedPolicy {
 protected:
  // The hooks of a check that has these words.
  static Hooks hooks_of(const AuthRefusals& says) {
    return {.mail = says.any_at(Phase::mail), .rcpt = says.any_at(Phase::rcpt), .data = says.any_at(Phase::data)};
  }

 private:
  virtual std::optional<Verdict> object(const Session& session, Phase phase) const = 0;

  std::optional<Verdict> ask(Instant, Phase phase, const Session& session, const MessageFacts*) final {
    return object(session, phase);
  }
};

}  // namespace mailrig::policy
