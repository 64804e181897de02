// What policies have in common that judge facts known from MAIL on and object in whichever phase the profile names:
// each phase asks, and only the right one gets an answer. Stateless; thread-safe.
#pragma once

#include "fakes/policy/auth_action.h"

namespace mailrig::policy {

class EnvelopeCheck : public Policy {
 public:
  std::optional<Verdict> mail(Instant, const Session& session, const MailFacts&) final {
    return ask(session, Phase::mail);
  }
  std::optional<Verdict> rcpt(Instant, const Session& session, const Recipient&) final {
    return ask(session, Phase::rcpt);
  }
  std::optional<Verdict> data(Instant, const Session& session, const MessageFacts&) final {
    return ask(session, Phase::data);
  }

 protected:
  // The hooks of a check that has these words.
  static Hooks hooks_of(const AuthRefusals& says) {
    return {.mail = says.any_at(Phase::mail), .rcpt = says.any_at(Phase::rcpt), .data = says.any_at(Phase::data)};
  }

 private:
  virtual std::optional<Verdict> ask(const Session& session, Phase phase) const = 0;
};

}  // namespace mailrig::policy
