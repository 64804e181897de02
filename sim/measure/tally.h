// The counts that a receiver, a stream and the whole run have in common. A value type.
#pragma once

#include <array>
#include <cstdint>
#include <numeric>

#include "sim/measure/fate.h"

namespace mailrig::measure {

struct Tally {
  std::uint64_t submitted = 0;   // messages accepted for sending
  std::uint64_t deliveries = 0;  // offered (message, recipient) pairs
  std::array<std::uint64_t, fate_count> fates{};
  std::uint64_t rejected_by_sender = 0;  // of the rejected ones
  std::uint64_t duplicates = 0;          // copies stored beyond the first
  std::uint64_t corrupted = 0;           // deliveries with a copy whose body differs from what was sent
  std::uint64_t transformed = 0;         // changed on the way in a manner that keeps the meaning
  std::uint64_t false_bounces = 0;       // given up by the sender although a copy is stored
  std::uint64_t attempts = 0;
  std::uint64_t deferrals = 0;            // attempts
  std::uint64_t deferred_deliveries = 0;  // deliveries with at least one of them
  std::uint64_t with_deadline = 0;        // deliveries whose mail has a deadline
  std::uint64_t on_time = 0;              // of those: delivered within it

  std::uint64_t& operator[](Fate fate) { return fates[static_cast<std::size_t>(fate)]; }
  std::uint64_t operator[](Fate fate) const { return fates[static_cast<std::size_t>(fate)]; }

  std::uint64_t fates_sum() const { return std::accumulate(fates.begin(), fates.end(), std::uint64_t{0}); }

  Tally& operator+=(const Tally& other) {
    submitted += other.submitted;
    deliveries += other.deliveries;
    for (std::size_t i = 0; i < fate_count; ++i) fates[i] += other.fates[i];
    rejected_by_sender += other.rejected_by_sender;
    duplicates += other.duplicates;
    corrupted += other.corrupted;
    transformed += other.transformed;
    false_bounces += other.false_bounces;
    attempts += other.attempts;
    deferrals += other.deferrals;
    deferred_deliveries += other.deferred_deliveries;
    with_deadline += other.with_deadline;
    on_time += other.on_time;
    return *this;
  }

  friend bool operator==(const Tally&, const Tally&) = default;
};

}  // namespace mailrig::measure
