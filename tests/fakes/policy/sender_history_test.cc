#include "fakes/policy/sender_history.h"

#include <gtest/gtest.h>

#include <chrono>

namespace mailrig::policy {
namespace {

using namespace std::chrono_literals;

const Instant noon = *parse_rfc3339("2026-03-02T12:00:00Z");
constexpr auto one = SenderHistory::one;

// As one that sent so many copies on its first day.
SenderHistory after_a_day_of(std::uint32_t copies) {
  SenderHistory history;
  history.roll(noon);
  history.accepted(copies);
  return history;
}

TEST(SenderHistory, CountsWhatItIsTold) {
  SenderHistory history = after_a_day_of(3);
  history.accepted(2);
  history.unknown_recipient();
  history.trap_hit();
  history.trap_hit();
  for (int i = 0; i < 4; ++i) history.complaint();
  EXPECT_EQ(history.today(), 5U);
  EXPECT_EQ(history.accepted_milli(), 5 * one);
  EXPECT_EQ(history.unknown_milli(), one);
  EXPECT_EQ(history.traps_milli(), 2 * one);
  EXPECT_EQ(history.complaints_milli(), 4 * one);
}

TEST(SenderHistory, ADayBeginsAtMidnightUtc) {
  SenderHistory history = after_a_day_of(100);
  const Instant midnight = *parse_rfc3339("2026-03-03T00:00:00Z");
  history.roll(midnight - 1ns);
  EXPECT_EQ(history.today(), 100U);
  EXPECT_EQ(history.recent_max(), 0U) << "of a day before today";
  history.roll(midnight);
  EXPECT_EQ(history.today(), 0U);
  EXPECT_EQ(history.recent_max(), 100U);
}

TEST(SenderHistory, ADayIsActiveOnceMailWasAccepted) {
  SenderHistory history = after_a_day_of(0);
  EXPECT_EQ(history.active_days(), 0U);
  history.accepted(1);
  history.accepted(1);
  EXPECT_EQ(history.active_days(), 1U) << "the day, not its messages";
  history.roll(noon + 24h * 5);
  EXPECT_EQ(history.active_days(), 1U) << "silent days are none";
  history.accepted(1);
  EXPECT_EQ(history.active_days(), 2U);
}

TEST(SenderHistory, EverythingFadesByATenthADay) {
  SenderHistory history = after_a_day_of(1000);
  history.unknown_recipient();
  history.trap_hit();
  history.complaint();
  history.roll(noon + 24h);
  EXPECT_EQ(history.accepted_milli(), 900 * one);
  EXPECT_EQ(history.unknown_milli(), 900U);
  EXPECT_EQ(history.traps_milli(), 900U);
  EXPECT_EQ(history.complaints_milli(), 900U);
  EXPECT_EQ(history.recent_max(), 1000U);
  history.roll(noon + 24h * 3);
  EXPECT_EQ(history.accepted_milli(), 729 * one) << "two days at once are two tenths";
  EXPECT_EQ(history.recent_max(), 810U);
}

TEST(SenderHistory, ALargerDayTakesTheMaximumOver) {
  SenderHistory history = after_a_day_of(100);
  history.roll(noon + 24h);
  history.accepted(95);
  history.roll(noon + 48h);
  EXPECT_EQ(history.recent_max(), 95U) << "more than what is left of a hundred";
  history.accepted(10);
  history.roll(noon + 72h);
  EXPECT_EQ(history.recent_max(), 86U);
}

TEST(SenderHistory, YearsOfSilenceLeaveNothingThatCounts) {
  SenderHistory history = after_a_day_of(1'000'000);
  history.trap_hit();
  history.roll(noon + 24h * 3650);
  EXPECT_EQ(history.today(), 0U);
  EXPECT_EQ(history.recent_max(), 0U);
  EXPECT_LT(history.accepted_milli(), 10 * one);
  EXPECT_LT(history.traps_milli(), one / 50);
  EXPECT_EQ(history.active_days(), 1U) << "that it once sent stays known";
}

TEST(SenderHistory, TheLastCopiesOfTheMaximumFadeToo) {
  SenderHistory history = after_a_day_of(12);
  history.roll(noon + 24h);
  ASSERT_EQ(history.recent_max(), 12U);
  history.roll(noon + 24h * 4);
  EXPECT_EQ(history.recent_max(), 9U);
  history.roll(noon + 24h * 12);
  EXPECT_EQ(history.recent_max(), 1U);
  history.roll(noon + 24h * 13);
  EXPECT_EQ(history.recent_max(), 0U);
  history.roll(noon + 24h * 14);
  EXPECT_EQ(history.recent_max(), 0U);
}

TEST(SenderHistory, ATimeAHairTooEarlyChangesNothing) {
  const Instant midnight = *parse_rfc3339("2026-03-03T00:00:00Z");
  SenderHistory history;
  history.roll(midnight);
  history.accepted(7);
  history.roll(midnight - 1us);
  history.roll(midnight);
  EXPECT_EQ(history.today(), 7U);
}

TEST(SenderHistory, WhatIsKnownFromBeforeLooksLikeASteadyStream) {
  SenderHistory known;
  known.roll(noon);
  known.grown(60, 500);
  EXPECT_EQ(known.active_days(), 60U);
  EXPECT_EQ(known.today(), 0U);
  EXPECT_EQ(known.recent_max(), 500U);
  SenderHistory lived;
  for (int day = 0; day < 200; ++day) {
    lived.roll(noon + day * 24h);
    lived.accepted(500);
  }
  EXPECT_NEAR(static_cast<double>(known.accepted_milli()), static_cast<double>(lived.accepted_milli()),
              static_cast<double>(one));
  SenderHistory young;
  young.roll(noon);
  young.grown(3, 500);
  EXPECT_EQ(young.accepted_milli(), 1500 * one);
}

// A domain with two addresses is told of twice.
TEST(SenderHistory, WhatIsKnownTwiceIsNotTwiceAsMuch) {
  SenderHistory history;
  history.roll(noon);
  history.grown(60, 500);
  const auto once = history.accepted_milli();
  history.grown(60, 500);
  EXPECT_EQ(history.accepted_milli(), once);
  EXPECT_EQ(history.recent_max(), 500U);
}

}  // namespace
}  // namespace mailrig::policy
