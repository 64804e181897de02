#include "fakes/policy/bulk_sender.h"

#include <gtest/gtest.h>

#include "tests/fakes/policy/auth_fixture.h"

namespace mailrig::policy {
namespace {

using namespace testing;

class BulkSenderTest : public ::testing::Test {
 protected:
  BulkSender policy(BulkSettings settings) const {
    return {settings,
            {.spf = spf_.refusals(),
             .dkim = dkim_.refusals(),
             .dmarc = dmarc_.refusals(),
             .alignment = alignment_.refusals(),
             .tls = tls_.refusals(),
             .ptr = ptr_.refusals(),
             .unsubscribe = unsubscribe_.refusals(),
             .feedback_id = feedback_id_.refusals()},
            Draw(1),
            "isp"};
  }
  static BulkSettings all(std::uint32_t threshold) {
    return {.threshold_per_day = threshold,
            .spf = true,
            .dkim = true,
            .dmarc = BulkSettings::Dmarc::pass,
            .alignment = true};
  }
  static void send(BulkSender& bulk, int messages, Instant now = start, const Session& session = authenticated()) {
    for (int i = 0; i < messages; ++i) bulk.accepted(now, session, {});
  }
  static Session unsigned_one() {
    Session session = authenticated();
    session.authentication.dkim = auth::DkimResult::none;
    return session;
  }
  // What the first objection is about; nothing for none.
  static const ReplyTemplate* answer(BulkSender& bulk, const Session& session, Instant now = start) {
    const auto verdict = bulk.data(now, session, {});
    return verdict ? verdict->reply : nullptr;
  }

  Words spf_{Event::auth_required_bulk}, dkim_{Event::auth_required_bulk}, dmarc_{Event::auth_required_bulk},
      alignment_{Event::auth_required_bulk}, tls_{Event::auth_required_bulk}, ptr_{Event::auth_required_bulk},
      unsubscribe_{Event::auth_required_bulk}, feedback_id_{Event::auth_required_bulk};
};

TEST_F(BulkSenderTest, HoldsADomainToTheRulesOnceItSentEnough) {
  auto bulk = policy(all(5));
  send(bulk, 4);
  EXPECT_EQ(answer(bulk, unsigned_one()), nullptr);
  send(bulk, 1);
  EXPECT_EQ(answer(bulk, unsigned_one()), &dkim_.rejected);
  EXPECT_EQ(answer(bulk, authenticated()), nullptr);
  Session another = unsigned_one();
  another.authentication.author_domain = "other.example";
  EXPECT_EQ(answer(bulk, another), nullptr);
}

TEST_F(BulkSenderTest, EachRecipientCounts) {
  auto bulk = policy(all(5));
  Session session = authenticated();
  for (int i = 0; i < 4; ++i) session.recipients.push_back(recipient("more@isp.example"));
  send(bulk, 1, start, session);
  EXPECT_EQ(answer(bulk, unsigned_one()), &dkim_.rejected);
}

TEST_F(BulkSenderTest, NamesWhatIsMissing) {
  auto bulk = policy(all(1));
  send(bulk, 1);
  Session session = authenticated();
  session.authentication.spf = auth::SpfOutcome::softfail;
  EXPECT_EQ(answer(bulk, session), &spf_.rejected);
  session = authenticated();
  session.authentication.dmarc = auth::DmarcResult::none;
  EXPECT_EQ(answer(bulk, session), &dmarc_.rejected);
  session = authenticated();
  session.authentication.spf_aligned = session.authentication.dkim_aligned = false;
  EXPECT_EQ(answer(bulk, session), &alignment_.rejected);
}

TEST_F(BulkSenderTest, ARecordMayBeEnough) {
  auto bulk = policy({.threshold_per_day = 1, .dmarc = BulkSettings::Dmarc::record});
  send(bulk, 1);
  Session session = authenticated();
  session.authentication.dmarc = auth::DmarcResult::fail;
  EXPECT_EQ(answer(bulk, session), nullptr);
  session.authentication.dmarc_published = false;
  EXPECT_EQ(answer(bulk, session), &dmarc_.rejected);
}

TEST_F(BulkSenderTest, MayHaveToUseTlsAndHaveAName) {
  auto bulk = policy({.threshold_per_day = 1, .tls = true, .ptr = true});
  send(bulk, 1);
  Session session = authenticated();
  EXPECT_EQ(answer(bulk, session), &tls_.rejected);
  session.tls = TlsVersion::tls1_2;
  EXPECT_EQ(answer(bulk, session), &ptr_.rejected);
  session.network.iprev = auth::IprevOutcome::temperror;
  EXPECT_EQ(answer(bulk, session), &ptr_.rejected);
  session.network.iprev = auth::IprevOutcome::pass;
  EXPECT_EQ(answer(bulk, session), nullptr);
}

TEST_F(BulkSenderTest, MayHaveToOfferAWayOut) {
  auto bulk = policy({.threshold_per_day = 1, .unsubscribe = BulkSettings::Missing::required});
  send(bulk, 1);
  Session session = authenticated();
  EXPECT_EQ(answer(bulk, session), nullptr) << "nobody has read the message";
  session.content.read = true;
  EXPECT_EQ(answer(bulk, session), &unsubscribe_.rejected);
  EXPECT_FALSE(junks(bulk, session)) << "it was refused";
  session.content.unsubscribe = true;
  EXPECT_EQ(answer(bulk, session), nullptr);
}

TEST_F(BulkSenderTest, OrLandInTheSpamFolderWithoutOne) {
  auto bulk = policy({.threshold_per_day = 1, .unsubscribe = BulkSettings::Missing::junk});
  Session session = authenticated();
  session.content.read = true;
  EXPECT_FALSE(junks(bulk, session)) << "not a bulk sender yet";
  send(bulk, 1);
  EXPECT_EQ(answer(bulk, session), nullptr);
  EXPECT_TRUE(junks(bulk, session));
  session.content.unsubscribe = true;
  EXPECT_FALSE(junks(bulk, session));
  session.content = {};
  EXPECT_FALSE(junks(bulk, session)) << "nobody has read the message";
}

TEST_F(BulkSenderTest, LikewiseAFeedbackId) {
  auto strict = policy({.threshold_per_day = 1, .feedback_id = BulkSettings::Missing::required});
  auto mild = policy({.threshold_per_day = 1, .feedback_id = BulkSettings::Missing::junk});
  send(strict, 1);
  send(mild, 1);
  Session session = authenticated();
  session.content.read = true;
  EXPECT_EQ(answer(strict, session), &feedback_id_.rejected);
  EXPECT_EQ(answer(mild, session), nullptr);
  EXPECT_TRUE(junks(mild, session));
  session.content.feedback_id = true;
  EXPECT_EQ(answer(strict, session), nullptr);
  EXPECT_FALSE(junks(mild, session));
}

TEST_F(BulkSenderTest, AnotherDomainInTheEnvelopeCostsTheInbox) {
  auto bulk = policy({.threshold_per_day = 1, .same_envelope = true});
  Session session = authenticated();
  session.mail_from = "bounces@platform.example";
  MessageFacts message;
  message.header_from_domain = "shop.example";
  EXPECT_FALSE(junks(bulk, session, message)) << "not a bulk sender yet";
  send(bulk, 1);
  EXPECT_TRUE(junks(bulk, session, message));
  EXPECT_EQ(answer(bulk, session), nullptr) << "and nothing else";
  session.mail_from = "bounces@shop.example";
  EXPECT_FALSE(junks(bulk, session, message));
}

TEST_F(BulkSenderTest, WhereFailuresAreJunkNothingIsRefused) {
  BulkSettings settings = all(1);
  settings.junks = true;
  auto bulk = policy(settings);
  EXPECT_FALSE(junks(bulk, unsigned_one())) << "not a bulk sender yet";
  send(bulk, 1);
  EXPECT_EQ(answer(bulk, unsigned_one()), nullptr);
  EXPECT_FALSE(junks(bulk, authenticated()));
  Placement placement;
  bulk.place(start, unsigned_one(), {}, placement);
  EXPECT_TRUE(placement.spam);
  EXPECT_EQ(placement.reason, "auth_required_bulk") << "the fault's own name";
}

TEST_F(BulkSenderTest, WhatWasForwardedByTheTrustedIsNoFailure) {
  Session forwarded = unsigned_one();
  forwarded.authentication.arc_vouches = true;
  auto refusing = policy(all(1));
  send(refusing, 1);
  EXPECT_EQ(answer(refusing, forwarded), nullptr);
  BulkSettings settings = all(1);
  settings.junks = true;
  auto junking = policy(settings);
  send(junking, 1);
  EXPECT_FALSE(junks(junking, forwarded));
}

TEST_F(BulkSenderTest, TheDaySlidesAlong) {
  auto bulk = policy(all(2));
  send(bulk, 2);
  EXPECT_NE(answer(bulk, unsigned_one(), start + 24h), nullptr);
  EXPECT_EQ(answer(bulk, unsigned_one(), start + 26h), nullptr);
}

// "Bulk sender status is permanent."
TEST_F(BulkSenderTest, OnceABulkSenderAlwaysOneWhereTheProviderSaysSo) {
  BulkSettings settings = all(2);
  settings.permanent = true;
  auto bulk = policy(settings);
  send(bulk, 2);
  EXPECT_EQ(answer(bulk, unsigned_one(), start + 24h * 300), &dkim_.rejected);
}

TEST_F(BulkSenderTest, SubdomainsAddUpInAnOrganization) {
  BulkSettings settings = all(2);
  settings.scope = BulkSettings::Scope::org_domain;
  auto bulk = policy(settings);
  Session session = authenticated();
  for (const char* domain : {"news.shop.example", "Mail.SHOP.example"}) {
    session.authentication.author_domain = domain;
    send(bulk, 1, start, session);
  }
  EXPECT_EQ(answer(bulk, unsigned_one()), &dkim_.rejected);
}

TEST_F(BulkSenderTest, ShareOfRejections) {
  BulkSettings settings = all(1);
  settings.reject_ppm = 300'000;
  auto bulk = policy(settings);
  send(bulk, 1);
  int rejected = 0;
  for (std::uint64_t id = 1; id <= 1000; ++id) {
    MessageFacts facts;
    facts.rig_id = id;
    const auto first = bulk.data(start, unsigned_one(), facts);
    ASSERT_TRUE(first);
    EXPECT_EQ(first->reply, bulk.data(start + 1h, unsigned_one(), facts)->reply) << "the same lot each time";
    rejected += first->reply == &dkim_.rejected;
  }
  EXPECT_GT(rejected, 240);
  EXPECT_LT(rejected, 360);
}

TEST_F(BulkSenderTest, WhatTheDnsDidNotSayIsTriedAgain) {
  auto bulk = policy(all(1));
  send(bulk, 1);
  Session session = authenticated();
  session.authentication.spf = auth::SpfOutcome::temperror;
  EXPECT_EQ(answer(bulk, session), &spf_.deferred);
}

TEST_F(BulkSenderTest, RemembersOnlyWhoSentWithinADay) {
  auto bulk = policy(all(1'000'000));
  Session session = authenticated();
  for (int i = 0; i < 20'000; ++i) {
    session.authentication.author_domain = std::to_string(i) + ".example";
    bulk.accepted(start + i * 1min, session, {});
  }
  // A day and a twelfth has 1,560 minutes.
  EXPECT_LT(bulk.size(), 2 * 1'600U);
}

}  // namespace
}  // namespace mailrig::policy
