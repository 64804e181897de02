#include <gtest/gtest.h>

#include "tests/sim/measure/ledger_fixture.h"

namespace mailrig::measure {
namespace {

const Instant midnight = *parse_rfc3339("2026-03-02T00:00:00Z");

WarmupStanding standing(std::uint32_t receiver) {
  return {.midnight = midnight,
          .receiver = receiver,
          .source = IpAddress::v4(0xC612020A),
          .domain = "shop.example",
          .cap = 50};
}

TEST(Warmup, StandsWithTheDayOfItsAddressAndDomain) {
  Storyteller run;
  run.submit(1, "ann@gmail.example");
  run.deliver(gmail, 10, "ann@gmail.example", 1);
  WarmupStanding today = standing(gmail);
  today.carried_over = 7;
  today.slowed = true;
  run.ledger.warmup(today);
  today.slowed = false;
  today.midnight += std::chrono::hours(24);
  today.cap = 100;
  run.ledger.warmup(today);
  const auto snapshot = run.ledger.snapshot(at(100), false);
  const auto& days = snapshot->receivers[gmail].days;
  ASSERT_EQ(days.size(), 2U);
  EXPECT_EQ(days[0].accepted, 1U);
  EXPECT_EQ(days[0].cap, 50U);
  EXPECT_EQ(days[0].carried_over, 7U);
  EXPECT_TRUE(days[0].slowed);
  EXPECT_FALSE(days[0].paused);
  EXPECT_EQ(days[1].cap, 100U);
  EXPECT_EQ(days[1].accepted, 0U);
  EXPECT_FALSE(days[1].slowed);
}

TEST(Warmup, IsCountedByHowItStands) {
  Storyteller run;
  const std::string before = run.ledger.snapshot(at(0), false)->event_log_hash;
  run.ledger.warmup(standing(gmail));
  run.ledger.warmup(standing(qq));
  EXPECT_EQ(run.ledger.counters().warmups_sending, 2U);
  WarmupStanding full = standing(gmail);
  full.full = true;
  run.ledger.warmup(full);
  run.ledger.warmup(full);
  WarmupStanding paused = standing(qq);
  paused.paused = true;
  run.ledger.warmup(paused);
  EXPECT_EQ(run.ledger.counters().warmups_sending, 0U);
  EXPECT_EQ(run.ledger.counters().warmups_full, 1U);
  EXPECT_EQ(run.ledger.counters().warmups_paused, 1U);
  EXPECT_NE(run.ledger.snapshot(at(0), false)->event_log_hash, before);
  run.ledger.held_back(12);
  run.ledger.held_back(-5);
  EXPECT_EQ(run.ledger.counters().held, 7U);
}

}  // namespace
}  // namespace mailrig::measure
