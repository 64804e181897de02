// What DKIM results lead to. A message with several signatures is as good as its best (RFC 6376 §6.1). No state.
// Thread-safe.
#pragma once

#include "fakes/policy/auth_action.h"

namespace mailrig::policy {

struct DkimSettings {
  AuthAction dkim_fail = AuthAction::accept;  // and permerror, policy, neutral: signed, and no signature passes
  AuthAction dkim_none = AuthAction::accept;
  AuthAction dkim_temperror = AuthAction::tempfail;  // RFC 6376 §6.3
};

class DkimEnforcement : public Policy {
 public:
  DkimEnforcement(const DkimSettings& settings, const AuthRefusals& says) : settings_(settings), says_(says) {}

  Hooks hooks() const override { return {.data = true, .placement = true}; }
  std::optional<Verdict> data(Instant now, const Session& session, const MessageFacts& facts) override;
  void place(Instant now, const Session& session, const MessageFacts& facts, Placement& placement) override;

 private:
  DkimSettings settings_;
  AuthRefusals says_;

  AuthAction action(const Session& session) const;
};

}  // namespace mailrig::policy
