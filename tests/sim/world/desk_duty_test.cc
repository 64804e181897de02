#include "sim/world/desk_duty.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/measure/snapshot.h"

namespace mailrig::world {
namespace {

using Kind = smtp::RecipientResult::Kind;

const Instant on_duty = *parse_rfc3339("2026-03-02T08:00:00Z");

class SubmittingTest : public testing::Test {
 protected:
  SubmittingTest()
      : ledger_({.start = on_duty,
                 .receivers = {"gmail"},
                 .streams = {{"order", {}}},
                 .insight = measure::SenderInsight::none},
                nullptr) {
    ledger_.offered(
        {.id = 7, .mail_from = "a@shop.example", .recipients = {{"ann@gmail.com", 0}, {"bob@gmail.com", 0}}});
  }

  void attempt(std::uint32_t recipient, Kind kind, std::uint16_t code, std::string text) {
    smtp::RecipientResult result;
    result.kind = kind;
    result.reply = smtp::Reply{code, std::move(text)};
    duty_.attempt({.now = on_duty, .message = 7, .recipient = recipient, .source = {}, .result = std::move(result)});
  }
  void final(std::uint32_t recipient, sender::Event::Outcome outcome) {
    sender::Event event;
    event.kind = sender::Event::Kind::final;
    event.at = on_duty;
    event.message = 7;
    event.recipient = recipient;
    event.outcome = outcome;
    duty_.final(event);
  }
  std::shared_ptr<const measure::Ledger::Snapshot> end() { return ledger_.snapshot(on_duty, true); }

  measure::Ledger ledger_;
  std::vector<std::string> taken_;
  Submitting duty_{ledger_, [this](std::uint64_t, std::string_view text) { taken_.emplace_back(text); }};
};

TEST_F(SubmittingTest, AMessageIsSubmittedOnceAndItsReplyPassedOn) {
  for (const std::uint32_t recipient : {0U, 1U}) {
    attempt(recipient, Kind::delivered, 250, "2.0.0 Ok: queued as ABC");
    final(recipient, sender::Event::Outcome::delivered);
  }
  duty_.done(on_duty, 7);
  EXPECT_THAT(taken_, testing::ElementsAre("2.0.0 Ok: queued as ABC"));
  EXPECT_EQ(end()->total.submitted, 1U);
  EXPECT_EQ(end()->total[measure::Fate::queued], 2U);
}

TEST_F(SubmittingTest, A4yzIsADeferralOfTheSubmission) {
  attempt(0, Kind::deferred, 451, "4.3.0 Later");
  EXPECT_EQ(end()->submission_deferrals, 1U);
  EXPECT_EQ(end()->total.attempts, 0U);
}

TEST_F(SubmittingTest, WhomItDoesNotTakeIsRefused) {
  attempt(0, Kind::delivered, 250, "ok");
  final(0, sender::Event::Outcome::delivered);
  attempt(1, Kind::failed, 550, "5.7.1 No");
  final(1, sender::Event::Outcome::rejected_by_receiver);
  duty_.done(on_duty, 7);
  EXPECT_EQ(end()->total[measure::Fate::refused], 1U);
  EXPECT_EQ(end()->submissions_refused, 0U);
}

TEST_F(SubmittingTest, AMessageThatNobodyTookIsRefusedAsAWhole) {
  for (const std::uint32_t recipient : {0U, 1U}) final(recipient, sender::Event::Outcome::expired);
  duty_.done(on_duty, 7);
  EXPECT_EQ(end()->total[measure::Fate::refused], 2U);
  EXPECT_EQ(end()->submissions_refused, 1U);
}

}  // namespace
}  // namespace mailrig::world
