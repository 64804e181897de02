#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/measure/ledger.h"
#include "tests/sim/measure/ledger_fixture.h"

namespace mailrig::measure {
namespace {

using ::testing::IsEmpty;

LedgerConfig forgetful() {
  LedgerConfig config = small_run();
  config.shared = false;
  config.forgets_done = true;
  return config;
}

TEST(LedgerForgetting, WhatIsDoneStillCounts) {
  Storyteller run(forgetful());
  for (std::uint64_t id = 1; id <= 1'000; ++id) {
    const auto seconds = static_cast<double>(id);
    run.submit(id, "ann@gmail.com", gmail, seconds);
    run.deliver(gmail, seconds, "ann@gmail.com", id, id % 4 == 0);
    run.ledger.done(at(seconds), id);
  }
  const Tally& total = run.total();
  EXPECT_EQ(total.deliveries, 1'000U);
  EXPECT_EQ(total[Fate::inbox], 750U);
  EXPECT_EQ(total[Fate::spam], 250U);
  EXPECT_EQ(run.last->submissions_offered, 1'000U);
  EXPECT_THAT(run.last->broken_sums, IsEmpty());
}

TEST(LedgerForgetting, AnIdIsNewAgainOnceItsMessageIsForgotten) {
  Storyteller run(forgetful());
  run.submit(1, "ann@gmail.com");
  run.deliver(gmail, 1, "ann@gmail.com", 1);
  run.ledger.done(at(1), 1);
  run.submit(2, "bob@gmail.com", gmail, 2);
  run.deliver(gmail, 2, "bob@gmail.com", 2);
  run.ledger.done(at(2), 2);  // time has moved on, and the first is forgotten
  run.submit(1, "cem@gmail.com", gmail, 3);
  EXPECT_EQ(run.total().deliveries, 3U);
  EXPECT_EQ(run.total()[Fate::queued], 1U);
}

TEST(LedgerForgetting, AtTheSameMomentAMessageIsStillKnown) {
  Storyteller run(forgetful());
  run.submit(1, "ann@gmail.com");
  const policy::Session session = run.open(gmail, 7, 1);
  run.ledger.transaction_started(7, 1);
  run.ledger.sender_outcome(at(1), 1, 0, SenderOutcome::expired);
  run.ledger.done(at(1), 1);
  run.answered_at_data(gmail, session, 1, "ann@gmail.com", 1, run.greylisted);
  EXPECT_EQ(run.total().attempts, 1U);
  EXPECT_EQ(run.last->receivers[gmail].unattributed.attempts, 0U);
}

TEST(LedgerForgetting, WhatAForwarderHasInHandIsWaitedFor) {
  LedgerConfig config = forgetful();
  config.forwarders = {{"alumni", gmail}};
  constexpr std::uint32_t alumni = 2;
  Storyteller run(config);
  run.submit(1, "ann@alumni.example", alumni);
  const policy::Session taking = run.open(alumni, 7, 1);
  run.ledger.transaction_started(7, 1);
  const policy::MessageFacts message = run.facts(1);
  const std::uint64_t hop = run.ledger.forwarded({.now = at(1),
                                                  .forwarder = 0,
                                                  .session = taking,
                                                  .recipient = "ann@alumni.example",
                                                  .message = message,
                                                  .id = 50,
                                                  .address = "ann@gmail.com"});
  run.ledger.sender_outcome(at(1), 1, 0, SenderOutcome::delivered);
  run.ledger.done(at(1), 1);
  for (std::uint64_t id = 2; id < 5; ++id) {
    run.submit(id, "bob@gmail.com", gmail, static_cast<double>(id));
    run.deliver(gmail, static_cast<double>(id), "bob@gmail.com", id);
    run.ledger.done(at(static_cast<double>(id)), id);
  }
  const policy::Session session = run.open(gmail, 8, 10);
  run.ledger.transaction_started(8, hop);
  run.stored(gmail, session, 10, "ann@gmail.com", 1);
  run.ledger.forwarder_done(at(10), hop, SenderOutcome::delivered);
  EXPECT_EQ(run.total()[Fate::inbox], 4U);
  EXPECT_THAT(run.last->broken_sums, IsEmpty());
}

}  // namespace
}  // namespace mailrig::measure
