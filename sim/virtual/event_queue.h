// What is still to happen in a virtual run, ordered by (time, sequence): of two events at the same instant the one
// scheduled first comes first, so a run repeats exactly. Not thread-safe: one simulation is one thread.
#pragma once

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "fakes/base/check.h"
#include "fakes/base/instant.h"

namespace mailrig::virtual_time {

template <class Payload>
class EventQueue {
 public:
  void schedule(Instant at, Payload payload) {
    heap_.push_back({at, next_sequence_++, std::move(payload)});
    std::push_heap(heap_.begin(), heap_.end(), Later());
  }

  bool empty() const { return heap_.empty(); }
  Instant next() const { return heap_.empty() ? never : heap_.front().at; }

  // The earliest event; the queue must not be empty.
  Payload pop() {
    CHECK(!heap_.empty());
    std::pop_heap(heap_.begin(), heap_.end(), Later());
    Payload payload = std::move(heap_.back().payload);
    heap_.pop_back();
    return payload;
  }

 private:
  struct Entry {
    Instant at;
    std::uint64_t sequence;
    Payload payload;
  };
  // An object, not a function: this inlines.
  struct Later {
    bool operator()(const Entry& a, const Entry& b) const {
      return a.at != b.at ? a.at > b.at : a.sequence > b.sequence;
    }
  };

  std::vector<Entry> heap_;
  std::uint64_t next_sequence_ = 0;
};

}  // namespace mailrig::virtual_time
