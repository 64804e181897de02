// What policies remember about addresses: a row of T per 64-bit key, forgotten once it expired. Open addressing over a
// flat array: no allocation per key, and everything happens in the order of slots, never of hashes, so that a run
// repeats itself. A key and its values lie next to each other: whoever looks one up in a table of millions waits for
// memory, and waits once. Whether an expired row was already swept away is invisible from outside. Memory is bounded by
// twice the rows that are alive, by a number of rows, and by what tables that share a budget have left: where more is
// wanted, the row goes that would expire first among a few that the hand of a clock points at, which is mostly one not
// heard of for long. Not thread-safe.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <new>
#include <span>
#include <type_traits>
#include <vector>

#include "fakes/base/check.h"
#include "fakes/base/instant.h"

namespace mailrig::policy {

// Octets that the tables of one policy may still take.
struct MemoryBudget {
  std::uint64_t octets = 0;
};

template <class T>
class ExpiringTable {
 public:
  using Row = std::uint32_t;  // valid until the next obtain()
  static constexpr Row none = std::numeric_limits<Row>::max();

  // `width`: how many T a row has.
  explicit ExpiringTable(std::size_t width = 1)
      : width_(width),
        cell_octets_((sizeof(Slot) + width * sizeof(T) + alignof(Slot) - 1) / alignof(Slot) * alignof(Slot)) {
    CHECK(width > 0);
  }

  // No more than so many rows from here on. Before the first row.
  void bound(std::size_t rows_max) {
    CHECK(rows_max > 0 && rows_ == 0);
    rows_max_ = rows_max;
  }
  // Takes its memory from `budget`, which must outlive it. Where nothing is left, a table makes do with the rows it
  // has, and with one at least. Before the first row.
  void share(MemoryBudget& budget) {
    CHECK(rows_ == 0);
    budget_ = &budget;
  }

  // The row of `key`, or none.
  Row find(Instant now, std::uint64_t key) const {
    if (index_.empty()) return none;
    for (std::size_t at = home(key);; at = next(at)) {
      if (index_[at] == none) return none;
      const Slot& found = slot(index_[at]);
      if (found.key == key) return now > found.expires ? none : index_[at];
    }
  }

  // The row of `key`, made of fresh Ts when there is none. The caller sets its life with keep_until().
  Row obtain(Instant now, std::uint64_t key) {
    if (size() >= index_.size() / 2) grow();
    for (std::size_t at = home(key);; at = next(at)) {
      if (index_[at] == none) break;
      const Slot& found = slot(index_[at]);
      if (found.key != key) continue;
      if (now > found.expires) clear(index_[at]);
      return index_[at];
    }
    // Each new key pays for a look at two old ones, so that dead rows go twice as fast as rows come.
    sweep(now);
    sweep(now);
    if (size() >= rows_max_ || (free_.empty() && rows_ > 0 && !affords_a_slot())) evict();
    const Row row = take_slot();
    slot(row) = {key, now};
    std::size_t at = home(key);
    while (index_[at] != none) at = next(at);
    index_[at] = row;
    return row;
  }

  std::span<T> values(Row row) { return {first_value(row), width_}; }
  std::span<const T> values(Row row) const { return {first_value(row), width_}; }

  // The row lives through `last`, that instant included.
  void keep_until(Row row, Instant last) { slot(row).expires = last; }
  Instant kept_until(Row row) const { return slot(row).expires; }

  void erase(Row row) {
    unlink(row);
    slot(row).expires = free_mark;
    free_.push_back(row);
  }

  // Rows in memory, expired ones that await their sweep included.
  std::size_t size() const { return rows_ - free_.size(); }

 private:
  // No row expires so early.
  static constexpr Instant free_mark = Instant::min();
  struct Slot {
    std::uint64_t key = 0;
    Instant expires = free_mark;

    bool is_free() const { return expires == free_mark; }
  };

  // Rows are memory: nothing is ever destroyed in them.
  static_assert(std::is_trivially_destructible_v<T> && alignof(T) <= alignof(Slot));

  std::size_t width_;
  std::size_t cell_octets_;  // of a slot and its values
  std::size_t rows_ = 0;     // made so far, free ones included
  // Rows stay where they are: a table of millions must not be copied to grow.
  static constexpr std::size_t rows_per_block = 128;
  std::vector<std::unique_ptr<std::byte[]>> blocks_;
  std::vector<Row> free_;
  std::vector<Row> index_;  // power of two, at most half full; linear probing
  std::size_t hand_ = 0;
  std::size_t rows_max_ = 10'000'000;
  MemoryBudget* budget_ = nullptr;

  std::byte* cell(Row row) const { return blocks_[row / rows_per_block].get() + row % rows_per_block * cell_octets_; }
  Slot& slot(Row row) const { return *std::launder(reinterpret_cast<Slot*>(cell(row))); }
  T* first_value(Row row) const { return std::launder(reinterpret_cast<T*>(cell(row) + sizeof(Slot))); }

  // The keys are hashes already.
  std::size_t home(std::uint64_t key) const { return static_cast<std::size_t>(key) & (index_.size() - 1); }
  std::size_t next(std::size_t at) const { return (at + 1) & (index_.size() - 1); }

  // With its places in the index, of which there are up to four per row.
  std::size_t row_octets() const { return cell_octets_ + 4 * sizeof(Row); }
  bool affords_a_slot() const { return budget_ == nullptr || budget_->octets >= row_octets(); }

  void clear(Row row) {
    for (T& value : values(row)) value = T{};
  }

  Row take_slot() {
    if (!free_.empty()) {
      const Row row = free_.back();
      free_.pop_back();
      clear(row);
      return row;
    }
    CHECK(rows_ < none);
    if (budget_ != nullptr) budget_->octets -= std::min<std::uint64_t>(budget_->octets, row_octets());
    if (rows_ % rows_per_block == 0) blocks_.emplace_back(new std::byte[rows_per_block * cell_octets_]);
    const auto row = static_cast<Row>(rows_++);
    new (cell(row)) Slot();
    for (std::size_t i = 0; i < width_; ++i) new (cell(row) + sizeof(Slot) + i * sizeof(T)) T();
    return row;
  }

  void grow() {
    index_.assign(index_.empty() ? 16 : index_.size() * 2, none);
    for (Row row = 0; row < rows_; ++row) {
      if (slot(row).is_free()) continue;
      std::size_t at = home(slot(row).key);
      while (index_[at] != none) at = next(at);
      index_[at] = row;
    }
  }

  void sweep(Instant now) {
    if (rows_ == 0) return;
    if (++hand_ >= rows_) hand_ = 0;
    const auto row = static_cast<Row>(hand_);
    if (!slot(row).is_free() && now > slot(row).expires) erase(row);
  }

  void evict() {
    constexpr int looked_at = 8;
    Row first = none;
    for (int i = 0; i < looked_at; ++i) {
      if (++hand_ >= rows_) hand_ = 0;
      const auto row = static_cast<Row>(hand_);
      if (!slot(row).is_free() && (first == none || slot(row).expires < slot(first).expires)) first = row;
    }
    // All slots are in use when the table is full, so one was found.
    CHECK(first != none);
    erase(first);
  }

  // Takes `row` out of the index and closes the gap, so that probing needs no tombstones (Knuth, TAOCP 6.4 R).
  void unlink(Row row) {
    std::size_t gap = home(slot(row).key);
    while (index_[gap] != row) gap = next(gap);
    for (std::size_t at = next(gap); index_[at] != none; at = next(at)) {
      const std::size_t wanted = home(slot(index_[at]).key);
      // The entry may move into the gap unless its home lies cyclically in (gap, at].
      const bool stays = gap <= at ? (gap < wanted && wanted <= at) : (gap < wanted || wanted <= at);
      if (stays) continue;
      index_[gap] = index_[at];
      gap = at;
    }
    index_[gap] = none;
  }
};

}  // namespace mailrig::policy
