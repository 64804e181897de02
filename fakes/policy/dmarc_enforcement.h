// What a DMARC failure leads to: as the author's domain wants it (RFC 9989 §5.4), as far as the receiver plays along. A
// forwarded message is let through where a chain of ARC seals that the receiver trusts vouches for it (RFC 8617
// §7.2.1). No state. Thread-safe.
#pragma once

#include "fakes/policy/auth_action.h"

namespace mailrig::policy {

struct DmarcSettings {
  bool dmarc_honoured = false;  // false: evaluated and written down, and that is all
  AuthAction dmarc_quarantine = AuthAction::junk;
  AuthAction dmarc_reject = AuthAction::reject;
  AuthAction dmarc_temperror = AuthAction::tempfail;
};

class DmarcEnforcement : public Policy {
 public:
  // `says.deferred` is for what the DNS did not say.
  DmarcEnforcement(const DmarcSettings& settings, const AuthRefusals& says) : settings_(settings), says_(says) {}

  Hooks hooks() const override { return {.data = true, .placement = true}; }
  std::optional<Verdict> data(Instant now, const Session& session, const MessageFacts& facts) override;
  void place(Instant now, const Session& session, const MessageFacts& facts, Placement& placement) override;

 private:
  DmarcSettings settings_;
  AuthRefusals says_;

  AuthAction action(const Session& session) const;
};

}  // namespace mailrig::policy
