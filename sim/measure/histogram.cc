#include "sim/measure/histogram.h"

#include <algorithm>
#include <bit>

namespace mailrig::measure {
namespace {

constexpr unsigned split_bits = 7;  // 128 buckets per power of two
constexpr std::uint64_t split = 1U << split_bits;

// Values below 128 have a bucket each. From there on the top 8 bits of the value, the leading one among them, choose
// the bucket, and `shift` bits below are forgotten.
std::size_t bucket_of(std::uint64_t value) {
  if (value < split) return static_cast<std::size_t>(value);
  const unsigned shift = static_cast<unsigned>(std::bit_width(value)) - split_bits - 1;
  return static_cast<std::size_t>(shift * split + (value >> shift));
}

std::uint64_t middle_of(std::size_t bucket) {
  if (bucket < 2 * split) return bucket;
  const std::uint64_t shift = bucket / split - 1;
  const std::uint64_t low = (bucket - shift * split) << shift;
  return low + ((std::uint64_t{1} << shift) >> 1);
}

}  // namespace

void Histogram::record(Duration duration) {
  const auto value = static_cast<std::uint64_t>(std::max<std::int64_t>(duration.count(), 0));
  const std::size_t bucket = bucket_of(value);
  if (bucket >= buckets_.size()) buckets_.resize(bucket + 1);
  ++buckets_[bucket];
  min_ = count_ == 0 ? value : std::min(min_, value);
  max_ = std::max(max_, value);
  sum_ += value;
  ++count_;
}

void Histogram::merge(const Histogram& other) {
  if (other.count_ == 0) return;
  if (other.buckets_.size() > buckets_.size()) buckets_.resize(other.buckets_.size());
  for (std::size_t i = 0; i < other.buckets_.size(); ++i) buckets_[i] += other.buckets_[i];
  min_ = count_ == 0 ? other.min_ : std::min(min_, other.min_);
  max_ = std::max(max_, other.max_);
  sum_ += other.sum_;
  count_ += other.count_;
}

Duration Histogram::mean() const {
  if (count_ == 0) return Duration{};
  return Duration(static_cast<std::int64_t>(sum_ / count_));
}

Duration Histogram::percentile(std::uint32_t per_mille) const {
  if (count_ == 0) return Duration{};
  const auto rank = static_cast<std::uint64_t>((static_cast<Uint128>(count_) * per_mille + 999) / 1000);
  std::uint64_t seen = 0;
  for (std::size_t bucket = 0; bucket < buckets_.size(); ++bucket) {
    seen += buckets_[bucket];
    // The extremes are known exactly; a bucket's middle must not lie outside of them.
    if (seen >= rank && seen > 0) {
      return Duration(static_cast<std::int64_t>(std::clamp(middle_of(bucket), min_, max_)));
    }
  }
  return max();
}

}  // namespace mailrig::measure
