// Counts and reads the bounces that come back to a sender's domain, and notices the probe. The observer of the
// receivers that take them.
#pragma once

#include <cstdint>
#include <string_view>

#include "fakes/base/recent_map.h"
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
  bool answers_automatically(const policy::MessageFacts& message);

  measure::Ledger& ledger_;
  Probe* probe_;
  RecentMap<std::uint64_t, bool> automatic_{1000};  // by content key, which there is in virtual time only
};

}  // namespace mailrig::world
