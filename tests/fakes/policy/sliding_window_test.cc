#include "fakes/policy/sliding_window.h"

#include <gtest/gtest.h>

#include <deque>

#include "fakes/base/draw.h"

namespace mailrig::policy {
namespace {

using namespace std::chrono_literals;

const Instant beginning = *parse_rfc3339("2026-03-02T08:00:00Z");

// The frame of half an hour in which an instant lies.
std::int64_t half_hour(Instant now) {
  return WindowClock(30min, true).part(now);
}

TEST(SlidingWindow, CountsWhatWasAdded) {
  SlidingWindow window;
  EXPECT_EQ(window.total(beginning, 60s), 0U);
  window.add(beginning, 60s);
  window.add(beginning + 1s, 60s);
  EXPECT_EQ(window.total(beginning + 1s, 60s), 2U);
}

TEST(SlidingWindow, SlidesInTwelfths) {
  SlidingWindow window;
  window.add(beginning, 60s);
  window.add(beginning + 5s, 60s);
  // The first unit counts for the window and the part that it fell into.
  EXPECT_EQ(window.total(beginning + 65s - 1ns, 60s), 2U);
  EXPECT_EQ(window.total(beginning + 65s, 60s), 1U);
  EXPECT_EQ(window.total(beginning + 70s, 60s), 0U);
}

TEST(SlidingWindow, SaysUntilWhenAUnitCounts) {
  EXPECT_EQ(SlidingWindow::counted_until(beginning + 3s, 60s), beginning + 65s - 1ns);
}

TEST(SlidingWindow, ALongSilenceEmptiesIt) {
  SlidingWindow window;
  window.add(beginning, 60s);
  EXPECT_EQ(window.total(beginning + 24h, 60s), 0U);
  window.add(beginning + 24h, 60s);
  EXPECT_EQ(window.total(beginning + 24h, 60s), 1U);
}

TEST(SlidingWindow, ATimeAHairTooEarlyIsTakenAsNow) {
  SlidingWindow window;
  window.add(beginning, 60s);
  window.add(beginning - 1us, 60s);
  EXPECT_EQ(window.total(beginning, 60s), 2U);
}

// The promise: never fewer than in the exact window, never more than in a window a twelfth (and a part) longer.
TEST(SlidingWindow, StaysBetweenTheWindowAndOneATwelfthLonger) {
  constexpr Duration length = 100s;  // does not divide by twelve
  SlidingWindow window;
  std::deque<Instant> units;
  const Draw draw(3);
  Instant now = beginning;
  for (std::uint64_t i = 0; i < 20'000; ++i) {
    now += std::chrono::milliseconds(below(draw.bits("test", "gap", i), 4000));
    const auto units_since = [&](Instant since) {
      return std::count_if(units.begin(), units.end(), [since](Instant t) { return t > since; });
    };
    const auto total = window.total(now, length);
    ASSERT_GE(total, units_since(now - length));
    ASSERT_LE(total, units_since(now - length - length / 12 - 1ms));
    window.add(now, length);
    units.push_back(now);
    if (units.size() > 200) units.pop_front();
  }
}

// Millions of windows fit in memory because a twelfth has 16 bits only.
TEST(SlidingWindow, ATwelfthCountsNoFurtherThanItsCell) {
  SlidingWindow window;
  constexpr std::uint32_t cell_max = SlidingWindow::count_max / 12;
  for (std::uint32_t i = 0; i < cell_max + 5; ++i) window.add(beginning, 60s);
  EXPECT_EQ(window.total(beginning, 60s), cell_max);
  window.add(beginning + 5s, 60s);
  EXPECT_EQ(window.total(beginning + 5s, 60s), cell_max + 1) << "the next part has a cell of its own";
  EXPECT_EQ(window.total(beginning + 65s, 60s), 1U) << "what was not counted is not taken off";
}

TEST(SlidingWindow, AFrameIsEmptiedAtOnceWhenItEnds) {
  SlidingWindow window;
  window.add_in_frame(half_hour(beginning));
  window.add_in_frame(half_hour(beginning + 30min - 1ns));
  EXPECT_EQ(window.total_in_frame(half_hour(beginning + 30min - 1ns)), 2U);
  EXPECT_EQ(window.total_in_frame(half_hour(beginning + 30min)), 0U);
  window.add_in_frame(half_hour(beginning + 30min));
  EXPECT_EQ(window.total_in_frame(half_hour(beginning + 30min)), 1U);
}

TEST(SlidingWindow, AFrameCountsFurtherThanACell) {
  SlidingWindow window;
  for (int i = 0; i < 70'000; ++i) window.add_in_frame(half_hour(beginning));
  EXPECT_EQ(window.total_in_frame(half_hour(beginning)), 70'000U);
}

TEST(SlidingWindow, FramesAreTheClocksNotTheFirstUnits) {
  EXPECT_EQ(SlidingWindow::end_of_frame(beginning, 30min), beginning + 30min);
  EXPECT_EQ(SlidingWindow::end_of_frame(beginning + 29min, 30min), beginning + 30min);
  SlidingWindow window;
  window.add_in_frame(half_hour(beginning + 29min));
  window.add_in_frame(half_hour(beginning + 29min - 1us));
  EXPECT_EQ(window.total_in_frame(half_hour(beginning + 29min)), 2U) << "a time a hair too early";
  EXPECT_EQ(window.total_in_frame(half_hour(beginning + 31min)), 0U);
  window.add_in_frame(half_hour(beginning + 29min));
  EXPECT_EQ(window.total_in_frame(half_hour(beginning + 31min)), 1U) << "and across the end of a frame";
}

TEST(WindowClock, KnowsThePartInWhicheverOrderItIsAsked) {
  WindowClock parts(1min, false), frames(1min, true);
  for (const Duration later : {0s, 4s, 5s, 59s, 60s, 61s, 30s, 3600s, 4s}) {
    const Instant now = beginning + later;
    EXPECT_EQ(parts.part(now), now.time_since_epoch() / 5s);
    EXPECT_EQ(parts.counted_until(now), SlidingWindow::counted_until(now, 1min));
    EXPECT_EQ(frames.part(now), now.time_since_epoch() / 1min);
    EXPECT_EQ(frames.counted_until(now), SlidingWindow::end_of_frame(now, 1min) - 1ns);
  }
}

}  // namespace
}  // namespace mailrig::policy
