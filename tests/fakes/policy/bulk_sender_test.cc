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
             .unsubscribe = unsubscribe_.refusals()},
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
      unsubscribe_{Event::auth_required_bulk};
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
