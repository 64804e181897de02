// What the ledger makes of senders that are not ours: of their notifications, their queue, their log, and of mail that
// comes from outside.
#include <gmock/gmock.h>

#include "fakes/mail/body_digest.h"
#include "tests/sim/measure/ledger_fixture.h"

namespace mailrig::measure {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// A sender that reports nothing.
LedgerConfig foreign_sender() {
  LedgerConfig config = small_run();
  config.insight = SenderInsight::none;
  return config;
}

TEST(ForeignSender, AnAttributablePermanentRefusalAsLastWordIsRejected) {
  Storyteller run(foreign_sender());
  run.submit(1, ann);
  const auto session = run.open(gmail, 5, 1);
  run.rcpt_refused(gmail, session, 1, ann, run.greylisted);
  run.rcpt_refused(gmail, session, 2, ann, run.unknown);
  EXPECT_EQ(run.only_fate(), Fate::rejected);
  EXPECT_FALSE(run.last->lost_is_known);
}

TEST(ForeignSender, ADeferralAfterTheRefusalLeavesItQueued) {
  Storyteller run(foreign_sender());
  run.submit(1, ann);
  const auto session = run.open(gmail, 5, 1);
  run.answered_at_data(gmail, session, 1, ann, 1, run.unknown);
  run.answered_at_data(gmail, session, 2, ann, 1, run.full);
  EXPECT_EQ(run.only_fate(), Fate::queued);
  EXPECT_THAT(run.last->broken_sums, IsEmpty());
}

TEST(ForeignSender, MissingMailIsQueuedNotLost) {
  Storyteller run(foreign_sender());
  run.submit(1, ann);
  EXPECT_EQ(run.only_fate(), Fate::queued);
}

LedgerConfig readable_sender() {
  LedgerConfig config = small_run();
  config.insight = SenderInsight::queue;
  return config;
}

Notice notice(Notice::Kind kind, std::uint64_t message, std::string_view recipient = ann) {
  return {.now = at(100), .kind = kind, .message = message, .mail_from = "shop@shop.example", .recipient = recipient};
}

TEST(Notices, AFailureAfterARefusalIsTheReceivers) {
  Storyteller run(readable_sender());
  run.submit(1, ann);
  run.rcpt_refused(gmail, run.open(gmail, 5, 1), 1, ann, run.unknown);
  run.ledger.noticed(notice(Notice::Kind::failed, 1));
  EXPECT_EQ(run.only_fate(), Fate::rejected);
  EXPECT_EQ(run.last->total.rejected_by_sender, 0U);
}

TEST(Notices, AFailureThatNoReceiverCausedIsTheSenders) {
  Storyteller run(readable_sender());
  run.submit(1, ann);
  run.ledger.noticed(notice(Notice::Kind::failed, 1));
  EXPECT_EQ(run.only_fate(), Fate::rejected);
  EXPECT_EQ(run.last->total.rejected_by_sender, 1U);
}

TEST(Notices, AQuotedRefusalIsTheReceivers) {
  Storyteller run(readable_sender());
  run.submit(1, ann);
  Notice quoting = notice(Notice::Kind::failed, 1);
  quoting.quotes_refusal = true;  // a session was refused, so the receiver never heard of this recipient
  run.ledger.noticed(quoting);
  EXPECT_EQ(run.only_fate(), Fate::rejected);
  EXPECT_EQ(run.last->total.rejected_by_sender, 0U);
}

TEST(Notices, AFailureOfItsOwnInTheSendersLogIsTheSenders) {
  Storyteller run(readable_sender());
  run.submit(1, ann);
  smtp::RecipientResult no_domain;
  no_domain.kind = smtp::RecipientResult::Kind::failed;
  no_domain.stage = smtp::Stage::dns;
  run.ledger.unseen_attempt(ann, {.now = at(1), .message = 1, .source = {}, .result = no_domain});
  run.ledger.noticed(notice(Notice::Kind::failed, 1));
  EXPECT_EQ(run.only_fate(), Fate::rejected);
  EXPECT_EQ(run.last->total.rejected_by_sender, 1U);
}

TEST(Notices, GivingUpIsExpiry) {
  Storyteller run(readable_sender());
  run.submit(1, ann);
  run.rcpt_refused(gmail, run.open(gmail, 5, 1), 1, ann, run.full);
  run.ledger.noticed(notice(Notice::Kind::expired, 1));
  EXPECT_EQ(run.only_fate(), Fate::expired);
}

TEST(Notices, ADelayChangesNothing) {
  Storyteller run(foreign_sender());
  run.submit(1, ann);
  run.ledger.noticed(notice(Notice::Kind::delayed, 1));
  EXPECT_EQ(run.only_fate(), Fate::queued);
}

TEST(Notices, WithoutAnIdThePairTellsWhomItIsAbout) {
  Storyteller run(readable_sender());
  run.submit(1, ann);
  run.ledger.noticed(notice(Notice::Kind::expired, 0));
  EXPECT_EQ(run.only_fate(), Fate::expired);
}

TEST(Notices, ThePairOfTwoMessagesTellsNothing) {
  Storyteller run(readable_sender());
  run.submit(1, ann);
  run.submit(2, ann);
  run.ledger.noticed(notice(Notice::Kind::expired, 0));
  EXPECT_EQ(run.total()[Fate::expired], 0U);
}

TEST(Notices, AStoredCopyBeatsThem) {
  Storyteller run(readable_sender());
  run.submit(1, ann);
  run.stored(gmail, run.open(gmail, 5, 1), 1, ann, 1);
  run.ledger.noticed(notice(Notice::Kind::failed, 1));
  EXPECT_EQ(run.only_fate(), Fate::inbox);
  EXPECT_EQ(run.last->total.false_bounces, 1U);
}

TEST(Notices, OfOurOwnSenderSayNothingNew) {
  Storyteller run;
  run.submit(1, ann);
  run.ledger.noticed(notice(Notice::Kind::failed, 1));
  EXPECT_EQ(run.only_fate(), Fate::queued);
}

TEST(ReadQueue, WhatIsNeitherThereNorAnywhereIsLost) {
  Storyteller run(readable_sender());
  run.submit(1, ann);
  run.submit(2, "bob@gmail.example");
  run.ledger.still_waiting(2, "bob@gmail.example");
  EXPECT_EQ(run.total()[Fate::lost], 1U);
  EXPECT_EQ(run.total()[Fate::queued], 1U);
  EXPECT_TRUE(run.last->lost_is_known);
  EXPECT_THAT(run.last->broken_sums, IsEmpty());
}

TEST(ReadQueue, NothingIsLostBeforeTheEnd) {
  Storyteller run(readable_sender());
  run.submit(1, ann);
  EXPECT_EQ(run.ledger.snapshot(at(1), false)->total[Fate::queued], 1U);
}

TEST(Refused, ARecipientThatTheSenderDidNotTake) {
  Storyteller run(readable_sender());
  run.submit(1, ann);
  run.ledger.sender_outcome(at(1), 1, 0, SenderOutcome::refused);
  EXPECT_EQ(run.only_fate(), Fate::refused);
}

TEST(UnseenAttempt, CountsAndIsExplained) {
  Storyteller run(readable_sender());
  run.submit(1, ann);
  run.refuse_session(gmail, run.open(gmail, 5, 1), 1, run.throttled);
  smtp::RecipientResult refused;
  refused.stage = smtp::Stage::greeting;
  refused.reply = smtp::Reply{421, "4.7.28 Unusual rate, try again later"};
  run.ledger.unseen_attempt(ann, {.now = at(1), .message = 1, .source = {}, .result = refused});
  smtp::RecipientResult nobody;
  nobody.stage = smtp::Stage::connect;
  run.ledger.unseen_attempt(ann, {.now = at(2), .message = 1, .source = {}, .result = nobody});
  run.ledger.unseen_attempt("who@gmail.example", {.now = at(2), .message = 1, .source = {}, .result = nobody});
  const Tally& total = run.total();
  EXPECT_EQ(total.attempts, 2U);
  EXPECT_EQ(total.deferrals, 2U);
  EXPECT_EQ(total.deferred_deliveries, 1U);
  const auto& events = run.last->receivers[gmail].events;
  // What the receiver said is counted as its own only once.
  EXPECT_EQ(events[static_cast<std::size_t>(policy::Event::rate_limited)], 1U);
  EXPECT_EQ(events[static_cast<std::size_t>(policy::Event::maintenance)], 1U);
  EXPECT_EQ(run.last->receivers[gmail].sessions_refused[static_cast<std::size_t>(policy::Event::rate_limited)], 1U);
}

// A body as a foreign sender may hand it on.
Tally arriving(std::string_view body) {
  constexpr std::string_view sent = "one long line and another\r\n";
  Storyteller run(readable_sender());
  run.ledger.offered({.id = 1,
                      .stream = 0,
                      .mail_from = run.sender,
                      .recipients = {{ann, gmail}},
                      .body_digest = mail::body_digest(sent),
                      .loose_body_digest = mail::loose_body_digest(sent)});
  run.ledger.submitted(at(0), 1);
  const std::string content = "Subject: x\r\n\r\n" + std::string(body);
  policy::MessageFacts message = run.facts(1);
  message.body_digest = mail::body_digest(body);
  message.content = content;
  run.ledger.observer(gmail).stored(at(1), run.open(gmail, 5, 1), ann, message, false);
  return run.total();
}

TEST(Transformed, IsWhatTheSenderFolded) {
  const Tally total = arriving("one long line\r\n and another\r\n");
  EXPECT_EQ(total.transformed, 1U);
  EXPECT_EQ(total.corrupted, 0U);
}

TEST(Transformed, IsNotWhatHasOtherWords) {
  const Tally total = arriving("one long lie and another\r\n");
  EXPECT_EQ(total.transformed, 0U);
  EXPECT_EQ(total.corrupted, 1U);
}

TEST(Transformed, IsNotWhatArrivedAsItWas) {
  const Tally total = arriving("one long line and another\r\n");
  EXPECT_EQ(total.transformed + total.corrupted, 0U);
}

LedgerConfig outside_mail() {
  LedgerConfig config = foreign_sender();
  config.outside_stream = 1;
  return config;
}

policy::MessageFacts outside_message(const char* message_id) {
  policy::MessageFacts message;
  message.size = 500;
  message.message_id = message_id;
  return message;
}

TEST(MailFromOutside, IsADeliveryFromItsFirstAttemptOn) {
  Storyteller run(outside_mail());
  run.rcpt_refused(gmail, run.open(gmail, 5, 10), 10, ann, run.greylisted);
  run.ledger.observer(gmail).stored(at(310), run.open(gmail, 6, 310), ann, outside_message("a@b"), false);
  EXPECT_EQ(run.only_fate(), Fate::inbox);
  EXPECT_EQ(run.last->total.deliveries, 1U);
  EXPECT_EQ(run.last->total.submitted, 1U);
  EXPECT_EQ(run.last->latency.max(), std::chrono::seconds(300));
  EXPECT_THAT(run.last->broken_sums, IsEmpty());
}

TEST(MailFromOutside, SecondCopyOfAMessageIsADuplicate) {
  Storyteller run(outside_mail());
  for (const double time : {1.0, 2.0}) {
    run.ledger.observer(gmail).stored(at(time), run.open(gmail, 5, time), ann, outside_message("a@b"), false);
  }
  EXPECT_EQ(run.total().deliveries, 1U);
  EXPECT_EQ(run.total().duplicates, 1U);
}

TEST(MailFromOutside, AnotherMessageToTheSamePersonIsAnotherDelivery) {
  Storyteller run(outside_mail());
  for (const char* id : {"a@b", "c@b"}) {
    run.ledger.observer(gmail).stored(at(1), run.open(gmail, 5, 1), ann, outside_message(id), false);
  }
  EXPECT_EQ(run.total().deliveries, 2U);
  EXPECT_EQ(run.total().duplicates, 0U);
}

TEST(MailFromOutside, LastRefusalIsItsFate) {
  Storyteller run(outside_mail());
  run.rcpt_refused(gmail, run.open(gmail, 5, 1), 1, ann, run.unknown);
  EXPECT_EQ(run.only_fate(), Fate::rejected);
}

}  // namespace
}  // namespace mailrig::measure
