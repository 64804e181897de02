// Mail must come over TLS. No state. Thread-safe.
#pragma once

#include "fakes/policy/policy.h"

namespace mailrig::policy {

class TlsRequirement : public Policy {
 public:
  explicit TlsRequirement(Utterance missing) : missing_(missing) {}

  // Not before MAIL: until then the client may still say STARTTLS (RFC 3207 §4).
  Hooks hooks() const override { return {.mail = true}; }
  std::optional<Verdict> mail(Instant, const Session& session, const MailFacts&) override {
    if (session.tls != TlsVersion::none) return std::nullopt;
    return missing_.refusal();
  }

 private:
  Utterance missing_;
};

}  // namespace mailrig::policy
