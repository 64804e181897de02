// How many per second, on average between the first and the last, and in the busiest model second. Not thread-safe.
#pragma once

#include <algorithm>
#include <cstdint>

#include "fakes/base/instant.h"

namespace mailrig::measure {

class RateMeter {
 public:
  void count(Instant at) {
    const auto second = std::chrono::floor<std::chrono::seconds>(at);
    if (count_ == 0) {
      first_ = last_ = at;
      second_ = second;
    }
    // Live threads may report a little out of order; a late one counts in the second under way.
    if (second > second_) {
      second_ = second;
      in_second_ = 0;
    }
    first_ = std::min(first_, at);
    last_ = std::max(last_, at);
    peak_ = std::max(peak_, ++in_second_);
    ++count_;
  }

  // Anything shorter than a second counts as one, so that a single event is not an infinite rate.
  double per_s() const { return static_cast<double>(count_) / std::max(to_seconds(last_ - first_), 1.0); }
  std::uint64_t peak_per_s() const { return peak_; }

 private:
  std::uint64_t count_ = 0;
  Instant first_{};
  Instant last_{};
  Instant second_{};
  std::uint64_t in_second_ = 0;
  std::uint64_t peak_ = 0;
};

}  // namespace mailrig::measure
