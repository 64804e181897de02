#include "fakes/policy/spf_enforcement.h"

namespace mailrig::policy {

using auth::SpfOutcome;

Hooks SpfEnforcement::hooks() const {
  Hooks hooks = hooks_of(says_);
  const Hooks remembered = hooks_of(says_remembered_);
  hooks.mail |= remembered.mail;
  hooks.rcpt |= remembered.rcpt;
  hooks.data |= remembered.data;
  hooks.placement = true;
  return hooks;
}

AuthAction SpfEnforcement::action(const Session& session, bool signatures_are_known) const {
  const AuthenticationFacts& found = session.authentication;
  switch (found.spf) {
    case SpfOutcome::pass:
      return AuthAction::accept;
    case SpfOutcome::fail: {
      const bool unsigned_too = signatures_are_known && found.dkim != auth::DkimResult::pass;
      const bool stricter = settings_.spf_hardfail_without_dkim != AuthAction::accept;
      return unsigned_too && stricter ? settings_.spf_hardfail_without_dkim : settings_.spf_fail;
    }
    case SpfOutcome::softfail:
      return settings_.spf_softfail;
    case SpfOutcome::neutral:
      return settings_.spf_neutral;
    case SpfOutcome::none:
      return settings_.spf_none;
    case SpfOutcome::permerror:
      return settings_.spf_permerror;
    case SpfOutcome::temperror:
      return settings_.spf_temperror;
  }
  return AuthAction::accept;
}

std::optional<Verdict> SpfEnforcement::object(const Session& session, Phase phase) const {
  const AuthenticationFacts& found = session.authentication;
  if (phase == Phase::data && found.arc_vouches) return std::nullopt;
  return (found.spf_remembered ? says_remembered_ : says_).answer(action(session, phase == Phase::data), phase);
}

void SpfEnforcement::place(Instant, const Session& session, const MessageFacts&, Placement& placement) {
  const AuthenticationFacts& found = session.authentication;
  if (found.arc_vouches || found.dmarc == auth::DmarcResult::pass) return;
  if (action(session, true) == AuthAction::junk) placement.to_spam(says_.name());
}

}  // namespace mailrig::policy
