// Counts the bounces that come back to a sender's domain. The observer of the receiver that takes them.
#pragma once

#include "fakes/receiver/observer.h"
#include "sim/measure/ledger.h"

namespace mailrig::world {

class BounceLog : public receiver::Observer {
 public:
  explicit BounceLog(measure::Ledger& ledger) : ledger_(ledger) {}

  void session_opened(Instant, const policy::Session&) override {}
  void session_refused(Instant, const policy::Session&, const policy::Verdict&, const policy::ReplyContext&) override {}
  void recipient_verdict(const receiver::RecipientVerdict& verdict) override {
    // Bounces come from the null sender (RFC 5321 §4.5.5).
    const bool bounce = verdict.message != nullptr && verdict.session.mail_from.empty();
    if (bounce && verdict.verdict.accepted()) ledger_.dsn_received(verdict.now);
  }
  void stored(Instant, const policy::Session&, std::string_view, const policy::MessageFacts&, bool) override {}
  void session_closed(Instant, const policy::Session&) override {}

 private:
  measure::Ledger& ledger_;
};

}  // namespace mailrig::world
