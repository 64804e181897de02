#include "tests/sim/measure/ledger_fixture.h"

namespace mailrig::measure {
namespace {

using ::testing::IsEmpty;

constexpr std::uint32_t alumni = 2;  // behind the receivers
constexpr std::uint32_t club = 3;

LedgerConfig with_forwarders() {
  LedgerConfig config = small_run();
  config.forwarders = {{"alumni", gmail}, {"club", alumni}};
  return config;
}

// A message to ann@alumni.example that ends at gmail.
class LedgerForwarder : public testing::Test {
 protected:
  LedgerForwarder() { run_.submit(1, "ann@alumni.example", alumni); }

  // The forwarder at `slot` takes the message from the sender whose id of it is `id`, and calls it `as`.
  std::uint64_t take(std::uint32_t slot, std::uint64_t id, std::string_view recipient, std::uint64_t as,
                     std::string_view next, std::uint64_t digest = 77) {
    const std::uint64_t key = 2'000 + as;
    const policy::Session session = run_.open(slot, key, 1);
    run_.ledger.transaction_started(key, id);
    run_.stored(slot, session, 1, recipient, original_);
    const policy::MessageFacts message = run_.facts(original_);
    const std::uint64_t known = run_.ledger.forwarded({.now = at(1),
                                                       .forwarder = slot - alumni,
                                                       .session = session,
                                                       .recipient = recipient,
                                                       .message = message,
                                                       .id = as,
                                                       .address = next,
                                                       .body_digest = digest,
                                                       .body_changed = digest != 77,
                                                       .returns_failure = tells_});
    run_.answered_at_data(slot, session, 1, recipient, original_, run_.accepted);
    run_.close(slot, session, 1);
    return known;
  }
  std::uint64_t take(std::uint64_t digest = 77) {
    const std::uint64_t id = take(alumni, 1, "ann@alumni.example", 50, "ann@gmail.com", digest);
    run_.ledger.sender_outcome(at(1), 1, 0, SenderOutcome::delivered);
    return id;
  }
  // The forwarder's message arrives in the mailbox.
  void deliver(std::uint64_t id, bool spam = false) {
    const policy::Session session = run_.open(gmail, 3'000 + id, 2);
    run_.ledger.transaction_started(session.key, id);
    run_.stored(gmail, session, 2, "ann@gmail.com", 1, spam);
    run_.answered_at_data(gmail, session, 2, "ann@gmail.com", 1, run_.accepted);
    run_.close(gmail, session, 2);
    run_.ledger.forwarder_done(at(2), id, SenderOutcome::delivered);
  }
  void refuse(std::uint64_t id) {
    const policy::Session session = run_.open(gmail, 3'000 + id, 2);
    run_.ledger.transaction_started(session.key, id);
    run_.rcpt_refused(gmail, session, 2, "ann@gmail.com", run_.unknown);
    run_.close(gmail, session, 2);
    run_.ledger.forwarder_done(at(2), id, SenderOutcome::rejected_by_receiver);
  }

  Storyteller run_{with_forwarders()};
  std::uint64_t original_ = 1;  // the message that passes
  bool tells_ = true;
};

TEST_F(LedgerForwarder, TheFateIsDecidedAtTheMailbox) {
  deliver(take(), true);
  EXPECT_EQ(run_.only_fate(), Fate::spam);
  const auto& s = *run_.last;
  EXPECT_THAT(s.broken_sums, IsEmpty());
  EXPECT_EQ(s.receivers.at(gmail).tally.deliveries, 1U);
  EXPECT_EQ(s.receivers.at(gmail).tally.attempts, 1U);
  EXPECT_EQ(s.forwarders.at(0).account.tally.attempts, 1U);
  EXPECT_EQ(s.total.attempts, 2U);
  EXPECT_EQ(s.total.transformed + s.total.corrupted, 0U);
  EXPECT_EQ(s.latency.count(), 1U);
}

TEST_F(LedgerForwarder, WhatTheForwarderHasInHandIsQueued) {
  take();
  EXPECT_EQ(run_.only_fate(), Fate::queued);
  EXPECT_THAT(run_.last->broken_sums, IsEmpty());
  EXPECT_EQ(run_.last->forwarders.at(0).hops.waiting, 1U);
}

TEST_F(LedgerForwarder, AFailureBehindItIsABounce) {
  refuse(take());
  EXPECT_EQ(run_.only_fate(), Fate::bounced);
  EXPECT_THAT(run_.last->broken_sums, IsEmpty());
  EXPECT_EQ(run_.last->forwarders.at(0).hops.bounced, 1U);
  EXPECT_EQ(run_.last->receivers.at(gmail).events[static_cast<std::size_t>(policy::Event::unknown_user)], 1U);
}

TEST_F(LedgerForwarder, AFailureThatNobodyHearsOfIsALoss) {
  tells_ = false;
  refuse(take());
  EXPECT_EQ(run_.only_fate(), Fate::lost);
  EXPECT_EQ(run_.last->forwarders.at(0).hops.dropped, 1U);
}

TEST_F(LedgerForwarder, AMailboxBeatsABounce) {
  const std::uint64_t first = take();
  const std::uint64_t again = take();
  EXPECT_NE(first, again);
  deliver(first);
  refuse(again);
  EXPECT_EQ(run_.only_fate(), Fate::inbox);
  EXPECT_EQ(run_.last->total.false_bounces, 1U);
  EXPECT_THAT(run_.last->broken_sums, IsEmpty());
}

TEST_F(LedgerForwarder, TwoCopiesAreADuplicate) {
  const std::uint64_t first = take();
  const std::uint64_t again = take();
  deliver(first);
  deliver(again);
  EXPECT_EQ(run_.total().duplicates, 1U);
  EXPECT_THAT(run_.last->broken_sums, IsEmpty());
}

TEST_F(LedgerForwarder, ABodyChangedOnPurposeIsTransformed) {
  const std::uint64_t id = take(88);
  run_.arriving_digest = 88;
  deliver(id);
  EXPECT_EQ(run_.total().transformed, 1U);
  EXPECT_EQ(run_.total().corrupted, 0U);
  EXPECT_EQ(run_.last->forwarders.at(0).hops.transformed, 1U);
}

TEST_F(LedgerForwarder, ABodyChangedBehindItIsCorrupted) {
  const std::uint64_t id = take();
  run_.arriving_digest = 99;
  deliver(id);
  EXPECT_EQ(run_.total().corrupted, 1U);
}

TEST_F(LedgerForwarder, ABodyChangedBeforeItIsCorrupted) {
  run_.arriving_digest = 99;
  const std::uint64_t id = take(99);  // it passes on what it was given
  deliver(id);
  EXPECT_EQ(run_.total().corrupted, 1U);
}

TEST_F(LedgerForwarder, ChainsEndWhereTheLastOneEnds) {
  run_.submit(2, "ann@club.example", club);
  original_ = 2;
  const std::uint64_t at_club = take(club, 2, "ann@club.example", 60, "ann@alumni.example");
  const std::uint64_t at_alumni = take(alumni, at_club, "ann@alumni.example", 61, "ann@gmail.com");
  run_.ledger.forwarder_done(at(1), at_club, SenderOutcome::delivered);
  deliver(at_alumni);
  original_ = 1;
  deliver(take());
  EXPECT_EQ(run_.total()[Fate::inbox], 2U);
  EXPECT_EQ(run_.last->receivers.at(gmail).tally.deliveries, 2U);
  EXPECT_EQ(run_.last->forwarders.at(1).to, "alumni");
  EXPECT_THAT(run_.last->broken_sums, IsEmpty());
}

// A bounce that comes back through the forwarder, and one that it writes, are nobody's deliveries.
TEST_F(LedgerForwarder, ItsOwnNotificationsAreNoDeliveries) {
  deliver(take());
  policy::Session session = run_.open(alumni, 90, 3);
  session.mail_from.clear();
  run_.ledger.transaction_started(90, 12'345);
  run_.answered_at_data(alumni, session, 3, "SRS0=x@alumni.example", 0, run_.accepted);
  EXPECT_EQ(run_.total().deliveries, 1U);
  EXPECT_EQ(run_.last->forwarders.at(0).account.unattributed.attempts, 1U);
}

TEST_F(LedgerForwarder, WhenItDoesNotAnswerTheAttemptIsAtItsDoor) {
  SenderAttempt attempt{.now = at(1), .message = 1, .source = {}, .result = {}};
  attempt.result.stage = smtp::Stage::connect;
  run_.ledger.sender_attempt(attempt);
  run_.total();
  EXPECT_EQ(run_.last->forwarders.at(0).account.tally.attempts, 1U);
  EXPECT_EQ(run_.last->receivers.at(gmail).tally.attempts, 0U);
  EXPECT_EQ(run_.last->receivers.at(gmail).tally.deferred_deliveries, 1U);
}

TEST_F(LedgerForwarder, ItsOwnAttemptsCountWhereItTries) {
  const std::uint64_t id = take();
  SenderAttempt attempt{.now = at(2), .message = id, .source = {}, .result = {}};
  attempt.result.stage = smtp::Stage::connect;
  run_.ledger.sender_attempt(attempt);
  run_.ledger.forwarder_done(at(3), id, SenderOutcome::expired);
  EXPECT_EQ(run_.only_fate(), Fate::bounced);
  EXPECT_EQ(run_.last->receivers.at(gmail).tally.deferrals, 1U);
}

TEST(LedgerForwarderLoop, MailInCirclesEndsNowhere) {
  LedgerConfig config = small_run();
  config.forwarders = {{"alumni", club}, {"club", alumni}};
  Storyteller run(config);
  run.submit(1, "ann@alumni.example", alumni);
  run.total();
  EXPECT_EQ(run.last->elsewhere.deliveries, 1U);
  EXPECT_THAT(run.last->broken_sums, IsEmpty());
}

}  // namespace
}  // namespace mailrig::measure
