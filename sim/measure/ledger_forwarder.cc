// What forwarders tell the ledger.
#include <utility>

#include "fakes/base/check.h"
#include "sim/measure/ledger_state.h"

namespace mailrig::measure {

std::uint64_t Ledger::forwarded(const ForwardedMessage& seen) {
  const std::lock_guard lock(state_->mutex);
  State& s = *state_;
  CHECK(seen.forwarder < s.config.forwarders.size());
  const std::uint32_t slot = s.forwarder_slot(seen.forwarder);
  s.log.add(seen.now, combine(s.entities[slot], address_key(seen.address)), EventLog::Kind::forwarded);
  const Subject subject =
      s.subject_of(seen.now, slot, seen.session, seen.recipient, address_key(seen.recipient), &seen.message);
  const Hop hop{.delivery = subject.delivery,
                .address_hash = address_key(seen.address),
                .slot = slot,
                .body_digest = seen.body_digest,
                .body_changed = seen.body_changed || subject.body_changed,
                .returns_failure = seen.returns_failure};
  ForwarderTally& tally = s.forwarder_tallies[seen.forwarder];
  ++tally.taken;
  ++tally.waiting;
  tally.transformed += seen.body_changed ? 1 : 0;
  if (hop.delivery) s.change(*hop.delivery, [](Delivery& d) { ++d.in_hops; });
  return s.hops.add(seen.id, hop);
}

void Ledger::forwarder_done(Instant now, std::uint64_t id, SenderOutcome outcome) {
  const std::lock_guard lock(state_->mutex);
  State& s = *state_;
  s.log.add(now, id, EventLog::Kind::forwarder_done, static_cast<std::uint64_t>(outcome));
  const auto hop = s.hops.take(id);
  if (!hop) return;
  const bool passed_on = outcome == SenderOutcome::delivered;
  ForwarderTally& tally = s.forwarder_tallies[hop->slot - s.forwarder_slot(0)];
  --tally.waiting;
  ++(passed_on ? tally.passed_on : hop->returns_failure ? tally.bounced : tally.dropped);
  if (!hop->delivery) return;
  s.change(*hop->delivery, [&](Delivery& d) {
    --d.in_hops;
    d.bounced = d.bounced || (!passed_on && hop->returns_failure);
    d.dropped = d.dropped || (!passed_on && !hop->returns_failure);
  });
  const MessageIndex message = s.book.delivery(*hop->delivery).message;
  if (std::exchange(s.book.message(message).awaits_hops, false)) s.done.push_back({now, message});
}

}  // namespace mailrig::measure
