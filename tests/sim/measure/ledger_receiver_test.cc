// Attribution (exact, pair, session), and what is counted at a receiver whether or not it belongs to a delivery.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/sim/measure/ledger_fixture.h"

namespace mailrig::measure {
namespace {

using policy::Event;
using policy::Phase;
using smtp::RecipientResult;
using smtp::Stage;
using testing::IsEmpty;

std::uint64_t count_of(const EventCounts& events, Event event) {
  return events[static_cast<std::size_t>(event)];
}

TEST(Attribution, AnnouncedTransactionMakesRcptExact) {
  Storyteller run;
  run.submit(1, ann);
  run.submit(2, ann);  // the same pair: without the announcement nobody could tell them apart
  const auto session = run.open(gmail, 5, 1);
  run.ledger.transaction_started(5, 2);
  run.rcpt_refused(gmail, session, 1, ann, run.greylisted);
  EXPECT_EQ(run.total().deferred_deliveries, 1U);
  EXPECT_EQ(run.last->receivers[gmail].unattributed.attempts, 0U);
}

TEST(Attribution, AnUnambiguousPairIsEnough) {
  Storyteller run;
  run.submit(1, ann);
  const auto session = run.open(gmail, 5, 1);
  run.rcpt_refused(gmail, session, 1, ann, run.greylisted);
  EXPECT_EQ(run.total().deferred_deliveries, 1U);
}

TEST(Attribution, TheDomainOfAnAddressIsCaseInsensitiveTheLocalPartIsNot) {
  // RFC 5321 §2.4: local-parts MUST be treated as case sensitive; domains are not.
  Storyteller run;
  run.submit(1, ann);
  const auto session = run.open(gmail, 5, 1);
  run.rcpt_refused(gmail, session, 1, "ann@GMAIL.Example", run.greylisted);
  EXPECT_EQ(run.total().deferred_deliveries, 1U);
  run.rcpt_refused(gmail, session, 2, "Ann@gmail.example", run.greylisted);
  EXPECT_EQ(run.total().attempts, 2U);
  EXPECT_EQ(run.last->receivers[gmail].unattributed.attempts, 1U);
}

TEST(Attribution, AnAmbiguousPairCountsAtTheReceiverOnly) {
  Storyteller run;
  run.submit(1, ann);
  run.submit(2, ann);
  const auto session = run.open(gmail, 5, 1);
  run.rcpt_refused(gmail, session, 1, ann, run.greylisted);
  EXPECT_EQ(run.total().deferred_deliveries, 0U);
  EXPECT_EQ(run.total().deferrals, 1U);
  EXPECT_EQ(run.last->receivers[gmail].unattributed.attempts, 1U);
  EXPECT_EQ(run.last->streams[0].tally.attempts, 0U);
}

TEST(Attribution, ThePairIsFreeAgainOnceTheOtherDeliveryIsFinished) {
  Storyteller run;
  for (std::uint64_t id = 1; id <= 3; ++id) run.submit(id, ann);
  run.deliver(gmail, 1, ann, 1);
  run.ledger.sender_outcome(at(2), 3, 0, SenderOutcome::expired);
  const auto session = run.open(gmail, 5, 3);
  run.rcpt_refused(gmail, session, 3, ann, run.greylisted);
  EXPECT_EQ(run.total().deferred_deliveries, 1U);
  EXPECT_EQ(run.total()[Fate::queued], 1U);
}

TEST(Attribution, AtDataTheMessageIdDecidesWhateverTheEnvelopeSays) {
  Storyteller run;
  run.submit(1, ann);
  run.submit(2, ann);
  auto session = run.open(gmail, 5, 1);
  session.mail_from = "bounces+srs@elsewhere.example";
  run.stored(gmail, session, 1, ann, 2);
  run.answered_at_data(gmail, session, 1, ann, 2, run.accepted);
  EXPECT_EQ(run.total()[Fate::inbox], 1U);
  EXPECT_EQ(run.last->receivers[gmail].unattributed.attempts, 0U);
}

TEST(Attribution, OurSendersOwnBouncesAreNeverGuessedOntoDeliveries) {
  Storyteller run;
  run.submit(1, ann);
  const auto session = run.open(gmail, 5, 1);
  run.ledger.transaction_started(5, 4'711);  // a DSN: not an offered message
  run.rcpt_refused(gmail, session, 1, ann, run.unknown);
  EXPECT_EQ(run.total().deferred_deliveries, 0U);
  EXPECT_EQ(run.last->receivers[gmail].unattributed.attempts, 1U);
}

TEST(Attribution, MailFromOutsideIsCountedApart) {
  Storyteller run;
  const auto session = run.open(gmail, 5, 1);
  run.stored(gmail, session, 1, ann, 0, true);
  run.answered_at_data(gmail, session, 1, ann, 0, run.accepted);
  EXPECT_EQ(run.total().deliveries, 0U);
  EXPECT_EQ(run.last->receivers[gmail].unattributed.spam, 1U);
  EXPECT_EQ(run.last->receivers[gmail].unattributed.attempts, 1U);
  EXPECT_THAT(run.last->broken_sums, IsEmpty());
}

SenderAttempt unanswered(double seconds, std::uint64_t message, Stage stage, std::uint64_t session_key = 0) {
  SenderAttempt attempt{.now = at(seconds), .message = message, .session_key = session_key, .source = {}, .result = {}};
  attempt.result.stage = stage;
  return attempt;
}

TEST(Attempts, ARefusedSessionExplainsTheAttemptsThatWaitedForIt) {
  Storyteller run;
  run.submit(1, ann);
  run.submit(2, "bob@gmail.example");
  const auto session = run.open(gmail, 5, 1);
  run.refuse_session(gmail, session, 1, run.throttled);
  run.close(gmail, session, 1);
  for (const std::uint64_t id : {1U, 2U}) {
    SenderAttempt attempt = unanswered(1, id, Stage::greeting, 5);
    attempt.result.reply = smtp::Reply{421, "4.7.28 Unusual rate, try again later"};
    run.ledger.sender_attempt(attempt);
  }
  EXPECT_EQ(run.total().attempts, 2U);
  EXPECT_EQ(run.total().deferrals, 2U);
  const ReceiverReport& report = run.last->receivers[gmail];
  EXPECT_EQ(count_of(report.sessions_refused, Event::rate_limited), 1U);
  EXPECT_EQ(count_of(report.events, Event::rate_limited), 1U) << "it was said once";
  ASSERT_EQ(report.replies.size(), 1U);
  EXPECT_EQ(report.replies[0].code, 421);
  EXPECT_EQ(report.replies[0].enhanced, "4.7.28");
  EXPECT_EQ(report.replies[0].phase, Phase::connect);
  EXPECT_EQ(report.replies[0].sample, "4.7.28 Unusual rate, try again later");
}

TEST(Attempts, AnEarlierRefusalExplainsNothingAboutTheNextTransactionOrConnection) {
  Storyteller run;
  run.submit(1, ann);
  const auto session = run.open(gmail, 5, 1);
  run.refuse_session(gmail, session, 1, run.throttled, Phase::mail);
  run.ledger.transaction_started(5, 1);
  run.ledger.sender_attempt(unanswered(2, 1, Stage::mail, 5));
  run.close(gmail, session, 3);

  const auto refused = run.open(gmail, 6, 4);
  run.refuse_session(gmail, refused, 4, run.throttled);
  run.close(gmail, refused, 4);
  run.open(gmail, 6, 5);  // the same port again
  run.ledger.sender_attempt(unanswered(6, 1, Stage::helo, 6));
  run.total();
  EXPECT_EQ(count_of(run.last->receivers[gmail].events, Event::timeout), 2U);
}

TEST(Attempts, WithoutAReceiversWordTheStageSaysWhatHappened) {
  struct Case {
    Stage stage;
    bool timed_out;
    Event event;
    Phase phase;
  };
  const Case cases[] = {{Stage::dns, true, Event::timeout, Phase::connect},
                        {Stage::connect, false, Event::maintenance, Phase::connect},
                        {Stage::connect, true, Event::timeout, Phase::connect},
                        {Stage::greeting, false, Event::maintenance, Phase::connect},
                        {Stage::tls, false, Event::tls_failed, Phase::helo},
                        {Stage::helo, false, Event::timeout, Phase::helo},
                        {Stage::mail, false, Event::timeout, Phase::mail},
                        {Stage::rcpt, true, Event::timeout, Phase::rcpt}};
  for (const Case& c : cases) {
    Storyteller run;
    run.submit(1, ann);
    SenderAttempt attempt = unanswered(1, 1, c.stage);
    attempt.timed_out = c.timed_out;
    run.ledger.sender_attempt(attempt);
    EXPECT_EQ(run.total().deferrals, 1U);
    ASSERT_EQ(run.last->receivers[gmail].replies.size(), 1U);
    EXPECT_EQ(run.last->receivers[gmail].replies[0].event, c.event) << smtp::to_string(c.stage);
    EXPECT_EQ(run.last->receivers[gmail].replies[0].phase, c.phase) << smtp::to_string(c.stage);
    EXPECT_EQ(run.last->receivers[gmail].replies[0].code, 0);
  }
}

TEST(Attempts, WhatTheReceiverSawIsNotCountedAgain) {
  Storyteller run;
  run.submit(1, ann);
  const auto session = run.open(gmail, 5, 1);
  run.ledger.transaction_started(5, 1);
  run.rcpt_refused(gmail, session, 1, ann, run.greylisted);
  SenderAttempt attempt = unanswered(1, 1, Stage::rcpt, 5);
  attempt.result.rcpt_answered = true;
  attempt.result.reply = smtp::Reply{450, "4.7.1 Please try later"};
  run.ledger.sender_attempt(attempt);
  EXPECT_EQ(run.total().attempts, 1U);
}

TEST(ReceiverAccount, RepliesAreCountedByCodeEnhancedEventAndPhase) {
  Storyteller run;
  // Two wordings of the same kind fall together; the first one is the sample.
  const auto other_words = reply_template(Event::greylisted, 450, "4.7.1 Come back later, {rcpt}");
  run.submit(1, ann);
  const auto session = run.open(gmail, 5, 1);
  run.rcpt_refused(gmail, session, 1, ann, run.greylisted);
  run.rcpt_refused(gmail, session, 2, ann, other_words);
  run.rcpt_refused(gmail, session, 3, ann, run.unknown);
  run.total();
  const auto& replies = run.last->receivers[gmail].replies;
  ASSERT_EQ(replies.size(), 2U);
  EXPECT_EQ(replies[0].event, Event::greylisted);
  EXPECT_EQ(replies[0].count, 2U);
  EXPECT_EQ(replies[0].sample, "4.7.1 Please try later");
  EXPECT_EQ(replies[1].enhanced, "5.1.1");
}

TEST(ReceiverAccount, SessionsAndTlsVersionsAreCountedWhenTheyClose) {
  Storyteller run;
  auto session = run.open(gmail, 5, 1);
  run.open(gmail, 6, 1);
  session.tls = policy::TlsVersion::tls1_3;
  run.close(gmail, session, 2);
  run.total();
  EXPECT_EQ(run.last->receivers[gmail].sessions_opened, 2U);
  EXPECT_EQ(run.last->receivers[gmail].tls[static_cast<std::size_t>(policy::TlsVersion::tls1_3)], 1U);
}

TEST(ReceiverAccount, ThroughputIsOverTheActiveTimeWithThePeakSecond) {
  Storyteller run;
  for (std::uint64_t id = 1; id <= 10; ++id) run.submit(id, std::to_string(id) + "@gmail.example");
  for (std::uint64_t id = 1; id <= 10; ++id) {
    // Seven within second 100, one each at 101, 102 and 105.
    const double seconds = id <= 7 ? 100.0 + 0.1 * static_cast<double>(id) : id == 8 ? 101 : id == 9 ? 102 : 105.1;
    run.deliver(gmail, seconds, std::to_string(id) + "@gmail.example", id);
  }
  run.total();
  EXPECT_EQ(run.last->receivers[gmail].throughput.peak_accepted_per_s, 7U);
  EXPECT_DOUBLE_EQ(run.last->receivers[gmail].throughput.accepted_per_s, 2.0);
}

TEST(ReceiverAccount, DaysAreCountedFromTheStartPerSourceAndDomain) {
  Storyteller run;
  run.submit(1, ann);
  run.submit(2, "bob@gmail.example");
  run.deliver(gmail, 10, ann, 1);
  const auto session = run.open(gmail, 5, 86'400 + 1);
  run.ledger.transaction_started(5, 2);
  run.rcpt_refused(gmail, session, 86'400 + 1, "bob@gmail.example", run.greylisted);
  run.total();
  const auto& days = run.last->receivers[gmail].days;
  ASSERT_EQ(days.size(), 2U);
  EXPECT_EQ(days[0].day, 1U);
  EXPECT_EQ(days[0].source_ip, "198.18.2.10");
  EXPECT_EQ(days[0].domain, "shop.example");
  EXPECT_EQ(days[0].attempts, 1U);
  EXPECT_EQ(days[0].accepted, 1U);
  EXPECT_EQ(days[0].inbox, 1U);
  EXPECT_EQ(days[1].day, 2U);
  EXPECT_EQ(days[1].deferrals, 1U);
}

TEST(ReceiverAccount, StrangersDomainsDoNotFillTheMemory) {
  Storyteller run;
  auto session = run.open(gmail, 5, 1);
  for (int i = 0; i < 10'100; ++i) {
    session.mail_from = "x@d" + std::to_string(i) + ".example";
    run.rcpt_refused(gmail, session, 1, ann, run.unknown);
  }
  run.total();
  const auto& days = run.last->receivers[gmail].days;
  EXPECT_LE(days.size(), 10'001U);
  const auto others = std::find_if(days.begin(), days.end(), [](const DayRow& d) { return d.domain == "(others)"; });
  ASSERT_NE(others, days.end());
  EXPECT_GE(others->attempts, 100U);
}

}  // namespace
}  // namespace mailrig::measure
