// Refuses recipients that look like a return path of the forwarder's own and are none: forged or expired ones. Without
// it a forwarder would be a relay open to whoever writes SRS0= in front of an address. No state. Thread-safe.
#pragma once

#include "fakes/forward/srs.h"
#include "fakes/policy/policy.h"

namespace mailrig::forward {

class ReturnPathCheck final : public policy::Policy {
 public:
  // `srs` must outlive the policy.
  ReturnPathCheck(const Srs& srs, policy::Utterance unknown) : srs_(srs), unknown_(unknown) {}

  policy::Hooks hooks() const override { return {.rcpt = true}; }
  std::optional<policy::Verdict> rcpt(Instant now, const policy::Session& session,
                                      const policy::Recipient& candidate) override;

 private:
  const Srs& srs_;
  policy::Utterance unknown_;
};

}  // namespace mailrig::forward
