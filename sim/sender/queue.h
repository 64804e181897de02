// The messages that are not done, and the parts of them that wait. Storage and order only: what a try's outcome means
// is decided elsewhere. Not thread-safe.
#pragma once

#include <array>
#include <boost/container/small_vector.hpp>
#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "fakes/base/instant.h"
#include "fakes/base/stable_hash.h"
#include "fakes/base/time_queue.h"
#include "sim/sender/sender.h"
#include "sim/sender/slab.h"

namespace mailrig::sender {

struct Stored {  // NOLINT(bugprone-exception-escape): the vector is moved, not copied
  QueuedMessage message;
  Instant submitted{};
  std::uint64_t sequence = 0;  // of submission
  std::uint32_t waiting = 0;   // recipients without a final outcome
  std::uint32_t batch = none;  // where the journal collects this moment's outcomes
  // Recipient indices grouped by part: each part owns a range and keeps those still waiting at its front.
  boost::container::small_vector<std::uint32_t, 2> order;
};

// Recipients of one message in one domain that have had the same history and travel in one transaction.
struct Part {
  std::uint32_t message = none;
  std::uint32_t destination = none;
  std::uint32_t first = 0;  // range within Stored::order
  std::uint32_t count = 0;  // 0: not in use
  std::uint32_t tries = 0;
  std::uint32_t next = none;     // in the PartList it waits in
  bool retried_fresh = false;    // had its one immediate try on a fresh connection
  bool counted = false;          // the warm-up knows how its first try of the day ended
  bool first_try_told = false;   // its stream's book has it
  std::uint32_t holding = none;  // of the warm-up; `none`: it goes past it
  std::uint32_t lane = none;     // of the warm-up, that it has or last had a place in
  Instant place_day{};           // midnight of the day that the place is for
  Instant born{};                // from when on it grows old
};

// Parts in the order in which they became due, chained through Part::next.
struct PartList {
  std::uint32_t head = none;
  std::uint32_t tail = none;
  std::uint32_t size = 0;
};

// Parts by their messages' priority.
struct PriorityList {
  std::array<PartList, priorities> by_priority;
  std::uint32_t size() const {
    std::uint32_t sum = 0;
    for (const PartList& list : by_priority) sum += list.size;
    return sum;
  }
  // Null when empty.
  PartList* most_urgent() {
    for (PartList& list : by_priority) {
      if (list.size > 0) return &list;
    }
    return nullptr;
  }
};

class Queue {
 public:
  // The id must be new. All its recipients wait, in no part yet.
  std::uint32_t add_message(Instant now, QueuedMessage message);
  std::uint32_t add_part(std::uint32_t message, std::uint32_t destination, std::uint32_t first, std::uint32_t count);
  // Cuts off what is behind the first `count` recipients, which become a part of their own with the same history.
  std::uint32_t split_part(std::uint32_t part, std::uint32_t count);
  void remove_part(std::uint32_t part);
  // One recipient of the message has its final outcome.
  void settle_one(std::uint32_t message);
  void remove_message(std::uint64_t id);

  Stored& message(std::uint32_t index) { return messages_[index]; }
  Part& part(std::uint32_t index) { return parts_[index]; }
  const QueuedMessage* find(std::uint64_t id) const;
  std::span<std::uint32_t> recipients(const Part& part);

  void append(PartList& list, std::uint32_t part);
  void append(PriorityList& list, std::uint32_t part) { append(list_for(list, part), part); }
  void prepend(PartList& list, std::uint32_t part);
  // Only when not empty.
  std::uint32_t take_first(PartList& list);
  PartList& list_for(PriorityList& list, std::uint32_t part) {
    return list.by_priority[static_cast<std::size_t>(messages_[parts_[part].message].message.priority)];
  }

  // Parts that wait for their next try.
  TimeQueue<std::uint32_t> delayed;

  // What still waits; messages may be kept a little longer.
  std::uint64_t message_count() const { return message_count_; }
  std::uint64_t recipient_count() const { return recipient_count_; }
  std::vector<std::pair<std::uint64_t, std::uint32_t>> waiting() const;

 private:
  struct IdHash {
    using is_avalanching = void;
    std::size_t operator()(std::uint64_t id) const { return combine(0, id); }
  };

  Slab<Stored> messages_;
  Slab<Part> parts_;
  boost::unordered_flat_map<std::uint64_t, std::uint32_t, IdHash> by_id_;  // never iterated
  std::uint64_t next_sequence_ = 0;
  std::uint64_t message_count_ = 0;
  std::uint64_t recipient_count_ = 0;
};

}  // namespace mailrig::sender
