#include "sim/sender/warmup_gate.h"

#include <gtest/gtest.h>

#include <map>

namespace mailrig::sender {
namespace {

using namespace std::chrono_literals;

const Instant morning = *parse_rfc3339("2026-03-02T08:00:00Z");
const Instant first_midnight = *parse_rfc3339("2026-03-03T00:00:00Z");

pacing::SenderWarmup table(std::vector<std::uint64_t> days) {
  pacing::SenderWarmup warmup;
  warmup.plan.days = std::move(days);
  return warmup;
}

TEST(WarmupGate, HasSoManyPlacesADayForEachAddressAndGroup) {
  WarmupGate gate(table({50, 100}), 2);
  const std::uint32_t first = gate.lane(0, 0);
  EXPECT_EQ(gate.room(morning, first), 50u);
  gate.take(morning, first, 30);
  EXPECT_EQ(gate.room(morning, first), 20u);
  EXPECT_EQ(gate.room(morning, gate.lane(0, 1)), 50u);
  EXPECT_EQ(gate.room(morning, gate.lane(1, 0)), 50u);
  gate.take(morning, first, 20);
  EXPECT_EQ(gate.room(first_midnight - 1ns, first), 0u);
  EXPECT_EQ(gate.reopens(morning, first), first_midnight);
  EXPECT_EQ(gate.room(first_midnight, first), 100u);
}

TEST(WarmupGate, GoesOnOnlyAfterADayWithMail) {
  WarmupGate gate(table({50, 100, 200}), 1);
  gate.take(morning, 0, 1);
  EXPECT_EQ(gate.room(first_midnight, 0), 100u);
  EXPECT_EQ(gate.room(first_midnight + 72h, 0), 100u) << "days without mail earn nothing";
  gate.take(first_midnight + 72h, 0, 100);
  EXPECT_EQ(gate.room(first_midnight + 96h, 0), 200u);
  gate.take(first_midnight + 96h, 0, 200);
  EXPECT_EQ(gate.room(first_midnight + 120h, 0), 200u) << "it stays at the last day";
}

TEST(WarmupGate, SharesTheDayOutAmongItsHours) {
  auto warmup = table({240});
  warmup.plan.hourly = true;
  WarmupGate gate(warmup, 1);
  EXPECT_EQ(gate.room(morning, 0), 10u);
  gate.take(morning, 0, 10);
  EXPECT_EQ(gate.room(morning + 59min, 0), 0u);
  EXPECT_EQ(gate.reopens(morning + 30min, 0), morning + 1h);
  EXPECT_EQ(gate.room(morning + 1h, 0), 10u);
  EXPECT_EQ(gate.room(morning + 5h, 0), 10u) << "what an hour did not use is gone";

  pacing::Hours office{};
  office[9] = office[10] = pacing::weight_max;
  warmup.hours = office;
  WarmupGate by_shape(warmup, 1);
  EXPECT_EQ(by_shape.room(morning, 0), 0u);
  EXPECT_EQ(by_shape.room(morning + 1h, 0), 120u);
  EXPECT_EQ(by_shape.room(morning + 3h, 0), 0u);
}

pacing::SenderWarmup adaptive() {
  auto warmup = table({1'000, 2'000, 4'000});
  warmup.slow_down = pacing::SlowDown{.when = {.deferred_ppm = 100'000, .sample = 50}, .factor_ppm = 500'000};
  warmup.pause = pacing::Pause{.when = {.bounced_ppm = 80'000, .sample = 50}, .length = 24h};
  return warmup;
}

TEST(WarmupGate, SlowsDownForTheDayAndDoesNotGrow) {
  WarmupGate gate(adaptive(), 1);
  gate.take(morning, 0, 100);
  gate.heard(morning, 0, {.tried = 49, .deferred = 49});
  EXPECT_EQ(gate.room(morning, 0), 900u) << "too few to say anything";
  gate.heard(morning, 0, {.tried = 1});
  EXPECT_EQ(gate.room(morning, 0), 400u);
  gate.heard(morning, 0, {.tried = 900});
  EXPECT_EQ(gate.room(morning, 0), 400u) << "for the rest of the day";
  EXPECT_EQ(gate.room(first_midnight, 0), 1'000u) << "the day is repeated";
  gate.take(first_midnight, 0, 1'000);
  EXPECT_EQ(gate.room(first_midnight + 24h, 0), 2'000u);
}

TEST(WarmupGate, PausesForItsTimeAndDoesNotGrow) {
  WarmupGate gate(adaptive(), 1);
  gate.take(morning, 0, 100);
  gate.heard(morning, 0, {.tried = 100, .bounced = 8});
  EXPECT_TRUE(gate.paused(morning, 0));
  EXPECT_EQ(gate.room(morning, 0), 0u);
  EXPECT_EQ(gate.reopens(morning, 0), morning + 24h);
  EXPECT_EQ(gate.room(morning + 24h, 0), 1'000u);
  EXPECT_FALSE(gate.paused(morning + 24h, 0));
}

TEST(WarmupGate, KeepsPlacesForWhatWillBeTriedAgain) {
  WarmupGate gate(table({50, 100}), 1);
  gate.take(morning, 0, 50);
  gate.put_off(morning, 0, pacing::day_begin(morning), 30);
  EXPECT_EQ(gate.room(first_midnight, 0), 100u);
  EXPECT_EQ(gate.room_for_new(first_midnight, 0), 70u);
  gate.came_back(first_midnight + 1h, 0, pacing::day_begin(morning), 30);
  gate.take(first_midnight + 1h, 0, 30);
  EXPECT_EQ(gate.room_for_new(first_midnight + 1h, 0), 70u);
  // With a place today none is needed.
  gate.put_off(first_midnight + 1h, 0, first_midnight, 30);
  EXPECT_EQ(gate.room_for_new(first_midnight + 2h, 0), 70u);
}

TEST(WarmupGate, TellsEachDayAsItStandsAndAsItEnded) {
  WarmupGate gate(table({50, 100}), 2);
  gate.take(morning, 0, 50);
  gate.held(morning, 0, 7);
  std::map<std::uint32_t, WarmupDay> days;
  while (const auto day = gate.next_change()) days[day->source] = *day;
  EXPECT_EQ(days.size(), 2u);
  EXPECT_EQ(days[0].sent, 50u);
  EXPECT_EQ(days[0].cap, 50u);
  EXPECT_EQ(days[0].held, 4u);
  EXPECT_EQ(days[0].phase, WarmupPhase::full);
  EXPECT_EQ(days[1].held, 3u);
  EXPECT_EQ(days[1].phase, WarmupPhase::sending);
  EXPECT_FALSE(gate.next_change());

  gate.take(morning, 1, 3);
  gate.held(first_midnight, 0, 0);
  const auto ended = gate.next_change();
  ASSERT_TRUE(ended);
  EXPECT_EQ(ended->midnight, first_midnight - 24h);
  EXPECT_EQ(ended->sent, 3u);
  EXPECT_EQ(gate.next_change()->midnight, first_midnight);
}

}  // namespace
}  // namespace mailrig::sender
