#include "sim/measure/delivery_book.h"

#include "fakes/base/check.h"
#include "fakes/base/stable_hash.h"
#include "fakes/policy/address_key.h"

namespace mailrig::measure {
namespace {

std::uint64_t pair_key(std::uint64_t sender_hash, std::uint64_t address_hash) {
  return combine(sender_hash, address_hash);
}

}  // namespace

Fate fate_of(const Message& message, const Delivery& delivery, const FateRules& rules) {
  if (delivery.copies > 0) return delivery.spam ? Fate::spam : Fate::inbox;
  if (delivery.discarded) return Fate::discarded;
  // What a hop took is its own affair, however the sender was answered.
  if (delivery.in_hops > 0) return Fate::queued;
  if (delivery.bounced) return Fate::bounced;
  if (delivery.dropped) return Fate::lost;
  if (delivery.outcome) {
    switch (*delivery.outcome) {
      case SenderOutcome::delivered:
        return Fate::lost;
      case SenderOutcome::rejected_by_receiver:
      case SenderOutcome::rejected_by_sender:
        return Fate::rejected;
      case SenderOutcome::expired:
        return Fate::expired;
      case SenderOutcome::suppressed:
        return Fate::suppressed;
      case SenderOutcome::refused:
        return Fate::refused;
    }
  }
  // Nobody tells what a foreign sender made of a 5yz; that it was the last word is the best there is to know.
  const bool last_word_is_refusal = delivery.attempts > 0 && delivery.last_result == AttemptResult::refused;
  if (rules.insight != SenderInsight::full && last_word_is_refusal) return Fate::rejected;
  if (message.refused || (rules.closed && !message.is_submitted())) return Fate::refused;
  if (rules.closed && rules.insight == SenderInsight::queue && !delivery.in_queue) return Fate::lost;
  return Fate::queued;
}

std::uint64_t address_key(std::string_view address) {
  const auto [local_part, domain] = policy::split_address(address);
  if (local_part.size() == address.size()) return stable_hash(address);
  return policy::key_of(domain, stable_hash(local_part));
}

MessageIndex DeliveryBook::add(const OfferedMessage& offered, const SenderName& sender,
                               const std::function<Destination(std::uint32_t)>& destination_of) {
  const auto recipients = static_cast<std::uint32_t>(offered.recipients.size());
  const MessageIndex index = messages_.take(1);
  CHECK(offered.id != 0);
  CHECK(by_id_.emplace(offered.id, index).second);
  const DeliveryIndex first = deliveries_.take(recipients);
  messages_[index] = {.id = offered.id,
                      .intended = offered.intended,
                      .body_digest = offered.body_digest,
                      .loose_body_digest = offered.loose_body_digest,
                      .sender_hash = sender.hash,
                      .first = first,
                      .recipients = recipients,
                      .stream = offered.stream,
                      .domain = sender.domain,
                      .number = deliveries_added_};
  for (std::uint32_t i = 0; i < recipients; ++i) {
    const std::uint64_t address_hash = address_key(offered.recipients[i].address);
    const Destination destination = destination_of(offered.recipients[i].receiver);
    deliveries_[first + i] = {.address_hash = address_hash,
                              .message = index,
                              .slot = destination.slot,
                              .outcome = {},
                              .via = destination.via};
    if (!guesses_) continue;
    Waiting& waiting = by_pair_[pair_key(sender.hash, address_hash)];
    ++waiting.count;
    waiting.xor_of_indices ^= first + i;
  }
  ++messages_added_;
  deliveries_added_ += recipients;
  return index;
}

void DeliveryBook::forget(MessageIndex index) {
  const Message& m = messages_[index];
  for (DeliveryIndex i = m.first; i < m.first + m.recipients; ++i) {
    CHECK(!deliveries_[i].waiting);
    deliveries_[i].message = no_message;
  }
  by_id_.erase(m.id);
  deliveries_.give_back(m.first, m.recipients);
  messages_.give_back(index, 1);
}

std::optional<MessageIndex> DeliveryBook::find(std::uint64_t id) const {
  const auto found = by_id_.find(id);
  if (found == by_id_.end()) return std::nullopt;
  return found->second;
}

std::optional<DeliveryIndex> DeliveryBook::find_recipient(MessageIndex index, std::uint64_t key) const {
  const Message& m = messages_[index];
  for (DeliveryIndex i = m.first; i < m.first + m.recipients; ++i) {
    if (deliveries_[i].address_hash == key) return i;
  }
  return std::nullopt;
}

std::optional<DeliveryIndex> DeliveryBook::find_waiting(std::string_view mail_from, std::uint64_t key) const {
  const auto found = by_pair_.find(pair_key(address_key(mail_from), key));
  if (found == by_pair_.end() || found->second.count != 1) return std::nullopt;
  return found->second.xor_of_indices;
}

void DeliveryBook::stop_waiting(DeliveryIndex index) {
  Delivery& d = deliveries_[index];
  if (!d.waiting) return;
  d.waiting = false;
  if (!guesses_) return;
  const auto found = by_pair_.find(pair_key(messages_[d.message].sender_hash, d.address_hash));
  CHECK(found != by_pair_.end());
  found->second.xor_of_indices ^= index;
  if (--found->second.count == 0) by_pair_.erase(found);
}

}  // namespace mailrig::measure
