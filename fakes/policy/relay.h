// Takes mail only for its own domains; a relay open to everybody is what nobody wants to be. No state. Thread-safe.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "fakes/policy/policy.h"

namespace mailrig::policy {

class Relay : public Policy {
 public:
  // `domains` in lower case. Address syntax is judged here too, because an address without a domain belongs to nobody;
  // only <postmaster> may stand alone (RFC 5321 §4.1.1.3).
  Relay(std::span<const std::string> domains, Utterance denied, Utterance bad_address);

  Hooks hooks() const override { return {.rcpt = true}; }
  std::optional<Verdict> rcpt(Instant now, const Session& session, const Recipient& candidate) override;

 private:
  std::vector<std::string> domains_;
  Utterance denied_;
  Utterance bad_address_;
};

}  // namespace mailrig::policy
