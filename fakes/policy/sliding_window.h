// Counts units within a window that slides over time, in constant memory and integer arithmetic: the window is cut into
// twelve parts (5 s of a minute, 2 h of a day). A unit is counted for at least the window and at most a twelfth longer,
// so no span as long as the window ever sees more units than the limit. A plain value.
#pragma once

#include <array>
#include <cstdint>
#include <limits>

#include "fakes/base/instant.h"

namespace mailrig::policy {

class SlidingWindow {
 public:
  static constexpr std::int64_t parts = 12;

  // Units that still count at `now`. The same `window` must be given to every call.
  std::uint32_t total(Instant now, Duration window) { return total_in_part(part_of(now, window)); }

  // No more than so many are counted of one twelfth, so that millions of windows fit in memory; limits above
  // `count_max` cannot be kept.
  static constexpr std::uint32_t count_max = 65'535 * static_cast<std::uint32_t>(parts);

  void add(Instant now, Duration window) { add_in_part(part_of(now, window)); }

  // The same for those who know the part already: of a clock that is cut into parts of width(window) since 1970.
  static Duration width(Duration window) { return Duration((window.count() + parts - 1) / parts); }
  std::uint32_t total_in_part(std::int64_t part) {
    slide(part);
    return total_;
  }
  void add_in_part(std::int64_t part) {
    slide(part);
    std::uint16_t& count = counts_[slot(newest_)];
    if (count == std::numeric_limits<std::uint16_t>::max()) return;
    ++count;
    ++total_;
  }

  // After this instant a unit added at `now` no longer counts.
  static Instant counted_until(Instant now, Duration window) {
    return Instant((part_of(now, window) + parts + 1) * width(window)) - Duration(1);
  }

  // For a clock that is cut into frames as long as the window, where nothing slides; `frame` is counted since 1970. One
  // value is used in one of the two ways only.
  std::uint32_t total_in_frame(std::int64_t frame) {
    if (frame > newest_) {
      newest_ = frame;
      total_ = 0;
    }
    return total_;
  }
  void add_in_frame(std::int64_t frame) {
    total_in_frame(frame);
    ++total_;
  }
  static Instant end_of_frame(Instant now, Duration window) {
    return Instant((now.time_since_epoch() / window + 1) * window);
  }

 private:
  std::int64_t newest_ = 0;  // number of the newest part since 1970
  std::uint32_t total_ = 0;
  std::array<std::uint16_t, parts + 1> counts_{};  // the part under way and the twelve before it

  static std::int64_t part_of(Instant now, Duration window) { return now.time_since_epoch() / width(window); }
  static std::size_t slot(std::int64_t part) { return static_cast<std::size_t>(part % (parts + 1)); }

  void slide(std::int64_t part) {
    if (part <= newest_) return;  // also when threads hand in times a hair out of order
    if (total_ == 0 || part - newest_ > parts) {
      counts_.fill(0);
      total_ = 0;
    } else {
      for (std::int64_t p = newest_ + 1; p <= part; ++p) {
        total_ -= counts_[slot(p)];
        counts_[slot(p)] = 0;
      }
    }
    newest_ = part;
  }
};

// Tells in which part, or in which frame, of a window an instant lies. Divides only when another one begins: decisions
// come in the order of time, thousands to a part. A plain value.
class WindowClock {
 public:
  // `frames`: as long as the window, for one that does not slide.
  WindowClock(Duration window, bool frames)
      : width_(frames ? window : SlidingWindow::width(window)), counts_for_(frames ? 1 : SlidingWindow::parts + 1) {}

  std::int64_t part(Instant now) {
    if (now < begin_ || now >= begin_ + width_) {
      part_ = now.time_since_epoch() / width_;
      begin_ = Instant(part_ * width_);
    }
    return part_;
  }
  // After this instant a unit added at `now` no longer counts.
  Instant counted_until(Instant now) { return Instant((part(now) + counts_for_) * width_) - Duration(1); }

 private:
  Duration width_;
  std::int64_t counts_for_;  // parts, the one under way included
  std::int64_t part_ = 0;
  Instant begin_{};
};

}  // namespace mailrig::policy
