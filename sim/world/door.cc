#include "sim/world/door.h"

#include <algorithm>
#include <utility>

#include "fakes/base/stable_hash.h"

namespace mailrig::world {
namespace {

// The same in every run: by the message, wherever it comes from, and by whom it goes to.
std::uint64_t id_of(const Door::Passing& passing) {
  const std::uint64_t message = combine(passing.taken.rig_id, stable_hash(passing.taken.message_id));
  const std::uint64_t from = stable_hash(passing.outgoing.identity, stable_hash(passing.outgoing.mail_from));
  return std::max<std::uint64_t>(combine(combine(message, from), stable_hash(passing.outgoing.recipient)), 1);
}

}  // namespace

void Door::stored(Instant now, const policy::Session& session, std::string_view recipient,
                  const policy::MessageFacts& message, bool spam) {
  PassingObserver::stored(now, session, recipient, message, spam);
  if (pass_on_) {
    pass_on_({now, session, recipient, message, forwarder_.forward(now, session, recipient, message)});
  }
}

void open_doors(const Doors& doors, measure::Ledger& ledger, const ToDesk& to_desk) {
  for (std::uint32_t i = 0; i < doors.size(); ++i) {
    doors[i]->open([&ledger, to_desk, i](Door::Passing&& passing) {
      const mail::Outgoing& outgoing = passing.outgoing;
      const std::uint64_t id = ledger.forwarded({.now = passing.now,
                                                 .forwarder = i,
                                                 .session = passing.session,
                                                 .recipient = passing.recipient,
                                                 .message = passing.taken,
                                                 .id = id_of(passing),
                                                 .address = outgoing.recipient,
                                                 .body_digest = outgoing.traits.body_digest,
                                                 .body_changed = outgoing.body_changed,
                                                 .returns_failure = !outgoing.return_to.empty()});
      to_desk(i, id, std::move(passing.outgoing));
    });
  }
}

}  // namespace mailrig::world
