#include "fakes/policy/dkim_enforcement.h"

namespace mailrig::policy {

using auth::DkimResult;

AuthAction DkimEnforcement::action(const Session& session) const {
  if (session.authentication.arc_vouches) return AuthAction::accept;
  switch (session.authentication.dkim) {
    case DkimResult::pass:
      return AuthAction::accept;
    case DkimResult::none:
      return settings_.dkim_none;
    case DkimResult::temperror:
      return settings_.dkim_temperror;
    case DkimResult::fail:
    case DkimResult::policy:
    case DkimResult::neutral:
    case DkimResult::permerror:
      return settings_.dkim_fail;
  }
  return AuthAction::accept;
}

std::optional<Verdict> DkimEnforcement::data(Instant, const Session& session, const MessageFacts&) {
  return says_.answer(action(session), Phase::data);
}

void DkimEnforcement::place(Instant, const Session& session, const MessageFacts&, Placement& placement) {
  if (session.authentication.dmarc != auth::DmarcResult::pass && action(session) == AuthAction::junk)
    placement.to_spam(says_.name());
}

}  // namespace mailrig::policy
