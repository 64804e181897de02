// A histogram of durations from nanoseconds to years that never needs to know its range: every power of two is split
// into 128 equal buckets, so a value read back is within 0.4 % of the one recorded. Integers only; merging two
// histograms gives exactly what recording everything into one would have given. Not thread-safe.
#pragma once

#include <cstdint>
#include <vector>

#include "fakes/base/instant.h"
#include "fakes/base/wide.h"

namespace mailrig::measure {

class Histogram {
 public:
  // Negative durations (clocks that disagree) count as zero.
  void record(Duration value);
  void merge(const Histogram& other);

  std::uint64_t count() const { return count_; }
  Duration max() const { return Duration(static_cast<std::int64_t>(max_)); }
  Duration mean() const;  // exact; zero when empty

  // Nearest rank: the smallest recorded value that at least `per_mille`/1000 of all values do not exceed, to the
  // bucket's precision. 500 is the median, 999 is p999. Zero when empty.
  Duration percentile(std::uint32_t per_mille) const;

 private:
  std::vector<std::uint64_t> buckets_;  // grows to the highest bucket in use
  std::uint64_t count_ = 0;
  std::uint64_t min_ = 0;
  std::uint64_t max_ = 0;
  Uint128 sum_ = 0;
};

}  // namespace mailrig::measure
