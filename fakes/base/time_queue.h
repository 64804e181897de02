// What is due when: ordered by (time, sequence), so that equal times keep the order in which they were set and a run
// repeats itself. O(log n) per operation; a heap of four children each, since a queue of millions waits for memory once
// per level. Not thread-safe.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "fakes/base/check.h"
#include "fakes/base/instant.h"

namespace mailrig {

template <class What>
class TimeQueue {
 public:
  void set(Instant at, What what) {
    heap_.push_back({at, next_sequence_++, std::move(what)});
    rise(heap_.size() - 1);
  }

  bool empty() const { return heap_.empty(); }
  Instant next() const { return heap_.empty() ? never : heap_.front().at; }

  // The earliest; the queue must not be empty.
  What pop() {
    CHECK(!heap_.empty());
    What what = std::move(heap_.front().what);
    // The hole goes down to a leaf, where the last entry, which mostly belongs there, fills it.
    std::size_t hole = 0;
    for (std::size_t first = 1; first < heap_.size(); first = children * hole + 1) {
      const std::size_t end = std::min(first + children, heap_.size());
      std::size_t earliest = first;
      for (std::size_t child = first + 1; child < end; ++child) {
        if (heap_[child].comes_before(heap_[earliest])) earliest = child;
      }
      heap_[hole] = std::move(heap_[earliest]);
      hole = earliest;
    }
    if (hole != heap_.size() - 1) {
      heap_[hole] = std::move(heap_.back());
      heap_.pop_back();
      rise(hole);
    } else {
      heap_.pop_back();
    }
    return what;
  }

  // The first one that is due by `now`, taken out.
  std::optional<What> pop_due(Instant now) {
    if (heap_.empty() || heap_.front().at > now) return std::nullopt;
    return pop();
  }

 private:
  static constexpr std::size_t children = 4;

  struct Entry {
    Instant at;
    std::uint64_t sequence;
    What what;

    bool comes_before(const Entry& other) const { return at != other.at ? at < other.at : sequence < other.sequence; }
  };

  void rise(std::size_t at) {
    Entry entry = std::move(heap_[at]);
    while (at > 0) {
      const std::size_t parent = (at - 1) / children;
      if (!entry.comes_before(heap_[parent])) break;
      heap_[at] = std::move(heap_[parent]);
      at = parent;
    }
    heap_[at] = std::move(entry);
  }

  std::vector<Entry> heap_;
  std::uint64_t next_sequence_ = 0;
};

}  // namespace mailrig
