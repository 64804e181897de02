#include "sim/world/bounce_log.h"

#include <gtest/gtest.h>

#include "fakes/report_format/dsn.h"
#include "sim/measure/snapshot.h"

namespace mailrig::world {
namespace {

const Instant start = *parse_rfc3339("2026-03-02T08:00:00Z");

constexpr std::string_view original =
    "X-Mailrig-Id: 0000000000000007\r\nMessage-ID: <7@shop.example>\r\nSubject: x\r\n\r\nbody\r\n";

class BounceLogTest : public testing::Test {
 protected:
  BounceLogTest()
      : ledger_({.start = start,
                 .receivers = {"gmail"},
                 .streams = {{"order", {}}},
                 .insight = measure::SenderInsight::queue},
                nullptr) {
    ledger_.offered({.id = 7, .mail_from = "bounces@shop.example", .recipients = {{"ann@gmail.com", 0}}});
    ledger_.submitted(start, 7);
  }

  static std::string notification(std::optional<smtp::Reply> reply, bool expired) {
    return report_format::write_failure_dsn({.reporting_host = "mta1.shop.example",
                                             .to = "bounces@shop.example",
                                             .message_id = "1@mta1.shop.example",
                                             .arrived = start,
                                             .now = start,
                                             .failures = {{"ann@gmail.com", std::move(reply), "mx.gmail.com", expired}},
                                             .original = original});
  }
  measure::Tally after(const std::string& content, std::string_view mail_from = "") {
    BounceLog log(ledger_);
    policy::Session session;
    session.mail_from = mail_from;
    policy::MessageFacts message;
    message.content = content;
    const policy::Verdict accepted{
        .reply = nullptr, .event = policy::Event::accepted, .phase = policy::Phase::data, .scope = {}};
    const policy::ReplyContext context;
    log.recipient_verdict(
        {start, session, "bounces@shop.example", &message, accepted, context, policy::Disposition::store});
    const auto snapshot = ledger_.snapshot(start, true);
    dsns_ = snapshot->dsn_received;
    return snapshot->total;
  }

  measure::Ledger ledger_;
  std::uint64_t dsns_ = 0;
};

TEST_F(BounceLogTest, ARefusalIsRejected) {
  const auto total = after(notification(smtp::Reply{550, "5.1.1 No such user"}, false));
  EXPECT_EQ(total[measure::Fate::rejected], 1U);
  EXPECT_EQ(total.rejected_by_sender, 0U);
  EXPECT_EQ(dsns_, 1U);
}

TEST_F(BounceLogTest, GivingUpIsExpired) {
  EXPECT_EQ(after(notification(smtp::Reply{452, "4.2.2 Full"}, true))[measure::Fate::expired], 1U);
}

TEST_F(BounceLogTest, MailFromSomebodyIsNoBounce) {
  EXPECT_EQ(after(notification(smtp::Reply{550, "5.1.1 No"}, false), "joe@gmail.com")[measure::Fate::lost], 1U);
  EXPECT_EQ(dsns_, 0U);
}

TEST_F(BounceLogTest, AnotherMessageFromNobodyIsCountedAndNotHeeded) {
  EXPECT_EQ(after("Subject: hello\r\n\r\nI am on holiday\r\n")[measure::Fate::lost], 1U);
  EXPECT_EQ(dsns_, 1U);
}

TEST_F(BounceLogTest, AVacationNoticeIsNoBounce) {
  after("Subject: Auto: hello\r\nAuto-Submitted: auto-replied\r\n\r\nI am on holiday\r\n");
  EXPECT_EQ(dsns_, 0U);
}

}  // namespace
}  // namespace mailrig::world
