// Counts and reads the bounces that come back to a sender's domain, and notices the probe. The observer of the
// receivers that take them.
#pragma once

#include <string_view>

#include "fakes/receiver/observer.h"
#include "sim/measure/ledger.h"
#include "sim/world/probe.h"

namespace mailrig::world {

// Tells the ledger what a delivery status notification to `mail_from` says. Nothing else has any effect.
void heed_notification(measure::Ledger& ledger, Instant now, std::string_view mail_from, std::string_view content);

class BounceLog : public receiver::Observer {
 public:
  // `probe` may be null; both outlive this.
  explicit BounceLog(measure::Ledger& ledger, Probe* probe = nullptr) : ledger_(ledger), probe_(probe) {}

  void session_opened(Instant, const policy::Session&) override {}
  void session_refused(const receiver::RefusedSession&) override {}
  void recipient_verdict(const receiver::RecipientVerdict& seen) override;
  void stored(Instant, const policy::Session&, std::string_view, const policy::MessageFacts&, bool) override {}
  void session_closed(Instant, const policy::Session&) override {}

 private:
  measure::Ledger& ledger_;
  Probe* probe_;
};

}  // namespace mailrig::world
