// The names that mail comes with must exist: the domain of MAIL FROM, since nobody could be told that the mail did not
// arrive, or the name after HELO. No state. Thread-safe.
#pragma once

#include "fakes/policy/envelope_check.h"

namespace mailrig::policy {

class NameCheck : public EnvelopeCheck {
 public:
  // `name` says which; `says.rejected` speaks of a name that does not exist, `deferred` of one that could not be looked
  // up.
  NameCheck(NameStatus EnvelopeFacts::*name, const AuthRefusals& says) : name_(name), says_(says) {}

  Hooks hooks() const override { return hooks_of(says_); }

 private:
  NameStatus EnvelopeFacts::*name_;
  AuthRefusals says_;

  std::optional<Verdict> object(const Session& session, Phase phase) const override {
    const NameStatus status = session.authentication.*name_;
    if (status == NameStatus::unknown) return says_.answer(AuthAction::reject, phase);
    if (status == NameStatus::temporary_error) return says_.answer(AuthAction::tempfail, phase);
    return std::nullopt;
  }
};

}  // namespace mailrig::policy
