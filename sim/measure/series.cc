#include "sim/measure/series.h"

#include <algorithm>
#include <utility>

namespace mailrig::measure {
namespace {

constexpr std::size_t buckets_max = 2048;

}  // namespace

std::string_view to_string(Metric metric) {
  static constexpr std::array<std::string_view, metric_count> names = {"attempts", "accepted", "deferrals",
                                                                       "rejected", "inbox",    "spam"};
  return names[static_cast<std::size_t>(metric)];
}

Series::Series(Instant start, std::size_t receivers) : start_(start), receivers_(receivers) {}

void Series::add(Instant at, std::uint32_t receiver, Metric metric) {
  if (receiver >= receivers_.size()) return;
  if (at < current_begin_ || at >= current_end_) turn_to(at);
  auto& buckets = receivers_[receiver];
  if (current_ >= buckets.size()) buckets.resize(current_ + 1);
  Bucket& bucket = buckets[current_];
  ++bucket.counts[static_cast<std::size_t>(metric)];
  if (std::exchange(bucket.changed, true)) return;
  changed_.emplace_back(current_, receiver);
}

void Series::turn_to(Instant at) {
  // What comes before the start (a clock that was set) goes into the first bucket.
  const Duration since_start = std::max(at - start_, Duration::zero());
  while (since_start / width_ >= static_cast<std::int64_t>(buckets_max)) double_width();
  const std::int64_t index = since_start / width_;
  current_ = static_cast<std::size_t>(index);
  current_begin_ = index == 0 ? Instant::min() : start_ + index * width_;
  current_end_ = start_ + (index + 1) * width_;
}

void Series::double_width() {
  width_ *= 2;
  start_over_ = true;
  changed_.clear();
  for (std::uint32_t receiver = 0; receiver < receivers_.size(); ++receiver) {
    auto& buckets = receivers_[receiver];
    for (std::size_t i = 0; i < buckets.size(); ++i) {
      if (i % 2 == 0) {
        buckets[i / 2] = buckets[i];
      } else {
        Counts& into = buckets[i / 2].counts;
        for (std::size_t metric = 0; metric < metric_count; ++metric) into[metric] += buckets[i].counts[metric];
      }
    }
    buckets.resize((buckets.size() + 1) / 2);
    for (std::size_t i = 0; i < buckets.size(); ++i) {
      buckets[i].changed = true;
      changed_.emplace_back(i, receiver);
    }
  }
}

SeriesChanges Series::take_changes() {
  SeriesChanges changes{.start_over = start_over_, .width = width_, .points = {}};
  std::sort(changed_.begin(), changed_.end());
  for (const auto& [index, receiver] : changed_) {
    Bucket& bucket = receivers_[receiver][index];
    bucket.changed = false;
    for (std::size_t metric = 0; metric < metric_count; ++metric) {
      if (bucket.counts[metric] == 0) continue;
      changes.points.push_back({.at = start_ + static_cast<std::int64_t>(index) * width_,
                                .receiver = receiver,
                                .metric = static_cast<Metric>(metric),
                                .value = bucket.counts[metric]});
    }
  }
  changed_.clear();
  start_over_ = false;
  return changes;
}

}  // namespace mailrig::measure
