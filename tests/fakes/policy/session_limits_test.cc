#include "fakes/policy/session_limits.h"

#include <gtest/gtest.h>

#include "tests/fakes/policy/fixture.h"

namespace mailrig::policy {
namespace {

using namespace testing;

const ReplyTemplate messages = reply(Event::rate_limited, 421);
const ReplyTemplate recipients = reply(Event::too_many_recipients, 452);
const ReplyTemplate on_connection = reply(Event::rate_limited, 452);
const ReplyTemplate null_sender = reply(Event::null_sender_refused, 553);
const ReplyTemplate domains = reply(Event::too_many_recipients, 451);
const ReplyTemplate size = reply(Event::too_large, 552);
const ReplyTemplate hops = reply(Event::protocol_abuse, 554);

SessionLimits limits(const SessionLimitSettings& settings, Phase size_phase = Phase::mail) {
  return SessionLimits(settings, {.too_many_messages = {&messages, Phase::mail},
                                  .too_many_recipients = {&recipients, Phase::rcpt},
                                  .too_many_on_connection = {&on_connection, Phase::rcpt},
                                  .null_sender = {&null_sender, Phase::mail},
                                  .several_domains = {&domains, Phase::rcpt},
                                  .too_large = {&size, size_phase},
                                  .too_many_hops = {&hops, Phase::data}});
}

const ReplyTemplate* said(const std::optional<Verdict>& verdict) {
  return verdict ? verdict->reply : nullptr;
}

TEST(SessionLimits, MessagesPerConnection) {
  auto policy = limits({.messages_per_connection = 2});
  Session session = session_from("198.18.2.10");
  session.messages = 1;
  EXPECT_EQ(said(policy.mail(start, session, {})), nullptr);
  session.messages = 2;
  EXPECT_EQ(said(policy.mail(start, session, {})), &messages);
}

TEST(SessionLimits, RecipientsPerMessage) {
  auto policy = limits({.rcpts_per_message = 2});
  Session session = session_from("198.18.2.10");
  session.recipients = {recipient("a@isp.example")};
  EXPECT_EQ(said(policy.rcpt(start, session, recipient("b@isp.example"))), nullptr);
  session.recipients.push_back(recipient("b@isp.example"));
  EXPECT_EQ(said(policy.rcpt(start, session, recipient("c@isp.example"))), &recipients);
}

TEST(SessionLimits, RecipientsPerConnection) {
  auto policy = limits({.rcpts_per_connection = 5});
  Session session = session_from("198.18.2.10");
  session.recipients_accepted = 4;
  EXPECT_EQ(said(policy.rcpt(start, session, recipient("e@isp.example"))), nullptr);
  session.recipients_accepted = 5;
  const auto verdict = policy.rcpt(start, session, recipient("f@isp.example"));
  EXPECT_EQ(said(verdict), &on_connection);
  EXPECT_EQ(verdict->scope, "conn");
}

TEST(SessionLimits, TheNullSenderMayBeRefused) {
  auto policy = limits({.refuses_null_sender = true});
  const Session session = session_from("198.18.2.10");
  EXPECT_EQ(said(policy.mail(start, session, {.from = ""})), &null_sender);
  EXPECT_EQ(said(policy.mail(start, session, {.from = "news@shop.example"})), nullptr);
  auto others = limits({.size_bytes = 1000});
  EXPECT_EQ(said(others.mail(start, session, {.from = ""})), nullptr) << "bounces are mail like any other";
}

// Gmail: "Multiple destination domains per transaction is unsupported."
TEST(SessionLimits, OneRecipientDomain) {
  auto policy = limits({.one_rcpt_domain_per_transaction = true});
  Session session = session_from("198.18.2.10");
  EXPECT_EQ(said(policy.rcpt(start, session, recipient("a@gmail.com"))), nullptr);
  session.recipients = {recipient("a@gmail.com")};
  EXPECT_EQ(said(policy.rcpt(start, session, recipient("b@GMAIL.com"))), nullptr);
  EXPECT_EQ(said(policy.rcpt(start, session, recipient("b@googlemail.com"))), &domains);
}

// RFC 1870 §6.1: a declared size over the limit is refused at MAIL.
TEST(SessionLimits, SizeDeclaredAndFound) {
  auto policy = limits({.size_bytes = 1000});
  const Session session = session_from("198.18.2.10");
  EXPECT_EQ(said(policy.mail(start, session, {.from = {}, .declared_size = 1000})), nullptr);
  EXPECT_EQ(said(policy.mail(start, session, {.from = {}, .declared_size = 1001})), &size);
  MessageFacts message;
  message.size = 1000;
  EXPECT_EQ(said(policy.data(start, session, message)), nullptr);
  message.size = 1001;
  EXPECT_EQ(said(policy.data(start, session, message)), &size) << "declared or not";
}

TEST(SessionLimits, WhoSpeaksOfSizeAfterDataIgnoresTheDeclaration) {
  auto policy = limits({.size_bytes = 1000}, Phase::data);
  EXPECT_EQ(said(policy.mail(start, session_from("198.18.2.10"), {.from = {}, .declared_size = 5000})), nullptr);
}

// RFC 5321 §6.3: "simple counting of the number of Received: header fields".
TEST(SessionLimits, Hops) {
  auto policy = limits({.max_received_hops = 50});
  MessageFacts message;
  message.received_hops = 50;
  EXPECT_EQ(said(policy.data(start, session_from("198.18.2.10"), message)), nullptr);
  message.received_hops = 51;
  EXPECT_EQ(said(policy.data(start, session_from("198.18.2.10"), message)), &hops);
}

TEST(SessionLimits, ZeroIsNoLimitAndAsksForNothing) {
  const Hooks hooks = limits({}).hooks();
  EXPECT_FALSE(hooks.mail || hooks.rcpt || hooks.data);
  EXPECT_TRUE(limits({.rcpts_per_connection = 1}).hooks().rcpt);
  EXPECT_TRUE(limits({.refuses_null_sender = true}).hooks().mail);
}

}  // namespace
}  // namespace mailrig::policy
