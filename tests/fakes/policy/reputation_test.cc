#include "fakes/policy/reputation.h"

#include <gtest/gtest.h>

#include "tests/fakes/policy/auth_fixture.h"

namespace mailrig::policy {
namespace {

using namespace testing;

const ReplyTemplate throttled = reply(Event::reputation_throttled, 421);
const ReplyTemplate blocked = reply(Event::reputation_blocked, 550);
const ReplyTemplate throttled_name = reply(Event::reputation_throttled, 451);
const ReplyTemplate blocked_name = reply(Event::reputation_blocked, 554);

class Traps : public MailboxDirectory {
 public:
  MailboxStatus status(std::string_view local_part, std::string_view) const override {
    return local_part == "trap" ? MailboxStatus::trap : MailboxStatus::ok;
  }
};

class ReputationTest : public ::testing::Test {
 protected:
  ReputationTest() {
    settings_.identities = {SenderIdentity::ip};
    settings_.initial_daily_cap = 10;  // 20 are the cap
    placement_.spread_ppm = 0;
  }

  Reputation& policy() {
    if (!policy_) policy_.emplace(settings_, placement_, words_, directory_, Draw(1), "isp");
    return *policy_;
  }
  // One message to so many mailboxes, accepted.
  void send(std::uint32_t copies, Instant now = start, std::string_view to = "jane@isp.example") {
    Session session = session_;
    session.recipients.assign(copies, recipient(to));
    policy().accepted(now, session, message_);
  }
  void miss(int times) {
    for (int i = 0; i < times; ++i) policy().unknown_recipient(start, session_, recipient("nobody@isp.example"));
  }
  static const ReplyTemplate* said(const std::optional<Verdict>& verdict) { return verdict ? verdict->reply : nullptr; }
  const ReplyTemplate* at_connect(Instant now = start) { return said(policy().connect(now, session_)); }
  const ReplyTemplate* at_data(Instant now = start) { return said(policy().data(now, session_, message_)); }
  Placement placed(Instant now = start) {
    Placement placement;
    policy().place(now, session_, message_, placement);
    return placement;
  }
  ReputationFacts remembered(Instant now = start) {
    Recollection recollection;
    policy().recall(now, session_, &message_, recollection);
    return recollection.weighed.value();
  }
  // What is known of an identity of the session's message.
  IdentityRecord record(SenderIdentity identity, Instant now = start) { return remembered(now).of(identity); }

  ReputationSettings settings_;
  PlacementSettings placement_;
  Reputation::Words words_{.throttled = {&throttled, Phase::connect},
                           .blocked = {&blocked, Phase::connect},
                           .throttled_domain = {},
                           .blocked_domain = {}};
  const Traps directory_;
  Session session_ = session_from("198.18.2.10");
  MessageFacts message_;
  std::optional<Reputation> policy_;
};

TEST_F(ReputationTest, ANewcomerIsTurnedAwayAtItsCap) {
  send(19);
  EXPECT_EQ(at_connect(), nullptr);
  send(1);
  const auto verdict = policy().connect(start, session_);
  EXPECT_EQ(said(verdict), &throttled);
  EXPECT_EQ(verdict->scope, "ip");
  session_.client_ip = IpAddress::parse("198.18.2.11").value();
  EXPECT_EQ(at_connect(), nullptr) << "each address has its own";
}

TEST_F(ReputationTest, WhoIsOverTheCapWaitsForTheNextDayUtc) {
  send(20);
  ASSERT_EQ(at_connect(), &throttled);
  const Instant midnight = *parse_rfc3339("2026-03-03T00:00:00Z");
  EXPECT_EQ(at_connect(midnight - 1ns), &throttled);
  EXPECT_EQ(at_connect(midnight), nullptr);
}

TEST_F(ReputationTest, OrForAsLongAsTheProfileHolds) {
  settings_.hold = 20h;
  send(20);
  ASSERT_EQ(at_connect(), &throttled);
  EXPECT_EQ(at_connect(start + 20h - 1ns), &throttled) << "past midnight";
  EXPECT_EQ(at_connect(start + 20h), nullptr);
}

TEST_F(ReputationTest, AfterAHoldATenthOfTheCapMayPass) {
  settings_.hold = 2h;
  send(20);
  ASSERT_EQ(at_connect(), &throttled);
  ASSERT_EQ(at_connect(start + 2h - 1ns), &throttled);
  ASSERT_EQ(at_connect(start + 2h), nullptr);
  send(1, start + 2h);
  ASSERT_EQ(at_connect(start + 2h), nullptr) << "one of two";
  send(1, start + 2h);
  EXPECT_EQ(at_connect(start + 2h), &throttled) << "closed again";
  EXPECT_EQ(at_connect(start + 4h - 1ns), &throttled);
  EXPECT_EQ(at_connect(start + 4h), nullptr);
}

TEST_F(ReputationTest, WhatAHoldLetsPassIsOfItsOwnDay) {
  settings_.hold = 2h;
  settings_.growth_milli = 0;  // so that the cap stays
  const Instant midnight = *parse_rfc3339("2026-03-03T00:00:00Z");
  const Instant evening = midnight - 3h;
  send(100, evening);
  ASSERT_EQ(at_connect(evening), &throttled) << "102 would be the day's next limit";
  send(20, midnight);
  EXPECT_NE(at_connect(midnight), nullptr) << "the cap, as nobody was held today";
}

TEST_F(ReputationTest, ASessionIsRecalledWithoutAMessage) {
  settings_.hold = 2h;
  send(20);
  ASSERT_EQ(at_connect(), &throttled);
  Recollection recollection;
  policy().recall(start + 1h, session_, nullptr, recollection);
  ASSERT_TRUE(recollection.weighed);
  EXPECT_EQ(recollection.weighed->authentication, AuthenticationLevel::unknown);
  EXPECT_EQ(recollection.weighed->of(SenderIdentity::ip).today, 20U);
  EXPECT_TRUE(recollection.weighed->of(SenderIdentity::ip).held);
  Reputation other(settings_, placement_, words_, directory_, Draw(1), "isp");
  other.imagine(recollection);
  EXPECT_EQ(said(other.connect(start + 1h, session_)), &throttled) << "as it was judged";
  recollection.weighed->of(SenderIdentity::ip) = {.known = true, .active_days = 30, .today = 5};
  other.imagine(recollection);
  EXPECT_EQ(said(other.connect(start + 1h, session_)), nullptr);
}

TEST_F(ReputationTest, AnHourMayHaveACapOfItsOwn) {
  settings_.initial_daily_cap = 100;
  settings_.initial_hourly_cap = 10;  // 20 are turned away
  send(19, start + 1h);
  EXPECT_EQ(at_connect(start + 1h), nullptr);
  send(1, start + 1h + 59min);
  EXPECT_EQ(at_connect(start + 1h + 59min), &throttled);
  EXPECT_EQ(at_connect(start + 2h), nullptr) << "the next hour of the clock";
  send(19, start + 2h);
  EXPECT_EQ(at_connect(start + 2h), nullptr);
  EXPECT_EQ(at_connect(start + 25h), nullptr) << "the same hour of another day";
}

TEST_F(ReputationTest, TheHoursCapGrowsWithTheDays) {
  settings_.initial_daily_cap = 100;
  settings_.initial_hourly_cap = 10;
  for (int hour = 0; hour < 10; ++hour) send(19, start + hour * 1h);  // 190: 266 are fine tomorrow, and 26 an hour
  send(52, start + 24h);
  EXPECT_EQ(at_connect(start + 24h), nullptr);
  send(1, start + 24h);
  EXPECT_EQ(at_connect(start + 24h), &throttled);
}

TEST_F(ReputationTest, TheCapGrowsWithWhatWasSent) {
  send(20);
  send(55, start + 24h);
  EXPECT_EQ(at_connect(start + 24h), nullptr) << "1.4 times 20, twice";
  send(1, start + 24h);
  EXPECT_EQ(at_connect(start + 24h), &throttled);
}

TEST_F(ReputationTest, ABadScoreRefusesForGood) {
  settings_.block_below_ppm = 640'000;
  send(4, start, "trap@isp.example");
  EXPECT_EQ(at_connect(), nullptr);
  send(1, start, "trap@isp.example");
  const auto verdict = policy().connect(start, session_);
  EXPECT_EQ(said(verdict), &blocked);
  EXPECT_EQ(verdict->scope, "ip");
}

TEST_F(ReputationTest, MailboxesThatDoNotExistSpoilTheScore) {
  settings_.block_below_ppm = 650'000;
  miss(49);
  EXPECT_EQ(at_connect(), nullptr);
  miss(1);
  EXPECT_EQ(at_connect(), &blocked);
}

TEST_F(ReputationTest, ADoubtfulScoreMakesTheCapATenth) {
  settings_.throttle_below_ppm = 650'000;
  send(1);
  miss(50);
  EXPECT_EQ(at_connect(), nullptr) << "one of two";
  send(1);
  EXPECT_EQ(at_connect(), &throttled);
}

TEST_F(ReputationTest, SoManyTrapsRefuseWhateverTheScore) {
  settings_.trap_hits_block = 3;
  settings_.block_below_ppm = 0;
  send(2, start, "trap@isp.example");
  EXPECT_EQ(at_connect(), nullptr);
  send(1, start, "trap@isp.example");
  EXPECT_EQ(at_connect(), &blocked);
}

TEST_F(ReputationTest, SpeaksInThePhasesOfItsWords) {
  words_.throttled.phase = Phase::mail;
  words_.blocked.phase = Phase::rcpt;
  const Hooks hooks = policy().hooks();
  EXPECT_TRUE(hooks.mail && hooks.rcpt && hooks.placement && hooks.unknown_recipient && hooks.accepted);
  EXPECT_FALSE(hooks.connect || hooks.helo || hooks.data);
  send(20);
  EXPECT_EQ(at_connect(), nullptr);
  EXPECT_EQ(said(policy().mail(start, session_, {})), &throttled);
}

TEST_F(ReputationTest, NamesAreSpokenOfAfterDataInTheirOwnWords) {
  settings_.identities = {SenderIdentity::hdr_domain};
  words_.throttled_domain = Utterance{&throttled_name, Phase::data};
  words_.blocked_domain = Utterance{&blocked_name, Phase::data};
  message_.header_from_domain = "shop.example";
  EXPECT_TRUE(policy().hooks().data);
  send(20);
  EXPECT_EQ(at_connect(), nullptr);
  const auto verdict = policy().data(start, session_, message_);
  EXPECT_EQ(said(verdict), &throttled_name);
  EXPECT_EQ(verdict->scope, "hdr_domain");
  settings_.trap_hits_block = 1;
  policy_.reset();
  send(1, start, "trap@isp.example");
  EXPECT_EQ(at_data(), &blocked_name);
}

TEST_F(ReputationTest, WithoutWordsForNamesTheyOnlyCountInTheScore) {
  settings_.identities = {SenderIdentity::hdr_domain};
  message_.header_from_domain = "shop.example";
  EXPECT_FALSE(policy().hooks().data);
  send(1000);
  EXPECT_EQ(at_data(), nullptr);
  EXPECT_EQ(record(SenderIdentity::hdr_domain).today, 1000U);
}

TEST_F(ReputationTest, NetworksAreNotAskedAgainAfterData) {
  words_.throttled_domain = Utterance{&throttled_name, Phase::data};
  send(20);
  EXPECT_EQ(at_connect(), &throttled);
  EXPECT_EQ(at_data(), nullptr);
}

TEST_F(ReputationTest, EachIdentityHasItsOwnHistory) {
  settings_.identities = {SenderIdentity::ip,         SenderIdentity::netblock24, SenderIdentity::dkim_domain,
                          SenderIdentity::spf_domain, SenderIdentity::hdr_domain, SenderIdentity::sender};
  session_ = authenticated();
  session_.authentication.signatures = {{.result = auth::DkimResult::fail, .domain = "forged.example", .selector = "s"},
                                        {.result = auth::DkimResult::pass, .domain = "shop.example", .selector = "s"}};
  message_.header_from_domain = "shop.example";
  send(3);
  EXPECT_EQ(policy().size(), 6U);
  for (const SenderIdentity identity : settings_.identities) {
    EXPECT_EQ(record(identity).today, 3U) << to_string(identity);
  }
  // All but the network are others'.
  session_.client_ip = IpAddress::parse("198.18.2.200").value();
  session_.mail_from = "other@shop.example";
  session_.authentication.signatures.pop_back();
  session_.authentication.spf = auth::SpfOutcome::softfail;
  message_.header_from_domain = "other.example";
  EXPECT_EQ(record(SenderIdentity::ip).today, 0U);
  EXPECT_EQ(record(SenderIdentity::netblock24).today, 3U);
  EXPECT_FALSE(record(SenderIdentity::dkim_domain).known) << "no signature passes";
  EXPECT_FALSE(record(SenderIdentity::spf_domain).known) << "SPF does not pass";
  EXPECT_EQ(record(SenderIdentity::hdr_domain).today, 0U);
  EXPECT_EQ(record(SenderIdentity::sender).today, 0U);
  session_.mail_from.clear();
  EXPECT_FALSE(record(SenderIdentity::sender).known) << "bounces have no sender";
}

TEST_F(ReputationTest, MailOfABadScoreIsSpam) {
  placement_.junk_below_ppm = 700'000;
  session_.authentication.results_field = "looked at";
  const Placement strangers = placed();
  EXPECT_TRUE(strangers.spam);
  EXPECT_EQ(strangers.reason, "reputation");
  EXPECT_LT(strangers.score_milli, 700);
  EXPECT_EQ(strangers.junk_below_milli, 700);
  session_.authentication.dkim_aligned = true;
  EXPECT_FALSE(placed().spam);
}

TEST_F(ReputationTest, WhatTheTextIsWorthCountsOnceItWasRead) {
  placement_.junk_below_ppm = 700'000;
  session_.content.score_milli = 0;
  EXPECT_FALSE(placed().spam);
  session_.content.read = true;
  EXPECT_TRUE(placed().spam);
}

TEST_F(ReputationTest, AuthenticationIsForTheAuthorOrForAnother) {
  AuthenticationFacts& found = session_.authentication;
  const auto level_of = [&](auto change) {
    found = {};
    found.results_field = "looked at";
    found.author_domain = "shop.example";
    change();
    return remembered().authentication;
  };
  using Level = AuthenticationLevel;
  EXPECT_EQ(level_of([&] { found.results_field.clear(); }), Level::unknown) << "nobody looked";
  EXPECT_EQ(level_of([] {}), Level::none);
  EXPECT_EQ(level_of([&] { found.spf_aligned = true; }), Level::aligned);
  EXPECT_EQ(level_of([&] { found.dkim_aligned = true; }), Level::aligned);
  EXPECT_EQ(level_of([&] { found.dmarc = auth::DmarcResult::pass; }), Level::aligned);
  EXPECT_EQ(level_of([&] { found.arc_vouches = true; }), Level::aligned);
  const auto spf_for = [&](std::string_view domain) {
    return level_of([&] {
      found.spf = auth::SpfOutcome::pass;
      found.spf_domain = domain;
    });
  };
  EXPECT_EQ(spf_for("platform.example"), Level::unaligned);
  EXPECT_EQ(spf_for("Shop.example"), Level::aligned) << "without a DMARC record the names tell";
  const auto signed_by = [&](std::string domain) {
    return level_of([&] {
      found.dkim = auth::DkimResult::pass;
      found.signatures = {{.result = auth::DkimResult::pass, .domain = std::move(domain), .selector = "s"}};
    });
  };
  EXPECT_EQ(signed_by("platform.example"), Level::unaligned);
  EXPECT_EQ(signed_by("shop.example"), Level::aligned);
}

TEST_F(ReputationTest, TheSameMessageDrawsTheSameLotEachTime) {
  placement_.spread_ppm = 200'000;
  // A newcomer's address is worth this much, in the middle of the band.
  placement_.junk_below_ppm = 809'000;
  int spam = 0;
  for (std::uint64_t id = 1; id <= 1000; ++id) {
    message_.rig_id = id;
    const bool first = placed().spam;
    ASSERT_EQ(placed(start + 1h).spam, first);
    spam += first;
  }
  EXPECT_GT(spam, 420);
  EXPECT_LT(spam, 580);
}

TEST_F(ReputationTest, KnowsWhoTheWorldKnows) {
  settings_.identities = {SenderIdentity::ip, SenderIdentity::netblock24, SenderIdentity::hdr_domain,
                          SenderIdentity::sender};
  message_.header_from_domain = "Shop.example";
  policy().remember(start, {.ip = session_.client_ip, .domain = "shop.example", .days = 60, .copies_a_day = 1000});
  for (const SenderIdentity identity : {SenderIdentity::ip, SenderIdentity::netblock24, SenderIdentity::hdr_domain}) {
    EXPECT_EQ(record(identity).active_days, 60U) << to_string(identity);
    EXPECT_EQ(record(identity).recent_max, 1000U) << to_string(identity);
  }
  EXPECT_EQ(record(SenderIdentity::sender).active_days, 0U) << "the world knows domains, not addresses";
  send(2799);
  EXPECT_EQ(at_connect(), nullptr);
  send(1);
  EXPECT_EQ(at_connect(), &throttled);
}

TEST_F(ReputationTest, ForgetsWhoWasSilentForTooLong) {
  settings_.memory = 24h * 10;
  send(5);
  EXPECT_EQ(record(SenderIdentity::ip, start + 24h * 10).active_days, 1U);
  EXPECT_EQ(record(SenderIdentity::ip, start + 24h * 10 + 1ns).active_days, 0U);
}

}  // namespace
}  // namespace mailrig::policy
