// Who writes to many mailboxes that do not exist is harvesting addresses, or has a bad list: a client is shut out once
// both the number and the share of unknown recipients within a window are too large. Counted per IP. Not thread-safe.
#pragma once

#include "fakes/policy/rate_limit.h"

namespace mailrig::policy {

class UnknownRecipients : public Policy {
 public:
  // `rule.window.scope` is unknown_rcpts.
  explicit UnknownRecipients(const RateRule& rule) : rule_(rule) {}

  Hooks hooks() const override;
  std::optional<Verdict> connect(Instant now, const Session& session) override { return ask(now, session); }
  std::optional<Verdict> mail(Instant now, const Session& session, const MailFacts&) override {
    return ask(now, session);
  }
  std::optional<Verdict> rcpt(Instant now, const Session& session, const Recipient&) override {
    return ask(now, session);
  }
  void unknown_recipient(Instant now, const Session& session, const Recipient& candidate) override;
  void accepted(Instant now, const Session& session, const MessageFacts& facts) override;

 private:
  struct Count {
    SlidingWindow unknown;
    SlidingWindow known;
    Instant blocked_until{};
  };

  RateRule rule_;
  ExpiringTable<Count> clients_;

  std::optional<Verdict> ask(Instant now, const Session& session);
  ExpiringTable<Count>::Row row_of(Instant now, const Session& session);
};

}  // namespace mailrig::policy
