// What happened when, per receiver: counts in time buckets of equal width. The width starts at one model second and
// doubles whenever the buckets run out, so that a month takes no more memory than a minute. Not thread-safe.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "fakes/base/instant.h"

namespace mailrig::measure {

enum class Metric : std::uint8_t { attempts, accepted, deferrals, rejected, inbox, spam };
inline constexpr std::size_t metric_count = 6;
std::string_view to_string(Metric metric);

struct SeriesPoint {
  Instant at{};  // the bucket's beginning
  std::uint32_t receiver = 0;
  Metric metric = Metric::attempts;
  std::uint64_t value = 0;
};

struct SeriesChanges {
  bool start_over = false;  // the width has changed: earlier points are void
  Duration width{};
  std::vector<SeriesPoint> points;  // new values, not increments
};

class Series {
 public:
  Series(Instant start, std::size_t receivers);

  void add(Instant at, std::uint32_t receiver, Metric metric);
  // The buckets that have changed since the last call, in order of time.
  SeriesChanges take_changes();

 private:
  using Counts = std::array<std::uint64_t, metric_count>;
  struct Bucket {
    Counts counts{};
    bool changed = false;  // it is among `changed_`
  };
  void turn_to(Instant at);
  void double_width();

  Instant start_;
  Duration width_ = std::chrono::seconds(1);
  bool start_over_ = true;
  std::vector<std::vector<Bucket>> receivers_;
  std::vector<std::pair<std::size_t, std::uint32_t>> changed_;  // (bucket, receiver)
  // The bucket under way: most events follow one that fell into it.
  std::size_t current_ = 0;
  Instant current_begin_{};
  Instant current_end_{};
};

}  // namespace mailrig::measure
