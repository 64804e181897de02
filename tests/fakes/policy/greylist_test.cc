// Behaviour of postgrey (github.com/schweikert/postgrey): delay, retry window, max-age, auto-whitelisted clients.
#include "fakes/policy/greylist.h"

#include <gtest/gtest.h>

#include "tests/fakes/policy/fixture.h"

namespace mailrig::policy {
namespace {

using namespace testing;

const ReplyTemplate greylisted = reply(Event::greylisted);

class GreylistTest : public ::testing::Test {
 protected:
  bool passes(Instant now, std::string_view ip = "198.18.2.10", std::string_view from = "news@shop.example",
              std::string_view to = "jane@isp.example") {
    return !greylist_.rcpt(now, session_from(ip, from), recipient(to));
  }

  Greylist greylist_{{}, {&greylisted, Phase::rcpt}};
};

TEST_F(GreylistTest, DefersTheFirstAttempt) {
  const auto verdict = greylist_.rcpt(start, session_from("198.18.2.10"), recipient("jane@isp.example"));
  ASSERT_TRUE(verdict);
  EXPECT_EQ(verdict->event, Event::greylisted);
  EXPECT_EQ(verdict->scope, "pair");
}

TEST_F(GreylistTest, LetsPassExactlyAtTheDelay) {
  ASSERT_FALSE(passes(start));
  EXPECT_FALSE(passes(start + 5min - 1ns));
  EXPECT_TRUE(passes(start + 5min));
  EXPECT_TRUE(passes(start + 6min)) << "and from then on";
}

TEST_F(GreylistTest, EveryPartOfTheTripletCounts) {
  ASSERT_FALSE(passes(start));
  const Instant later = start + 10min;
  EXPECT_FALSE(passes(later, "198.18.3.10"));
  EXPECT_FALSE(passes(later, "198.18.2.10", "other@shop.example"));
  EXPECT_FALSE(passes(later, "198.18.2.10", "news@shop.example", "joe@isp.example"));
  EXPECT_TRUE(passes(later));
}

TEST_F(GreylistTest, ANeighbourInTheSameNetworkMayRetry) {
  ASSERT_FALSE(passes(start, "198.18.2.10"));
  EXPECT_TRUE(passes(start + 5min, "198.18.2.200"));
  ASSERT_FALSE(passes(start, "2001:db8::1"));
  EXPECT_TRUE(passes(start + 5min, "2001:db8::ffff:1"));
  EXPECT_FALSE(passes(start + 5min, "2001:db8:0:1::1"));
}

TEST_F(GreylistTest, LetterCaseDoesNotCount) {
  ASSERT_FALSE(passes(start));
  EXPECT_TRUE(passes(start + 5min, "198.18.2.10", "NEWS@Shop.Example", "Jane@ISP.example"));
}

// "discard stored first-seen if it is the first retrial and it is beyond the retry_window"
TEST_F(GreylistTest, AFirstRetryBeyondTheWindowStartsAnew) {
  ASSERT_FALSE(passes(start));
  EXPECT_FALSE(passes(start + 48h + 1ns));
  EXPECT_TRUE(passes(start + 48h + 5min + 1ns));
}

TEST_F(GreylistTest, AFirstRetryAtTheEndOfTheWindowStillCounts) {
  ASSERT_FALSE(passes(start));
  EXPECT_TRUE(passes(start + 48h));
}

TEST_F(GreylistTest, TheWindowIsForTheFirstRetryOnly) {
  ASSERT_FALSE(passes(start));
  ASSERT_FALSE(passes(start + 1min)) << "came back, though too early";
  EXPECT_TRUE(passes(start + 72h));
}

TEST_F(GreylistTest, ATripletIsForgottenAfterItsLifetime) {
  ASSERT_FALSE(passes(start));
  ASSERT_TRUE(passes(start + 5min));
  EXPECT_TRUE(passes(start + 5min + 35 * 24h)) << "seen within 35 days";
  EXPECT_FALSE(passes(start + 5min + 70 * 24h + 1ns)) << "not seen for longer";
}

// "record only one attempt per hour"
TEST_F(GreylistTest, AClientIsAllowedAfterFiveSuccessesInFiveHours) {
  const std::string_view ip = "198.18.2.10";
  const auto fresh = [](int i) { return "person" + std::string(1, static_cast<char>('a' + i)) + "@isp.example"; };
  ASSERT_FALSE(passes(start, ip, "news@shop.example", "jane@isp.example"));
  for (int hour = 0; hour < 4; ++hour) ASSERT_TRUE(passes(start + 5min + hour * 1h));
  EXPECT_FALSE(passes(start + 4h, ip, "news@shop.example", fresh(0))) << "four successes";
  ASSERT_TRUE(passes(start + 5min + 4h));
  EXPECT_TRUE(passes(start + 5min + 4h, ip, "news@shop.example", fresh(1))) << "five: not asked any more";
  EXPECT_FALSE(passes(start + 5min + 4h, "198.18.2.11", "news@shop.example", fresh(1)))
      << "this client, not its network";
}

TEST_F(GreylistTest, SuccessesWithinAnHourCountOnce) {
  ASSERT_FALSE(passes(start));
  for (int i = 0; i < 50; ++i) ASSERT_TRUE(passes(start + 5min + i * 1min));
  EXPECT_FALSE(passes(start + 1h, "198.18.2.10", "news@shop.example", "joe@isp.example"));
}

TEST_F(GreylistTest, NobodyIsAllowedWhenTheListIsOff) {
  Greylist never_allows{{.auto_allow_after = 0}, {&greylisted, Phase::rcpt}};
  const Session session = session_from("198.18.2.10");
  ASSERT_TRUE(never_allows.rcpt(start, session, recipient("jane@isp.example")));
  for (int hour = 1; hour < 20; ++hour) {
    ASSERT_FALSE(never_allows.rcpt(start + hour * 1h, session, recipient("jane@isp.example")));
  }
  EXPECT_TRUE(never_allows.rcpt(start + 21h, session, recipient("joe@isp.example")));
}

// A gateway that first has the mailbox confirmed by the customer's server.
TEST_F(GreylistTest, ByRecipientWhoeverAsks) {
  Greylist gateway{{.by_recipient = true}, {&greylisted, Phase::rcpt}};
  const auto passes = [&](Instant now, std::string_view ip, std::string_view from, std::string_view to) {
    return !gateway.rcpt(now, session_from(ip, from), recipient(to));
  };
  EXPECT_FALSE(passes(start, "198.18.2.10", "news@shop.example", "jane@isp.example"));
  EXPECT_FALSE(passes(start + 4min, "198.18.9.9", "other@else.example", "jane@isp.example"));
  EXPECT_TRUE(passes(start + 5min, "198.18.9.9", "other@else.example", "jane@isp.example"));
  EXPECT_TRUE(passes(start + 5min, "198.18.7.7", "third@else.example", "Jane+news@isp.example"));
  EXPECT_FALSE(passes(start + 5min, "198.18.2.10", "news@shop.example", "joe@isp.example"));
}

TEST_F(GreylistTest, VerpSendersAreOneSender) {
  ASSERT_FALSE(passes(start, "198.18.2.10", "bounce-1001-list@shop.example"));
  EXPECT_TRUE(passes(start + 5min, "198.18.2.10", "bounce-1002-list@shop.example"));
}

TEST_F(GreylistTest, MemoryFollowsTheRetryWindow) {
  std::size_t most = 0;
  // One new triplet a minute: 2,880 within the two days in which they may come back.
  for (int i = 0; i < 20'000; ++i) {
    passes(start + i * 1min, "198.18.2.10", "news@shop.example", "p" + std::to_string(i) + "@isp.example");
    most = std::max(most, greylist_.size());
  }
  EXPECT_LE(most, 2 * 2881U);
}

// postgrey's do_sender_substitutions: "strip extension, used sometimes for mailing-list VERP; replace numbers".
TEST(GeneraliseSender, KeepsWhatNamesTheSender) {
  const auto generalised = [](std::string_view sender) {
    std::string out = "left over";
    generalise_sender(sender, out);
    return out;
  };
  EXPECT_EQ(generalised("News@Shop.Example"), "news@shop.example");
  EXPECT_EQ(generalised("news+jane=isp.example@shop.example"), "news@shop.example");
  EXPECT_EQ(generalised("bounce-123-456@shop.example"), "bounce-#-#@shop.example");
  EXPECT_EQ(generalised("bounce123@shop.example"), "bounce123@shop.example") << "\\b\\d+\\b: whole words only";
  EXPECT_EQ(generalised("2024@2024.example"), "#@2024.example");
  EXPECT_EQ(generalised(""), "");
}

}  // namespace
}  // namespace mailrig::policy
