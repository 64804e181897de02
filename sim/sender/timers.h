// What is due when: ordered by (time, sequence), so that equal times keep the order in which they were set.
// O(log n) per operation. Not thread-safe.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <vector>

#include "fakes/base/instant.h"

namespace mailrig::sender {

class Timers {
 public:
  void set(Instant at, std::uint32_t what) {
    heap_.push_back({at, next_sequence_++, what});
    std::push_heap(heap_.begin(), heap_.end(), Later{});
  }

  Instant next() const { return heap_.empty() ? never : heap_.front().at; }

  // The first one that is due by `now`, taken out.
  std::optional<std::uint32_t> pop_due(Instant now) {
    if (next() > now || heap_.empty()) return std::nullopt;
    std::pop_heap(heap_.begin(), heap_.end(), Later{});
    const std::uint32_t what = heap_.back().what;
    heap_.pop_back();
    return what;
  }

 private:
  struct Timer {
    Instant at;
    std::uint64_t sequence;
    std::uint32_t what;
  };
  // An object, not a function: the heap's inner loop is where a long queue spends its time, and this inlines.
  struct Later {
    bool operator()(const Timer& a, const Timer& b) const {
      return a.at != b.at ? a.at > b.at : a.sequence > b.sequence;
    }
  };

  std::vector<Timer> heap_;
  std::uint64_t next_sequence_ = 0;
};

}  // namespace mailrig::sender
