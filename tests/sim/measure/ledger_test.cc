// Fates (design: "exactly one of …") and what is counted beside them.
#include "sim/measure/ledger.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/sim/measure/ledger_fixture.h"

namespace mailrig::measure {
namespace {

using policy::Disposition;
using smtp::RecipientResult;
using smtp::Stage;
using testing::IsEmpty;

TEST(Fate, FirstStoredCopyDecidesBetweenInboxAndSpam) {
  Storyteller inbox;
  inbox.submit(1, ann);
  inbox.deliver(gmail, 2, ann, 1);
  EXPECT_EQ(inbox.only_fate(), Fate::inbox);

  Storyteller spam;
  spam.submit(1, ann);
  spam.deliver(gmail, 2, ann, 1, true);
  spam.deliver(gmail, 3, ann, 1, false);
  EXPECT_EQ(spam.only_fate(), Fate::spam);
  EXPECT_EQ(spam.total().duplicates, 1U);
}

TEST(Fate, DiscardedIsAnsweredButNotStored) {
  Storyteller run;
  run.submit(1, ann);
  const auto session = run.open(gmail, 5, 1);
  run.ledger.transaction_started(5, 1);
  run.answered_at_data(gmail, session, 1, ann, 1, run.discarded, Disposition::discard);
  run.ledger.sender_outcome(at(1), 1, 0, SenderOutcome::delivered);
  EXPECT_EQ(run.only_fate(), Fate::discarded);
  EXPECT_EQ(run.total().on_time, 1U) << "delivered counts discarded mail too";
  EXPECT_EQ(run.last->latency.count(), 0U) << "latency ends in a mailbox";
}

TEST(Fate, SendersWordCountsWhereNothingWasStored) {
  const std::pair<SenderOutcome, Fate> cases[] = {{SenderOutcome::rejected_by_receiver, Fate::rejected},
                                                  {SenderOutcome::rejected_by_sender, Fate::rejected},
                                                  {SenderOutcome::expired, Fate::expired},
                                                  {SenderOutcome::suppressed, Fate::suppressed},
                                                  {SenderOutcome::delivered, Fate::lost}};
  for (const auto& [outcome, fate] : cases) {
    Storyteller run;
    run.submit(1, ann);
    run.ledger.sender_outcome(at(9), 1, 0, outcome);
    EXPECT_EQ(run.only_fate(), fate);
    EXPECT_EQ(run.total().rejected_by_sender, outcome == SenderOutcome::rejected_by_sender ? 1U : 0U);
  }
}

TEST(Fate, RefusedWhenNobodyAcceptedTheSubmission) {
  Storyteller told;
  told.offer(1, ann);
  told.ledger.submission_deferred(at(1), 1);
  told.ledger.refused(at(2), 1);
  EXPECT_EQ(told.only_fate(), Fate::refused);
  EXPECT_EQ(told.last->submissions_refused, 1U);
  EXPECT_EQ(told.last->submission_deferrals, 1U);
  EXPECT_EQ(told.total().submitted, 0U);

  Storyteller unanswered;
  unanswered.offer(1, ann);
  EXPECT_EQ(unanswered.ledger.snapshot(at(1), false)->total[Fate::queued], 1U) << "it may still be accepted";
  EXPECT_EQ(unanswered.only_fate(), Fate::refused);
  EXPECT_THAT(unanswered.last->broken_sums, IsEmpty());
}

TEST(Fate, QueuedWhileNobodyHasALastWord) {
  Storyteller run;
  run.submit(1, ann);
  const auto session = run.open(gmail, 5, 1);
  run.ledger.transaction_started(5, 1);
  run.rcpt_refused(gmail, session, 1, ann, run.greylisted);
  EXPECT_EQ(run.only_fate(), Fate::queued);
  EXPECT_EQ(run.total().deferrals, 1U);
}

TEST(Fate, AStoredCopyBeatsTheSendersFailure) {
  // +dropstored until the sender gives up: the mail is there all the same, and the bounce was false.
  Storyteller run;
  run.submit(1, ann);
  for (int attempt = 0; attempt < 3; ++attempt) {
    const auto session = run.open(gmail, 5, attempt);
    run.ledger.transaction_started(5, 1);
    run.stored(gmail, session, attempt, ann, 1);
    run.answered_at_data(gmail, session, attempt, ann, 1, run.accepted, Disposition::drop_stored);
    run.close(gmail, session, attempt);
  }
  run.ledger.sender_outcome(at(100), 1, 0, SenderOutcome::expired);
  EXPECT_EQ(run.only_fate(), Fate::inbox);
  EXPECT_EQ(run.total().false_bounces, 1U);
  EXPECT_EQ(run.total().duplicates, 2U);
  EXPECT_EQ(run.total().deferrals, 3U) << "no attempt got a final reply";
  EXPECT_EQ(run.total().deferred_deliveries, 1U);
  EXPECT_THAT(run.last->broken_sums, IsEmpty());
}

TEST(Fate, DropEndsWithoutAReplyAndStoresNothing) {
  Storyteller run;
  run.submit(1, ann);
  const auto session = run.open(gmail, 5, 1);
  run.ledger.transaction_started(5, 1);
  run.answered_at_data(gmail, session, 1, ann, 1, run.accepted, Disposition::drop);
  EXPECT_EQ(run.only_fate(), Fate::queued);
  ASSERT_EQ(run.last->receivers[gmail].replies.size(), 1U);
  EXPECT_EQ(run.last->receivers[gmail].replies[0].code, 0) << "the sender heard nothing";
  EXPECT_EQ(run.total().deferrals, 1U);
}

TEST(Fate, ACutConnectionIsADeferralWithoutAReply) {
  // Receivers report it with the words they would have said.
  Storyteller run;
  const auto cut = reply_template(policy::Event::timeout, 421, "4.4.2 Timeout");
  run.submit(1, ann);
  const auto session = run.open(gmail, 5, 1);
  run.ledger.transaction_started(5, 1);
  run.answered_at_data(gmail, session, 1, ann, 1, cut, Disposition::discard);
  EXPECT_EQ(run.only_fate(), Fate::queued);
  ASSERT_EQ(run.last->receivers[gmail].replies.size(), 1U);
  EXPECT_EQ(run.last->receivers[gmail].replies[0].code, 0);
  EXPECT_EQ(run.total().deferrals, 1U);
}

TEST(Ledger, LostDuplicatesAndCorruptedAreCountedExactly) {
  Storyteller run;
  constexpr std::uint64_t messages = 300;
  for (std::uint64_t id = 1; id <= messages; ++id) {
    const std::string recipient = "user" + std::to_string(id) + "@gmail.example";
    run.submit(id, recipient);
    if (id % 10 == 0) {
      run.ledger.sender_outcome(at(1), id, 0, SenderOutcome::delivered);  // and nowhere: 30
      continue;
    }
    run.arriving_digest = id % 7 == 0 ? 78 : 77;  // 42 multiples of 7, 4 of them multiples of 70
    run.deliver(gmail, 2, recipient, id);
    if (id % 3 == 0) run.deliver(gmail, 3, recipient, id);  // 100 multiples of 3, 10 of them multiples of 30
  }
  const Tally& total = run.total();
  EXPECT_EQ(total[Fate::lost], 30U);
  EXPECT_EQ(total[Fate::inbox], 270U);
  EXPECT_EQ(total.corrupted, 38U);
  EXPECT_EQ(total.duplicates, 90U);
  EXPECT_EQ(total.fates_sum(), total.deliveries);
  EXPECT_THAT(run.last->broken_sums, IsEmpty());
}

TEST(Ledger, BodiesThatWereNotDigestedAreNotCorrupted) {
  Storyteller run;
  run.digest = 0;  // virtual time
  run.submit(1, ann);
  run.deliver(gmail, 1, ann, 1);
  EXPECT_EQ(run.total().corrupted, 0U);
}

TEST(Ledger, LatencyRunsFromTheScheduleAndServiceFromTheRealSubmission) {
  Storyteller run;
  run.offer(1, ann, gmail, 0);
  run.ledger.submitted(at(2), 1);  // the schedule slipped by two seconds
  run.deliver(gmail, 10, ann, 1);
  run.deliver(gmail, 500, ann, 1);  // a duplicate does not change when it arrived
  run.total();
  EXPECT_EQ(run.last->latency.max(), std::chrono::seconds(10));
  EXPECT_EQ(run.last->service.max(), std::chrono::seconds(8));
  EXPECT_EQ(run.last->latency.count(), 1U);
  EXPECT_EQ(run.last->streams[0].latency.max(), std::chrono::seconds(10));
}

TEST(Ledger, OnTimeCountsAgainstAllDeliveriesWithADeadline) {
  Storyteller run;
  run.submit(1, ann);
  run.submit(2, "bob@gmail.example");
  run.submit(3, "cid@gmail.example");
  run.deliver(gmail, 60, ann, 1);                  // just in time
  run.deliver(gmail, 61, "bob@gmail.example", 2);  // too late
  run.ledger.offered({.id = 4,
                      .stream = 1,  // has no deadline
                      .intended = at(0),
                      .mail_from = run.sender,
                      .recipients = {{"dan@gmail.example", gmail}}});
  EXPECT_EQ(run.total().on_time, 1U);
  EXPECT_EQ(run.total().with_deadline, 3U);
}

TEST(Ledger, SumsClosePerReceiverStreamAndElsewhere) {
  Storyteller run;
  run.submit(1, ann);
  run.submit(2, "li@qq.example", qq);
  run.submit(3, "x@nowhere.example", 0xffffffff);  // a domain that no receiver serves
  run.deliver(gmail, 1, ann, 1);
  run.deliver(qq, 1, "li@qq.example", 2, true);
  run.ledger.sender_outcome(at(1), 3, 0, SenderOutcome::rejected_by_sender);
  EXPECT_EQ(run.total().deliveries, 3U);
  EXPECT_EQ(run.last->receivers[gmail].tally[Fate::inbox], 1U);
  EXPECT_EQ(run.last->receivers[qq].tally[Fate::spam], 1U);
  EXPECT_EQ(run.last->elsewhere[Fate::rejected], 1U);
  EXPECT_EQ(run.last->streams[0].tally.deliveries, 3U);
  EXPECT_THAT(run.last->broken_sums, IsEmpty());
}

TEST(Ledger, AMessageToTwoReceiversIsSubmittedOnce) {
  Storyteller run;
  run.ledger.offered({.id = 1,
                      .intended = at(0),
                      .mail_from = run.sender,
                      .recipients = {{ann, gmail}, {"bob@gmail.example", gmail}, {"li@qq.example", qq}}});
  run.ledger.submitted(at(0), 1);
  EXPECT_EQ(run.total().submitted, 1U);
  EXPECT_EQ(run.total().deliveries, 3U);
  EXPECT_EQ(run.last->receivers[gmail].tally.submitted, 1U);
  EXPECT_EQ(run.last->receivers[qq].tally.submitted, 1U);
}

TEST(Ledger, MailThatWasNeverOfferedIsIgnored) {
  Storyteller run;
  run.ledger.submitted(at(0), 99);
  run.ledger.refused(at(0), 99);
  run.ledger.sender_outcome(at(0), 99, 0, SenderOutcome::expired);
  run.ledger.sender_attempt({.now = at(0), .message = 99, .source = {}, .result = {}});
  EXPECT_EQ(run.total(), Tally{});
}

TEST(Ledger, TheFinalSnapshotCanBeTakenAgain) {
  Storyteller run;
  run.offer(1, ann);
  const Tally once = run.total();
  EXPECT_EQ(run.total(), once);
}

TEST(Ledger, CountersFollowTheRun) {
  Storyteller run;
  run.submit(1, ann);
  run.submit(2, "bob@gmail.example");
  run.deliver(gmail, 1, ann, 1);
  const Counters counters = run.ledger.counters();
  EXPECT_EQ(counters.offered, 2U);
  EXPECT_EQ(counters.submitted, 2U);
  EXPECT_EQ(counters.deliveries, 2U);
  EXPECT_EQ(counters.finished, 1U);
  EXPECT_EQ(counters.inbox, 1U);
  EXPECT_EQ(counters.queued, 1U);
  EXPECT_EQ(counters.attempts, 1U);
}

TEST(EventLogHash, FollowsWhatHappenedButNotPortsOrKeys) {
  const auto hash_of = [](std::uint64_t session_key, double stored_at, bool spam) {
    Storyteller run;
    run.submit(1, ann);
    const auto session = run.open(gmail, session_key, 1);
    run.ledger.transaction_started(session_key, 1);
    run.stored(gmail, session, stored_at, ann, 1, spam);
    return run.ledger.snapshot(at(9), true)->event_log_hash;
  };
  const std::string hash = hash_of(5, 1, false);
  EXPECT_EQ(hash.size(), 16U);
  EXPECT_EQ(hash, hash_of(50'000, 1, false));
  EXPECT_NE(hash, hash_of(5, 1.000001, false));
  EXPECT_NE(hash, hash_of(5, 1, true));
}

}  // namespace
}  // namespace mailrig::measure
