#include "fakes/policy/any_authentication.h"

namespace mailrig::policy {

AuthAction AnyAuthentication::action(const Session& session) const {
  const AuthenticationFacts& found = session.authentication;
  if (found.spf == auth::SpfOutcome::pass || found.dkim == auth::DkimResult::pass || found.arc_vouches) {
    return AuthAction::accept;
  }
  // What the DNS did not say may still become a pass, so nothing final follows from it.
  const bool unsure = found.spf == auth::SpfOutcome::temperror || found.dkim == auth::DkimResult::temperror;
  return unsure && missing_ == AuthAction::reject ? AuthAction::tempfail : missing_;
}

std::optional<Verdict> AnyAuthentication::data(Instant, const Session& session, const MessageFacts&) {
  return says_.answer(action(session), Phase::data);
}

void AnyAuthentication::place(Instant, const Session& session, const MessageFacts&, Placement& placement) {
  if (action(session) == AuthAction::junk) placement.to_spam(says_.name());
}

}  // namespace mailrig::policy
