#include "sim/sender/queue.h"

#include <algorithm>

#include "fakes/base/check.h"

namespace mailrig::sender {

std::uint32_t Queue::add_message(Instant now, QueuedMessage message) {
  const std::uint32_t index = messages_.add();
  CHECK(by_id_.emplace(message.id, index).second);
  Stored& stored = messages_[index];
  stored.message = std::move(message);
  stored.submitted = now;
  stored.sequence = next_sequence_++;
  stored.waiting = static_cast<std::uint32_t>(stored.message.recipients.size());
  recipient_count_ += stored.waiting;
  ++message_count_;
  return index;
}

std::uint32_t Queue::add_part(std::uint32_t message, std::uint32_t destination, std::uint32_t first,
                              std::uint32_t count) {
  const std::uint32_t index = parts_.add();
  parts_[index] = {.message = message,
                   .destination = destination,
                   .first = first,
                   .count = count,
                   .born = messages_[message].submitted};
  return index;
}

std::uint32_t Queue::split_part(std::uint32_t part, std::uint32_t count) {
  const std::uint32_t rest = parts_.add();
  parts_[rest] = parts_[part];
  parts_[rest].first += count;
  parts_[rest].count -= count;
  parts_[part].count = count;
  return rest;
}

void Queue::remove_part(std::uint32_t part) {
  parts_.remove(part);
}

void Queue::settle_one(std::uint32_t message) {
  --recipient_count_;
  if (--messages_[message].waiting == 0) --message_count_;
}

void Queue::remove_message(std::uint64_t id) {
  const auto found = by_id_.find(id);
  messages_.remove(found->second);
  by_id_.erase(found);
}

const QueuedMessage* Queue::find(std::uint64_t id) const {
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? nullptr : &messages_[found->second].message;
}

std::span<std::uint32_t> Queue::recipients(const Part& part) {
  return std::span(messages_[part.message].order).subspan(part.first, part.count);
}

void Queue::append(PartList& list, std::uint32_t part) {
  parts_[part].next = none;
  (list.size++ == 0 ? list.head : parts_[list.tail].next) = part;
  list.tail = part;
}

void Queue::prepend(PartList& list, std::uint32_t part) {
  parts_[part].next = list.head;
  list.head = part;
  if (list.size++ == 0) list.tail = part;
}

std::uint32_t Queue::take_first(PartList& list) {
  const std::uint32_t part = list.head;
  list.head = parts_[part].next;
  --list.size;
  return part;
}

std::vector<std::pair<std::uint64_t, std::uint32_t>> Queue::waiting() const {
  struct Waiting {
    std::uint64_t sequence;
    std::uint32_t recipient;
    std::uint64_t message;
  };
  std::vector<Waiting> found;
  for (std::uint32_t i = 0; i < parts_.end(); ++i) {
    const Part& part = parts_[i];
    if (part.count == 0) continue;
    const Stored& stored = messages_[part.message];
    for (std::uint32_t k = 0; k < part.count; ++k)
      found.push_back({stored.sequence, stored.order[part.first + k], stored.message.id});
  }
  std::sort(found.begin(), found.end(), [](const Waiting& a, const Waiting& b) {
    return a.sequence != b.sequence ? a.sequence < b.sequence : a.recipient < b.recipient;
  });
  std::vector<std::pair<std::uint64_t, std::uint32_t>> result;
  result.reserve(found.size());
  for (const Waiting& w : found) result.emplace_back(w.message, w.recipient);
  return result;
}

}  // namespace mailrig::sender
