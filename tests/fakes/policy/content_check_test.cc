#include "fakes/policy/content_check.h"

#include <gtest/gtest.h>

#include "tests/fakes/policy/fixture.h"

namespace mailrig::policy {
namespace {

using namespace testing;

const ReplyTemplate rejected = reply(Event::content_rejected, 550);
const ReplyTemplate deferred = reply(Event::content_rejected, 451);
const ReplyTemplate virus = reply(Event::virus, 552);

ContentCheck check(ContentSettings settings) {
  return {std::move(settings),
          {.rejected = {&rejected, Phase::data}, .deferred = {&deferred, Phase::data}, .virus = {&virus, Phase::data}}};
}

Session scored(std::int32_t milli) {
  Session session = session_from("198.18.2.10");
  session.content.read = true;
  session.content.score_milli = milli;
  return session;
}

MessageFacts message_with_id(std::string_view id, std::uint64_t body_digest = 7) {
  MessageFacts facts;
  facts.message_id = id;
  facts.body_digest = body_digest;
  return facts;
}

const ReplyTemplate* said(ContentCheck& policy, const Session& session, Instant now = start,
                          const MessageFacts& facts = {}) {
  const auto verdict = policy.data(now, session, facts);
  return verdict ? verdict->reply : nullptr;
}

TEST(ContentCheck, RefusesBelowItsScore) {
  auto policy = check({.reject_below_milli = 3000, .blocked_attachments = {}});
  EXPECT_EQ(said(policy, scored(2999)), &rejected);
  EXPECT_EQ(said(policy, scored(3000)), nullptr);
}

TEST(ContentCheck, WithoutScoresNothingIsRefused) {
  auto policy = check({});
  EXPECT_EQ(said(policy, scored(0)), nullptr);
  EXPECT_FALSE(junks(policy, scored(0)));
}

TEST(ContentCheck, WhatNobodyReadHasNoScore) {
  auto policy = check({.junk_below_milli = 10'000,
                       .reject_below_milli = 9000,
                       .tempfail_below_milli = 9500,
                       .blocked_attachments = {}});
  Session session = scored(0);
  session.content.read = false;
  EXPECT_EQ(said(policy, session), nullptr);
  EXPECT_FALSE(junks(policy, session));
}

TEST(ContentCheck, FilesAsSpamBelowItsScore) {
  auto policy = check({.junk_below_milli = 5000, .blocked_attachments = {}});
  EXPECT_TRUE(junks(policy, scored(4999)));
  EXPECT_FALSE(junks(policy, scored(5000)));
  EXPECT_EQ(said(policy, scored(4999)), nullptr);
}

TEST(ContentCheck, ABlockedAttachmentIsRefusedWhateverTheScore) {
  auto policy = check({.reject_below_milli = 3000, .blocked_attachments = {"exe"}});
  Session session = scored(0);
  session.content.blocked_attachment = true;
  EXPECT_EQ(said(policy, session), &virus) << "it is the worse of the two";
  session.content.score_milli = 10'000;
  EXPECT_EQ(said(policy, session), &virus);
}

TEST(ContentCheck, WhatIsRefusedForGoodIsNotPutOff) {
  auto policy = check({.reject_below_milli = 3000, .tempfail_below_milli = 5000, .blocked_attachments = {}});
  EXPECT_EQ(said(policy, scored(2000)), &rejected);
  EXPECT_EQ(said(policy, scored(4000)), &deferred);
  EXPECT_EQ(said(policy, scored(5000)), nullptr);
}

TEST(ContentCheck, IsLetThroughWhenItComesAgainLateEnough) {
  auto policy = check({.tempfail_below_milli = 5000, .blocked_attachments = {}});
  const MessageFacts message = message_with_id("1@shop.example");
  EXPECT_EQ(said(policy, scored(4000), start, message), &deferred);
  EXPECT_EQ(said(policy, scored(4000), start + 2min - 1ns, message), &deferred);
  EXPECT_EQ(said(policy, scored(4000), start + 2min, message), nullptr) << "since the first try, not the last";
}

TEST(ContentCheck, AnotherMessageOrSenderWaitsForItself) {
  auto policy = check({.tempfail_below_milli = 5000, .retry_after = 1min, .blocked_attachments = {}});
  ASSERT_EQ(said(policy, scored(4000), start, message_with_id("1@shop.example")), &deferred);
  const Instant later = start + 1min;
  EXPECT_EQ(said(policy, scored(4000), later, message_with_id("2@shop.example")), &deferred);
  EXPECT_EQ(said(policy, scored(4000), later, message_with_id("1@shop.example", 8)), &deferred) << "another body";
  Session stranger = scored(4000);
  stranger.mail_from = "other@shop.example";
  EXPECT_EQ(said(policy, stranger, later, message_with_id("1@shop.example")), &deferred);
  Session shouting = scored(4000);
  shouting.mail_from = "NEWS@Shop.example";
  EXPECT_EQ(said(policy, shouting, later, message_with_id("1@shop.example")), nullptr);
}

TEST(ContentCheck, AFirstTryIsForgottenAfterADay) {
  auto policy = check({.tempfail_below_milli = 5000, .blocked_attachments = {}});
  const MessageFacts message = message_with_id("1@shop.example");
  ASSERT_EQ(said(policy, scored(4000), start, message), &deferred);
  EXPECT_EQ(said(policy, scored(4000), start + 24h, message), nullptr);
  EXPECT_EQ(said(policy, scored(4000), start + 24h + 1ns, message), &deferred) << "retries do not prolong it";
}

TEST(ContentSettings, SayWhetherAnybodyNeedsToRead) {
  EXPECT_FALSE(ContentSettings{}.reads());
  for (const auto score : {&ContentSettings::junk_below_milli, &ContentSettings::reject_below_milli,
                           &ContentSettings::tempfail_below_milli}) {
    ContentSettings settings;
    settings.*score = 1;
    EXPECT_TRUE(settings.reads());
  }
  ContentSettings settings;
  settings.blocked_attachments = {"exe"};
  EXPECT_TRUE(settings.reads());
}

}  // namespace
}  // namespace mailrig::policy
