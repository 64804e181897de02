#include "sim/measure/series.h"

#include <algorithm>

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
  // What comes before the start (a clock that was set) goes into the first bucket.
  const Duration since_start = std::max(at - start_, Duration::zero());
  while (since_start / width_ >= static_cast<std::int64_t>(buckets_max)) double_width();
  const auto index = static_cast<std::size_t>(since_start / width_);
  auto& buckets = receivers_[receiver];
  if (index >= buckets.size()) buckets.resize(index + 1);
  ++buckets[index][static_cast<std::size_t>(metric)];
  changed_.emplace(index, receiver);
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
        for (std::size_t metric = 0; metric < metric_count; ++metric) buckets[i / 2][metric] += buckets[i][metric];
      }
    }
    buckets.resize((buckets.size() + 1) / 2);
    for (std::size_t i = 0; i < buckets.size(); ++i) changed_.emplace(i, receiver);
  }
}

SeriesChanges Series::take_changes() {
  SeriesChanges changes{.start_over = start_over_, .width = width_, .points = {}};
  for (const auto& [index, receiver] : changed_) {
    const Bucket& bucket = receivers_[receiver][index];
    for (std::size_t metric = 0; metric < metric_count; ++metric) {
      if (bucket[metric] == 0) continue;
      changes.points.push_back({.at = start_ + static_cast<std::int64_t>(index) * width_,
                                .receiver = receiver,
                                .metric = static_cast<Metric>(metric),
                                .value = bucket[metric]});
    }
  }
  changed_.clear();
  start_over_ = false;
  return changes;
}

}  // namespace mailrig::measure
