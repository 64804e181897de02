// What SPF results lead to. SPF is known at MAIL, and the profile says when it is spoken of; a refusal that also
// depends on DKIM can only come after DATA. No state. Thread-safe.
#pragma once

#include "fakes/policy/envelope_check.h"

namespace mailrig::policy {

struct SpfSettings {
  AuthAction spf_fail = AuthAction::accept;
  AuthAction spf_softfail = AuthAction::accept;
  AuthAction spf_neutral = AuthAction::accept;
  AuthAction spf_none = AuthAction::accept;
  AuthAction spf_permerror = AuthAction::accept;
  AuthAction spf_temperror = AuthAction::tempfail;  // RFC 7208 §8.6
  // Instead of spf_fail where no DKIM signature passes either; `accept`: the same as spf_fail.
  AuthAction spf_hardfail_without_dkim = AuthAction::accept;
};

class SpfEnforcement : public EnvelopeCheck {
 public:
  // `remembered`: words of a rejection whose SPF result is an earlier message's.
  SpfEnforcement(const SpfSettings& settings, const AuthRefusals& says, Utterance remembered)
      : settings_(settings), says_(says), says_remembered_{remembered, says.deferred} {}

  Hooks hooks() const override;
  // Gives way to a DMARC pass: a forwarded message that kept its signature is none to be wary of.
  void place(Instant now, const Session& session, const MessageFacts& facts, Placement& placement) override;

 private:
  SpfSettings settings_;
  AuthRefusals says_;
  AuthRefusals says_remembered_;

  AuthAction action(const Session& session, bool signatures_are_known) const;
  std::optional<Verdict> object(const Session& session, Phase phase) const override;
};

}  // namespace mailrig::policy
