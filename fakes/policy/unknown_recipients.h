// Who writes to many mailboxes that do not exist is harvesting addresses, or has a bad list: a client is shut out once
// both the number and the share of unknown recipients within a window are too large. Counted per IP. Not thread-safe.
#pragma once

#include "fakes/policy/phased_policy.h"
#include "fakes/policy/rate_limit.h"

namespace mailrig::policy {

class UnknownRecipients : public PhasedPolicy {
 public:
  // `rule.window.scope` is unknown_rcpts. `conditions`, which may be null and must outlive the policy, can tighten the
  // limit.
  explicit UnknownRecipients(const RateRule& rule, const Conditions* conditions = nullptr)
      : rule_(rule), conditions_(conditions) {}

  Hooks hooks() const override;
  void unknown_recipient(Instant now, const Session& session, const Recipient& candidate) override;
  void accepted(Instant now, const Session& session, const MessageFacts& facts) override;

 private:
  struct Count {
    SlidingWindow unknown;
    SlidingWindow known;
    Instant blocked_until{};
  };

  RateRule rule_;
  const Conditions* conditions_;
  ExpiringTable<Count> clients_;

  std::optional<Verdict> ask(Instant now, Phase phase, const Session& session, const MessageFacts* message) override;
  ExpiringTable<Count>::Row row_of(Instant now, const Session& session);
};

}  // namespace mailrig::policy
