#include "fakes/policy/rate_limit.h"

#include <gtest/gtest.h>

#include "tests/fakes/policy/auth_fixture.h"

namespace mailrig::policy {
namespace {

using namespace testing;

const ReplyTemplate too_much = reply(Event::rate_limited);

RateRule rule(RateScope scope, std::uint32_t count, Duration window, Phase phase = Phase::connect) {
  return {{.scope = scope, .count = count, .window = window}, {&too_much, std::max(phase, known_from(scope))}};
}

class RateLimitTest : public ::testing::Test {
 protected:
  void limit(std::vector<RateRule> rules) { limit_.emplace(rules, &conditions_); }

  // One message through all phases; true when it was accepted.
  bool send(Instant now, std::string_view ip = "198.18.2.10", std::string_view from = "news@shop.example",
            std::vector<std::string_view> to = {"jane@isp.example"}) {
    Session session = session_from(ip, from);
    session.authentication = authentication_;
    session.content.fingerprint = fingerprint_;
    MailFacts mail{.from = from};
    if (limit_->connect(now, session) || limit_->helo(now, session, "mta") || limit_->mail(now, session, mail)) {
      return false;
    }
    for (const std::string_view address : to) {
      const Recipient candidate = recipient(address);
      if (!limit_->rcpt(now, session, candidate)) session.recipients.push_back(candidate);
    }
    if (session.recipients.empty()) return false;
    if (limit_->data(now, session, message_)) return false;
    limit_->accepted(now, session, message_);
    return true;
  }

  int accepted_of(int messages, Instant now) {
    int accepted = 0;
    for (int i = 0; i < messages; ++i) accepted += send(now);
    return accepted;
  }

  // That SPF passes for, and that signed.
  void authenticate(std::string_view spf_domain, std::vector<SignatureFacts> signatures = {}) {
    authentication_.spf = auth::SpfOutcome::pass;
    authentication_.spf_domain = spf_domain;
    authentication_.signatures = std::move(signatures);
  }

  Conditions conditions_;
  std::optional<RateLimit> limit_;
  AuthenticationFacts authentication_;
  std::uint64_t fingerprint_ = 0;
  MessageFacts message_;
};

TEST_F(RateLimitTest, LetsTheCountPassAndRefusesTheNext) {
  limit({rule(RateScope::ip, 3, 60s)});
  EXPECT_EQ(accepted_of(5, start), 3);
  EXPECT_TRUE(send(start, "198.18.2.11")) << "another address has a window of its own";
}

TEST_F(RateLimitTest, TheRefusalNamesWhatWasCountedAndIsWordedByTheRule) {
  limit({rule(RateScope::ip, 1, 60s, Phase::mail)});
  ASSERT_TRUE(send(start));
  const auto verdict = limit_->mail(start, session_from("198.18.2.10"), {});
  ASSERT_TRUE(verdict);
  EXPECT_EQ(verdict->scope, "ip");
  EXPECT_EQ(verdict->reply, &too_much);
  EXPECT_EQ(verdict->phase, Phase::mail);
  EXPECT_EQ(verdict->event, Event::rate_limited);
}

TEST_F(RateLimitTest, TheWindowSlides) {
  limit({rule(RateScope::ip, 2, 60s)});
  ASSERT_TRUE(send(start));
  ASSERT_TRUE(send(start + 30s));
  EXPECT_FALSE(send(start + 60s)) << "a unit counts for the whole window at least";
  EXPECT_TRUE(send(start + 65s)) << "the first unit is out";
  EXPECT_FALSE(send(start + 65s)) << "the second is not";
}

TEST_F(RateLimitTest, RefusedMessagesDoNotCount) {
  limit({rule(RateScope::ip, 2, 60s)});
  ASSERT_EQ(accepted_of(100, start), 2);
  EXPECT_EQ(accepted_of(5, start + 65s), 2);
}

TEST_F(RateLimitTest, UnlessTheWindowCountsThem) {
  auto strict = rule(RateScope::ip, 2, 60s);
  strict.window.count_refused = true;
  limit({strict});
  ASSERT_EQ(accepted_of(100, start), 2);
  EXPECT_FALSE(send(start + 64s)) << "keeps the window full";
  EXPECT_TRUE(send(start + 129s));
}

TEST_F(RateLimitTest, SeveralWindowsHoldAtOnce) {
  limit({rule(RateScope::ip, 2, 60s), rule(RateScope::ip, 3, 1h)});
  EXPECT_EQ(accepted_of(5, start), 2);
  EXPECT_EQ(accepted_of(5, start + 2min), 1) << "the hour's third";
  EXPECT_EQ(accepted_of(5, start + 10min), 0);
  EXPECT_EQ(accepted_of(5, start + 65min), 2) << "a new minute; two of the hour's three are out";
}

TEST_F(RateLimitTest, ABlockOutlastsTheWindow) {
  auto blocking = rule(RateScope::ip, 1, 60s);
  blocking.window.block = 5min;
  limit({blocking});
  ASSERT_TRUE(send(start));
  ASSERT_FALSE(send(start + 10s)) << "over the limit: the block begins";
  EXPECT_FALSE(send(start + 2min)) << "the window is empty, the block is not over";
  EXPECT_FALSE(send(start + 10s + 5min - 1ns));
  EXPECT_TRUE(send(start + 10s + 5min)) << "tries during the block did not prolong it";
}

TEST_F(RateLimitTest, NoBlockWithoutGoingOver) {
  auto blocking = rule(RateScope::ip, 1, 60s);
  blocking.window.block = 5min;
  limit({blocking});
  ASSERT_TRUE(send(start));
  EXPECT_TRUE(send(start + 65s)) << "exactly the limit was used, never more";
}

TEST_F(RateLimitTest, ABlockForTheRestOfTheDayEndsAtMidnightUtc) {
  auto blocking = rule(RateScope::ip, 1, 60s);
  blocking.window.block_day = true;
  limit({blocking});
  ASSERT_TRUE(send(start));
  ASSERT_FALSE(send(start));
  const Instant midnight = *parse_rfc3339("2026-03-03T00:00:00Z");
  EXPECT_FALSE(send(midnight - 1ns));
  EXPECT_TRUE(send(midnight));
}

// Gmail's way back from 421 4.7.28: to stop trying.
TEST_F(RateLimitTest, ABlockUntilItIsQuietBeginsAnewWithEveryTry) {
  auto patient = rule(RateScope::ip, 1, 60s);
  patient.window.until_quiet = 10min;
  limit({patient});
  ASSERT_TRUE(send(start));
  EXPECT_FALSE(send(start + 10s));
  EXPECT_FALSE(send(start + 5min)) << "the window is empty, but it was not quiet";
  EXPECT_FALSE(send(start + 15min - 1ns)) << "ten minutes after the try before";
  EXPECT_TRUE(send(start + 25min)) << "ten minutes after the last try";
}

// Gmail: "one connection, then one more at a time".
class RecoveryTest : public RateLimitTest {
 protected:
  ConnectionLimit connections_{4, {&too_much, Phase::connect}};

  void limit_with(const Recovery& recovery, RateScope scope = RateScope::ip, Phase phase = Phase::connect) {
    RateRule recovering = rule(scope, 1, 60s, phase);
    recovering.window.until_quiet = 10min;
    recovering.window.recovery = recovery;
    limit_.emplace(std::vector{recovering}, &conditions_, &connections_);
  }
  std::optional<Verdict> open(Instant now, std::string_view ip = "198.18.2.10") {
    const Session session = session_from(ip);
    EXPECT_FALSE(connections_.connect(now, session));
    return limit_->connect(now, session);
  }
  void close(Instant now) { connections_.disconnected(now, session_from("198.18.2.10")); }
  // A message accepted, the next one too many, and ten minutes of silence behind it.
  Instant forgiven() {
    EXPECT_TRUE(send(start));
    EXPECT_FALSE(send(start));
    return start + 10min;
  }
};

TEST_F(RecoveryTest, BeginsWithOneConnectionAndAllowsOneMoreAtATime) {
  limit_with({.connections = 1, .step = 1, .every = 5min});
  const Instant freed = forgiven();
  EXPECT_FALSE(open(freed));
  EXPECT_TRUE(open(freed + 5min - 1ns));
  close(freed + 5min - 1ns);
  EXPECT_FALSE(open(freed + 5min));
  EXPECT_TRUE(open(freed + 10min - 1ns));
  close(freed + 10min - 1ns);
  EXPECT_FALSE(open(freed + 10min));
  EXPECT_FALSE(open(freed + 15min)) << "as many as ever";
}

TEST_F(RecoveryTest, GrowsByItsStepUpToWhatIsNormal) {
  EXPECT_EQ(recovering_connections({.connections = 1, .step = 2, .every = 5min}, 14min), 5U);
  EXPECT_EQ(length_of({.connections = 1, .step = 2, .every = 5min}, 4), Duration(10min));
  EXPECT_EQ(length_of({.connections = 4, .step = 2, .every = 5min}, 4), Duration{});
  EXPECT_EQ(length_of({}, 4), Duration{}) << "there is none";
}

TEST_F(RecoveryTest, OneConnectionTooManyIsRefusedInTheWordsOfTheLimitAndHarmsNobodyElse) {
  limit_with({.connections = 1, .step = 1, .every = 5min}, RateScope::ip, Phase::data);
  const Instant freed = forgiven();
  ASSERT_FALSE(open(freed));
  const auto verdict = open(freed);
  ASSERT_TRUE(verdict);
  EXPECT_EQ(verdict->reply, &too_much);
  EXPECT_EQ(verdict->phase, Phase::data);
  EXPECT_EQ(verdict->scope, "ip");
  close(freed);
  EXPECT_FALSE(open(freed + 5min)) << "the penalty did not begin anew";
  EXPECT_FALSE(open(freed, "198.18.2.11"));
  EXPECT_FALSE(open(freed, "198.18.2.11")) << "who was never over the limit may have as many as ever";
}

TEST_F(RecoveryTest, FollowsALimitOfConnectionsToo) {
  limit_with({.connections = 1, .step = 1, .every = 5min}, RateScope::conn);
  const Instant freed = forgiven();
  EXPECT_FALSE(open(freed));
  close(freed);
  EXPECT_FALSE(open(freed + 70s));
  EXPECT_TRUE(open(freed + 140s));
}

TEST_F(RecoveryTest, IsNothingWhereConnectionsAreNotLimited) {
  RateRule recovering = rule(RateScope::ip, 1, 60s);
  recovering.window.until_quiet = 10min;
  recovering.window.recovery = {.connections = 1, .step = 1, .every = 5min};
  limit({recovering});
  const Instant freed = forgiven();
  EXPECT_FALSE(open(freed));
  EXPECT_FALSE(open(freed));
}

// Barracuda: the clock is cut into half hours.
TEST_F(RateLimitTest, AFixedFrameEndsWithTheClock) {
  auto framed = rule(RateScope::ip, 2, 30min);
  framed.window.fixed_frame = true;
  limit({framed});
  EXPECT_EQ(accepted_of(3, start + 29min), 2);
  EXPECT_FALSE(send(start + 30min - 1ns));
  EXPECT_EQ(accepted_of(3, start + 30min), 2) << "a new frame, however short the old one was";
}

TEST_F(RateLimitTest, AFixedFrameAddsUpFromItsBeginning) {
  auto framed = rule(RateScope::ip, 2, 30min);
  framed.window.fixed_frame = true;
  limit({framed});
  EXPECT_EQ(accepted_of(1, start), 1);
  EXPECT_EQ(accepted_of(2, start + 29min), 1);
}

TEST_F(RateLimitTest, ABlockMayOutlastTheFrame) {
  auto framed = rule(RateScope::ip, 1, 30min);
  framed.window.fixed_frame = true;
  framed.window.block = 1h;
  limit({framed});
  ASSERT_TRUE(send(start));
  ASSERT_FALSE(send(start + 10min));
  EXPECT_FALSE(send(start + 70min - 1ns));
  EXPECT_TRUE(send(start + 70min));
}

TEST_F(RateLimitTest, ConditionsTightenEveryLimitAsTheyStand) {
  limit({rule(RateScope::ip, 4, 60s)});
  conditions_.limits_ppm = 500'000;
  EXPECT_EQ(accepted_of(5, start), 2);
  conditions_.limits_ppm = 1'000'000;
  EXPECT_EQ(accepted_of(5, start), 2) << "four in all";
}

TEST_F(RateLimitTest, ATightenedLimitStillLetsOnePass) {
  limit({rule(RateScope::ip, 4, 60s)});
  conditions_.limits_ppm = 0;
  EXPECT_EQ(accepted_of(5, start), 1);
}

TEST_F(RateLimitTest, WithoutConditionsLimitsStandAsWritten) {
  limit_.emplace(std::vector{rule(RateScope::ip, 2, 60s)});
  EXPECT_EQ(accepted_of(5, start), 2);
}

TEST_F(RateLimitTest, ConnectionsCountWhenTheyComeWheneverTheRefusalIsSpoken) {
  limit({rule(RateScope::conn, 2, 60s, Phase::data)});
  const Session session = session_from("198.18.2.10");
  EXPECT_FALSE(limit_->connect(start, session));
  EXPECT_FALSE(limit_->connect(start, session));
  const auto verdict = limit_->connect(start, session);
  ASSERT_TRUE(verdict);
  EXPECT_EQ(verdict->phase, Phase::data) << "for the chain to keep until then";
  EXPECT_EQ(verdict->scope, "conn");
  EXPECT_FALSE(limit_->hooks().data) << "nothing is left to ask";
}

// A connection that stays open must not be judged by how things stood when it was opened.
TEST_F(RateLimitTest, AnIpWindowIsLookedAtInThePhaseInWhichItSpeaks) {
  limit({rule(RateScope::ip, 1, 60s, Phase::data)});
  const Session open = session_from("198.18.2.10");
  EXPECT_FALSE(limit_->hooks().connect);
  EXPECT_FALSE(limit_->data(start, open, message_));
  ASSERT_TRUE(send(start));
  EXPECT_TRUE(limit_->data(start, open, message_));
}

TEST_F(RateLimitTest, NetblockIs24BitsOfIpv4And64OfIpv6) {
  limit({rule(RateScope::netblock24, 1, 60s)});
  EXPECT_TRUE(send(start, "198.18.2.10"));
  EXPECT_FALSE(send(start, "198.18.2.99"));
  EXPECT_TRUE(send(start, "198.18.3.10"));
  EXPECT_TRUE(send(start, "2001:db8:0:1::1"));
  EXPECT_FALSE(send(start, "2001:db8:0:1:ffff::2"));
  EXPECT_TRUE(send(start, "2001:db8:0:2::1"));
}

TEST_F(RateLimitTest, SenderIgnoresLetterCaseAndSparesTheNullSender) {
  limit({rule(RateScope::sender, 1, 60s)});
  EXPECT_TRUE(send(start, "198.18.2.10", "News@Shop.example"));
  EXPECT_FALSE(send(start, "198.18.2.11", "news@shop.example"));
  EXPECT_TRUE(send(start, "198.18.2.10", ""));
  EXPECT_TRUE(send(start, "198.18.2.10", ""));
}

TEST_F(RateLimitTest, SenderDomainAddsUpAllItsSenders) {
  limit({rule(RateScope::sender_domain, 1, 60s)});
  EXPECT_TRUE(send(start, "198.18.2.10", "a@shop.example"));
  EXPECT_FALSE(send(start, "198.18.2.11", "b@SHOP.example"));
  EXPECT_TRUE(send(start, "198.18.2.10", "a@other.example"));
}

TEST_F(RateLimitTest, HeaderDomainAndMessageIdAreKnownAtData) {
  limit({rule(RateScope::hdr_domain, 2, 60s), rule(RateScope::message_id, 1, 60s)});
  message_.header_from_domain = "shop.example";
  message_.message_id = "1@shop.example";
  EXPECT_TRUE(send(start));
  EXPECT_FALSE(send(start)) << "the same Message-ID";
  message_.message_id = "2@shop.example";
  EXPECT_TRUE(send(start));
  message_.message_id = "3@shop.example";
  EXPECT_FALSE(send(start)) << "the header domain's third";
  message_.header_from_domain = message_.message_id = "";
  EXPECT_TRUE(send(start)) << "what a message does not have is not counted";
}

TEST_F(RateLimitTest, DkimDomainIsEachThatSignsOnce) {
  using auth::DkimResult;
  limit({rule(RateScope::dkim_domain, 2, 60s)});
  const SignatureFacts good{.result = DkimResult::pass, .domain = "shop.example", .selector = "s1"};
  SignatureFacts twin = good;
  twin.selector = "s2";
  SignatureFacts other = good;
  other.domain = "platform.example";
  SignatureFacts broken = good;
  broken.result = DkimResult::fail;

  authenticate("", {good, twin});
  EXPECT_TRUE(send(start)) << "two signatures of one domain are one unit";
  EXPECT_TRUE(send(start, "198.18.2.11"));
  EXPECT_FALSE(send(start, "198.18.2.12"));
  authenticate("", {broken});
  EXPECT_TRUE(send(start)) << "one that fails says nothing about who sent it";
  authenticate("", {other});
  EXPECT_TRUE(send(start));
  authenticate("", {other, good});
  EXPECT_FALSE(send(start)) << "one domain over its limit is enough";
}

TEST_F(RateLimitTest, SpfDomainIsWhatSpfPassesForWhoeverTheSenderIs) {
  limit({rule(RateScope::spf_domain, 1, 60s)});
  authenticate("shop.example");
  EXPECT_TRUE(send(start, "198.18.2.10", "a@shop.example"));
  EXPECT_FALSE(send(start, "198.18.2.11", "b@shop.example"));
  authentication_.spf = auth::SpfOutcome::softfail;
  EXPECT_TRUE(send(start));
  EXPECT_TRUE(limit_->hooks().mail) << "known with the envelope";
}

TEST_F(RateLimitTest, SimilarContentIsCountedWhoeverSendsIt) {
  limit({rule(RateScope::similar_content, 1, 60s)});
  fingerprint_ = 0xf00d;
  EXPECT_TRUE(send(start, "198.18.2.10", "a@shop.example"));
  EXPECT_FALSE(send(start, "198.18.9.9", "b@other.example"));
  fingerprint_ = 0xbeef;
  EXPECT_TRUE(send(start));
  fingerprint_ = 0;
  EXPECT_TRUE(send(start));
  EXPECT_TRUE(send(start)) << "what nobody has read is not similar";
}

TEST_F(RateLimitTest, SenderRecipientsAddUpWhomOneSenderWritesTo) {
  limit({rule(RateScope::sender_rcpts, 3, 60s)});
  EXPECT_TRUE(send(start, "198.18.2.10", "News@shop.example", {"a@isp.example", "b@isp.example"}));
  EXPECT_TRUE(send(start, "198.18.2.11", "news@shop.example", {"c@isp.example"}));
  EXPECT_FALSE(send(start, "198.18.2.12", "news@shop.example", {"d@isp.example"}));
  EXPECT_TRUE(send(start, "198.18.2.12", "other@shop.example", {"d@isp.example"}));
  EXPECT_TRUE(send(start, "198.18.2.12", "", {"d@isp.example"}));
  EXPECT_TRUE(send(start, "198.18.2.12", "", {"a@isp.example", "b@isp.example", "c@isp.example", "d@isp.example"}))
      << "bounces have no sender to be counted";
}

TEST_F(RateLimitTest, UnknownRecipientsAreSomebodyElsesAffair) {
  limit({rule(RateScope::unknown_rcpts, 1, 60s)});
  const Hooks hooks = limit_->hooks();
  EXPECT_FALSE(hooks.connect || hooks.helo || hooks.mail || hooks.rcpt || hooks.data || hooks.accepted);
}

TEST_F(RateLimitTest, RecipientsAreCountedOneByOneAndPerMailbox) {
  limit({rule(RateScope::rcpt, 2, 60s)});
  EXPECT_TRUE(send(start, "198.18.2.10", "a@shop.example", {"jane@isp.example", "joe@isp.example"}));
  EXPECT_TRUE(send(start, "198.18.2.11", "b@shop.example", {"Jane+news@isp.example"}));
  EXPECT_FALSE(send(start, "198.18.2.12", "c@shop.example", {"jane@isp.example"}));
  EXPECT_TRUE(send(start, "198.18.2.12", "c@shop.example", {"joe@isp.example"}));
}

TEST_F(RateLimitTest, RecipientsSpokenOfAtDataRefuseTheMessage) {
  limit({rule(RateScope::rcpt, 1, 60s, Phase::data)});
  EXPECT_TRUE(send(start, "198.18.2.10", "a@shop.example", {"jane@isp.example"}));
  EXPECT_FALSE(send(start, "198.18.2.10", "a@shop.example", {"joe@isp.example", "jane@isp.example"}));
  EXPECT_TRUE(send(start, "198.18.2.10", "a@shop.example", {"joe@isp.example"})) << "was not counted";
}

TEST_F(RateLimitTest, PairIsSenderAndRecipient) {
  limit({rule(RateScope::pair, 1, 60s)});
  EXPECT_TRUE(send(start, "198.18.2.10", "a@shop.example"));
  EXPECT_FALSE(send(start, "198.18.2.10", "a@shop.example"));
  EXPECT_TRUE(send(start, "198.18.2.10", "b@shop.example"));
}

// Barracuda: "counts messages per (sender IP, recipient domain)".
TEST_F(RateLimitTest, IpAndRecipientDomainCountsOncePerMessage) {
  limit({rule(RateScope::ip_rcptdomain, 2, 60s)});
  EXPECT_TRUE(send(start, "198.18.2.10", "a@shop.example", {"a@isp.example", "b@isp.example", "c@isp.example"}));
  EXPECT_TRUE(send(start, "198.18.2.10", "a@shop.example", {"a@isp.example"}));
  EXPECT_FALSE(send(start, "198.18.2.10", "a@shop.example", {"a@isp.example"}));
  EXPECT_TRUE(send(start, "198.18.2.10", "a@shop.example", {"a@other.example"}));
}

// What RCPT accepted has not been accepted at end of data yet, and must count all the same.
TEST_F(RateLimitTest, RecipientsOfTheTransactionUnderWayCount) {
  limit({rule(RateScope::sender_rcpts, 3, 60s)});
  Session session = session_from("198.18.2.10");
  int accepted = 0;
  for (int i = 0; i < 50; ++i) {
    const Recipient candidate = recipient("person" + std::to_string(i) + "@isp.example");
    if (limit_->rcpt(start, session, candidate)) continue;
    session.recipients.push_back(candidate);
    ++accepted;
  }
  EXPECT_EQ(accepted, 3);
  limit_->accepted(start, session, {});
  EXPECT_FALSE(send(start)) << "they are not counted twice, and not forgotten";
  EXPECT_TRUE(send(start + 65s));
}

TEST_F(RateLimitTest, AMailboxNamedTwiceInOneTransactionCountsTwice) {
  limit({rule(RateScope::rcpt, 2, 60s), rule(RateScope::pair, 3, 60s)});
  Session session = session_from("198.18.2.10");
  session.recipients = {recipient("jane@isp.example"), recipient("joe@isp.example")};
  EXPECT_FALSE(limit_->rcpt(start, session, recipient("jane+news@isp.example")));
  session.recipients.push_back(recipient("jane+news@isp.example"));
  EXPECT_TRUE(limit_->rcpt(start, session, recipient("jane@isp.example")));
  EXPECT_FALSE(limit_->rcpt(start, session, recipient("joe@isp.example")));
}

TEST_F(RateLimitTest, AMessageToTooManyIsRefusedWhereTheLimitSpeaksAtData) {
  limit({rule(RateScope::sender_rcpts, 2, 60s, Phase::data)});
  EXPECT_FALSE(send(start, "198.18.2.10", "news@shop.example", {"a@isp.example", "b@isp.example", "c@isp.example"}));
  EXPECT_TRUE(send(start, "198.18.2.10", "news@shop.example", {"a@isp.example", "b@isp.example"}));
}

TEST_F(RateLimitTest, ABlockBeginsWithinTheTransaction) {
  auto blocking = rule(RateScope::sender_rcpts, 1, 60s);
  blocking.window.block = 1h;
  limit({blocking});
  Session session = session_from("198.18.2.10");
  session.recipients = {recipient("jane@isp.example")};
  ASSERT_TRUE(limit_->rcpt(start, session, recipient("joe@isp.example")));
  EXPECT_FALSE(send(start + 50min)) << "though nothing was accepted yet";
  EXPECT_TRUE(send(start + 1h));
}

TEST_F(RateLimitTest, EveryTryDisturbsTheQuietWhicheverScopeRefusesIt) {
  auto quiet = rule(RateScope::netblock24, 2, 60s, Phase::data);
  quiet.window.until_quiet = 10min;
  // Of another scope, in an earlier phase and in the same.
  for (const RateRule& other : {rule(RateScope::ip, 1, 1h), rule(RateScope::sender, 1, 1h, Phase::mail),
                                rule(RateScope::ip, 1, 1h, Phase::data)}) {
    limit({quiet, other});
    const std::string_view neighbour = "198.18.2.11";
    ASSERT_TRUE(send(start, "198.18.2.10"));
    ASSERT_TRUE(send(start, neighbour, "a@shop.example"));
    ASSERT_FALSE(send(start, "198.18.2.12", "b@shop.example")) << "the network is over its limit";
    ASSERT_FALSE(send(start + 9min, "198.18.2.10")) << "and the other limit reached, too";
    EXPECT_FALSE(send(start + 11min, "198.18.2.12", "b@shop.example")) << "that was a try";
    EXPECT_TRUE(send(start + 21min, "198.18.2.12", "b@shop.example"));
  }
}

TEST_F(RateLimitTest, WhatAnotherScopeRefusesCountsWhereRefusalsCount) {
  auto strict = rule(RateScope::sender, 3, 1h);
  strict.window.count_refused = true;
  limit({rule(RateScope::ip, 1, 60s, Phase::mail), strict});
  EXPECT_EQ(accepted_of(3, start), 1);
  EXPECT_FALSE(send(start, "198.18.2.11")) << "the sender tried three times";
  EXPECT_TRUE(send(start, "198.18.2.11", "other@shop.example"));
}

TEST_F(RateLimitTest, ConnectionsThatAnotherScopeRefusesAreNotLetIn) {
  limit({rule(RateScope::ip, 1, 60s), rule(RateScope::conn, 2, 1h)});
  ASSERT_EQ(accepted_of(5, start), 1);
  EXPECT_TRUE(send(start + 65s)) << "the second connection";
  EXPECT_FALSE(send(start + 130s));
}

TEST_F(RateLimitTest, CountsTheRecipientsOfAnAddress) {
  limit({rule(RateScope::ip_rcpts, 3, 1h)});
  ASSERT_TRUE(send(start, "198.18.2.10", "a@shop.example", {"a@isp.example", "b@isp.example"}));
  ASSERT_TRUE(send(start, "198.18.2.10", "b@shop.example", {"a@isp.example", "b@isp.example"})) << "one of the two";
  EXPECT_FALSE(send(start, "198.18.2.10", "c@shop.example")) << "whoever writes";
  EXPECT_TRUE(send(start, "198.18.2.11", "c@shop.example"));
}

TEST_F(RateLimitTest, ForgetsWhoHasGone) {
  limit({rule(RateScope::ip, 10, 60s)});
  std::size_t most = 0;
  for (int i = 0; i < 20'000; ++i) {
    send(start + i * 1s, IpAddress::v4(0xc6120000U + static_cast<std::uint32_t>(i)).to_string());
    most = std::max(most, limit_->size());
  }
  EXPECT_LE(most, 140U) << "65 addresses are within the window at any time";
}

TEST(RateScope, NamesReadBack) {
  for (std::size_t i = 0; i < rate_scope_count; ++i) {
    const auto scope = static_cast<RateScope>(i);
    EXPECT_EQ(parse_rate_scope(to_string(scope)), scope);
  }
  EXPECT_EQ(parse_rate_scope("url_domain"), std::nullopt);
}

}  // namespace
}  // namespace mailrig::policy
