// What a provider remembers about one identity that mail comes from: an address, a network, a domain. Days are UTC.
// Counters fade by a tenth a day, so that what happened a month ago hardly counts. Integers only. A plain value.
#pragma once

#include <cstdint>

#include "fakes/base/instant.h"

namespace mailrig::policy {

class SenderHistory {
 public:
  // A thousandth of a copy: counters fade, and must not fade away in whole steps.
  static constexpr std::uint64_t one = 1000;

  // Lets the days pass until `now`.
  void roll(Instant now);

  // Each is told after roll().
  void accepted(std::uint32_t copies);
  void unknown_recipient() { unknown_ += one; }
  void trap_hit() { traps_ += one; }
  void complaint() { complaints_ += one; }
  // A copy came to somebody whose reading is known; and was opened.
  void awaited() { awaited_ += one; }
  void opened() { opened_ += one; }
  // What a world knows of a sender before its first mail: so many days of so many copies, and nothing wrong with them.
  // Told again (a domain is told of once for each of its addresses) it is no more than the most that was told.
  void grown(std::uint32_t days, std::uint32_t copies_a_day);

  // On which it sent; the day under way counts with its mail.
  std::uint32_t active_days() const { return active_days_; }
  std::uint32_t today() const { return today_; }            // copies accepted
  std::uint32_t recent_max() const { return recent_max_; }  // of a day before today, fading
  std::uint64_t accepted_milli() const { return accepted_; }
  std::uint64_t unknown_milli() const { return unknown_; }
  std::uint64_t traps_milli() const { return traps_; }
  std::uint64_t complaints_milli() const { return complaints_; }
  std::uint64_t awaited_milli() const { return awaited_; }
  std::uint64_t opened_milli() const { return opened_; }

 private:
  std::int32_t day_ = -1;  // since 1970, of `today_`
  std::uint32_t active_days_ = 0;
  std::uint32_t today_ = 0;
  std::uint32_t recent_max_ = 0;
  std::uint64_t accepted_ = 0;
  std::uint64_t unknown_ = 0;
  std::uint64_t traps_ = 0;
  std::uint64_t complaints_ = 0;
  std::uint64_t awaited_ = 0;
  std::uint64_t opened_ = 0;
};

}  // namespace mailrig::policy
