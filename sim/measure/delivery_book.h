// The facts about every delivery, in compact records, and the fate that follows from them. Knows messages by id and
// unfinished deliveries by (MAIL FROM, RCPT); keeps hashes of addresses only, since nobody asks for the text back.
// What is forgotten leaves its place to what comes.
// Not thread-safe.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string_view>

#include "fakes/base/instant.h"
#include "fakes/policy/event.h"
#include "sim/measure/fate.h"
#include "sim/measure/ledger.h"
#include "sim/measure/slots.h"

namespace mailrig::measure {

using MessageIndex = std::uint32_t;
using DeliveryIndex = std::uint32_t;

struct Message {
  std::uint64_t id = 0;
  Instant intended{};
  Instant submitted = never;  // `never` until it is
  std::uint64_t body_digest = 0;
  std::uint64_t loose_body_digest = 0;
  std::uint64_t sender_hash = 0;  // of MAIL FROM
  DeliveryIndex first = 0;        // its deliveries follow each other
  std::uint32_t recipients = 0;
  std::uint32_t stream = 0;
  std::uint32_t domain = 0;  // of MAIL FROM; index into the ledger's names
  std::uint32_t number = 0;  // of its first delivery, in the order in which they were offered
  bool refused = false;
  bool awaits_hops = false;  // its sender is done with it, and forwarders are not

  bool is_submitted() const { return submitted != never; }
};

inline constexpr std::uint16_t no_forwarder = 0xffff;

// Where a recipient's mail goes: the receiver that it ends at, and the forwarder that it is sent to.
struct Destination {
  std::uint32_t slot = 0;
  std::uint16_t via = no_forwarder;
};

inline constexpr MessageIndex no_message = 0xffffffff;

struct Delivery {
  std::uint64_t address_hash = 0;
  Instant delivered = never;          // first copy stored, or discarded
  MessageIndex message = no_message;  // none: forgotten
  std::uint32_t slot = 0;             // of the receiver; the last slot is for foreign domains
  std::uint32_t attempts = 0;
  std::uint32_t deferrals = 0;
  std::uint32_t copies = 0;  // stored ones
  std::uint16_t last_code = 0;
  policy::Event last_event = policy::Event::accepted;
  AttemptResult last_result = AttemptResult::deferred;  // meaningful once there are attempts
  std::uint16_t in_hops = 0;                            // copies that forwarders have in hand
  std::optional<SenderOutcome> outcome;
  bool spam : 1 = false;  // where the first copy went
  bool discarded : 1 = false;
  bool corrupted : 1 = false;
  bool transformed : 1 = false;
  bool bounced : 1 = false;          // a forwarder gave up and told, or a receiver that had accepted
  bool dropped : 1 = false;          // a forwarder gave up, and there was nobody to tell
  bool in_queue : 1 = false;         // of a sender that is not ours, at the end
  bool waiting : 1 = true;           // found by (MAIL FROM, RCPT)
  bool recorded : 1 = false;         // has a row in run.db
  bool changed : 1 = false;          // the row is out of date
  std::uint16_t via = no_forwarder;  // the forwarder that the address belongs to
};
static_assert(sizeof(Delivery) <= 48);

// What makes the same facts mean different things.
struct FateRules {
  SenderInsight insight = SenderInsight::full;
  bool closed = false;  // the run is over: an unanswered submission will not be answered any more
};

Fate fate_of(const Message& message, const Delivery& delivery, const FateRules& rules);

// Address as a key: the local part is case sensitive, the domain is not (RFC 5321 §2.4).
std::uint64_t address_key(std::string_view address);

// Whose a message is, as its MAIL FROM says.
struct SenderName {
  std::uint64_t hash = 0;    // address_key()
  std::uint32_t domain = 0;  // the ledger's number
};

class DeliveryBook {
 public:
  // `guesses`: deliveries can be found by their pair.
  explicit DeliveryBook(bool guesses) : guesses_(guesses) {}

  // `destination_of` tells where a recipient's mail goes. The id must be new.
  MessageIndex add(const OfferedMessage& message, const SenderName& sender,
                   const std::function<Destination(std::uint32_t)>& destination_of);
  // None of its deliveries may wait.
  void forget(MessageIndex index);

  std::optional<MessageIndex> find(std::uint64_t id) const;
  std::optional<DeliveryIndex> find_recipient(MessageIndex message, std::uint64_t address_key) const;
  // The only unfinished delivery with this pair; none when there are several or none, or nobody guesses.
  std::optional<DeliveryIndex> find_waiting(std::string_view mail_from, std::uint64_t address_key) const;
  // Finished: not to be guessed any more. Idempotent.
  void stop_waiting(DeliveryIndex index);

  Message& message(MessageIndex index) { return messages_[index]; }
  const Message& message(MessageIndex index) const { return messages_[index]; }
  Delivery& delivery(DeliveryIndex index) { return deliveries_[index]; }
  const Delivery& delivery(DeliveryIndex index) const { return deliveries_[index]; }
  // How many there were in all.
  std::uint32_t messages() const { return messages_added_; }
  std::uint32_t deliveries() const { return deliveries_added_; }
  // Calls visit(index, delivery) for all that are not forgotten.
  template <class Visit>
  void for_each_delivery(Visit visit) const {
    for (DeliveryIndex i = 0; i < deliveries_.end(); ++i) {
      if (deliveries_[i].message != no_message) visit(i, deliveries_[i]);
    }
  }

 private:
  // Unfinished deliveries with one pair. The exclusive or of their indices *is* the index when only one is left.
  struct Waiting {
    std::uint32_t count = 0;
    DeliveryIndex xor_of_indices = 0;
  };

  bool guesses_;
  Slots<Message> messages_;
  Slots<Delivery> deliveries_;
  std::uint32_t messages_added_ = 0;
  std::uint32_t deliveries_added_ = 0;
  boost::unordered_flat_map<std::uint64_t, MessageIndex> by_id_;
  boost::unordered_flat_map<std::uint64_t, Waiting> by_pair_;
};

}  // namespace mailrig::measure
