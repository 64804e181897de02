#include "fakes/policy/dmarc_enforcement.h"

namespace mailrig::policy {

AuthAction DmarcEnforcement::action(const Session& session) const {
  const AuthenticationFacts& found = session.authentication;
  if (!settings_.dmarc_honoured || found.arc_vouches) return AuthAction::accept;
  if (found.dmarc == auth::DmarcResult::temperror) return settings_.dmarc_temperror;
  switch (found.disposition) {
    case auth::DmarcPolicy::none:
      return AuthAction::accept;
    case auth::DmarcPolicy::quarantine:
      return settings_.dmarc_quarantine;
    case auth::DmarcPolicy::reject:
      return settings_.dmarc_reject;
  }
  return AuthAction::accept;
}

std::optional<Verdict> DmarcEnforcement::data(Instant, const Session& session, const MessageFacts&) {
  return says_.answer(action(session), Phase::data);
}

void DmarcEnforcement::place(Instant, const Session& session, const MessageFacts&, Placement& placement) {
  if (action(session) == AuthAction::junk) placement.to_spam(says_.name());
}

}  // namespace mailrig::policy
