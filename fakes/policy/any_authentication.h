// Mail must pass SPF or DKIM, whatever the domain: what Gmail and Yahoo want of every sender. No state. Thread-safe.
#pragma once

#include "fakes/policy/auth_action.h"

namespace mailrig::policy {

class AnyAuthentication : public Policy {
 public:
  AnyAuthentication(AuthAction missing, const AuthRefusals& says) : missing_(missing), says_(says) {}

  Hooks hooks() const override { return {.data = true, .placement = true}; }
  std::optional<Verdict> data(Instant now, const Session& session, const MessageFacts& facts) override;
  void place(Instant now, const Session& session, const MessageFacts& facts, Placement& placement) override;

 private:
  AuthAction missing_;
  AuthRefusals says_;

  AuthAction action(const Session& session) const;
};

}  // namespace mailrig::policy
