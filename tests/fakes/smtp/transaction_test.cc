#include "fakes/smtp/transaction.h"

#include <gtest/gtest.h>

namespace mailrig::smtp {
namespace {

using ResultKind = RecipientResult::Kind;

const Reply ok{.code = 250, .text = "2.0.0 Ok"};
const Reply go_ahead{.code = 354, .text = "go"};
const Reply later{.code = 450, .text = "4.2.0 later"};
const Reply never_again{.code = 550, .text = "5.1.1 no"};
const Reply goodbye{.code = 421, .text = "4.7.0 bye"};

void expect(const RecipientResult& recipient, ResultKind kind, Stage stage, std::optional<Reply> reply) {
  EXPECT_EQ(recipient.kind, kind);
  EXPECT_EQ(recipient.stage, stage);
  EXPECT_EQ(recipient.reply, reply);
}

TEST(Transaction, DeliversToTheAcceptedAndKeepsTheOthersReplies) {
  // RFC 5321 §3.3
  Transaction t(3);
  EXPECT_TRUE(t.mail_replied(ok));
  t.rcpt_replied(ok);
  t.rcpt_replied(never_again);
  t.rcpt_replied(later);
  EXPECT_TRUE(t.any_accepted());
  EXPECT_TRUE(t.data_replied(go_ahead));
  t.message_replied(ok);
  const auto& result = t.result();
  expect(result.recipients[0], ResultKind::delivered, Stage::data, ok);
  expect(result.recipients[1], ResultKind::failed, Stage::rcpt, never_again);
  expect(result.recipients[2], ResultKind::deferred, Stage::rcpt, later);
  EXPECT_TRUE(result.recipients[2].rcpt_answered);
  EXPECT_TRUE(result.connection_usable);
}

TEST(Transaction, RefusedMailDecidesForAll) {
  // RFC 5321 §4.2.1: 4yz temporary, 5yz permanent.
  for (const auto& [reply, kind] :
       {std::pair(later, ResultKind::deferred), std::pair(never_again, ResultKind::failed)}) {
    Transaction t(2);
    EXPECT_FALSE(t.mail_replied(reply));
    // Pipelined behind it; these replies say nothing about the recipients.
    t.rcpt_replied({.code = 503, .text = "need MAIL"});
    t.rcpt_replied({.code = 503, .text = "need MAIL"});
    for (const auto& recipient : t.result().recipients) {
      expect(recipient, kind, Stage::mail, reply);
      EXPECT_FALSE(recipient.rcpt_answered);
    }
    EXPECT_TRUE(t.result().connection_usable);
  }
}

TEST(Transaction, RefusedDataAndMessageDecideForTheAccepted) {
  Transaction data(2);
  data.mail_replied(ok);
  data.rcpt_replied(ok);
  data.rcpt_replied(never_again);
  EXPECT_FALSE(data.data_replied(later));
  expect(data.result().recipients[0], ResultKind::deferred, Stage::data, later);
  expect(data.result().recipients[1], ResultKind::failed, Stage::rcpt, never_again);

  Transaction message(1);
  message.mail_replied(ok);
  message.rcpt_replied(ok);
  message.data_replied(go_ahead);
  message.message_replied(never_again);
  expect(message.result().recipients[0], ResultKind::failed, Stage::data, never_again);
}

TEST(Transaction, CountsNothingAsDeliveredWithoutTheMessage) {
  Transaction t(1);
  t.mail_replied(ok);
  t.rcpt_replied(ok);
  EXPECT_FALSE(t.data_replied(ok));  // 250 where 354 is due
  EXPECT_EQ(t.result().recipients[0].kind, ResultKind::deferred);
}

TEST(Transaction, FullMailboxesStayPermanent) {
  Transaction t(1);
  t.mail_replied(ok);
  t.rcpt_replied({.code = 552, .text = "5.2.2 mailbox full"});
  EXPECT_EQ(t.result().recipients[0].kind, ResultKind::failed);
  EXPECT_FALSE(t.any_accepted());
}

TEST(Transaction, GoodbyeAtRcptEndsItForAllWithoutAnOutcome) {
  // RFC 5321 §3.8
  Transaction t(4);
  t.mail_replied(ok);
  t.rcpt_replied(ok);
  t.rcpt_replied(never_again);
  t.rcpt_replied(goodbye);
  EXPECT_FALSE(t.any_accepted());
  const auto& r = t.result().recipients;
  expect(r[0], ResultKind::deferred, Stage::rcpt, std::nullopt);
  EXPECT_TRUE(r[0].rcpt_answered);
  expect(r[1], ResultKind::failed, Stage::rcpt, never_again);
  EXPECT_EQ(r[2].kind, ResultKind::deferred);
  EXPECT_TRUE(r[2].rcpt_answered);
  expect(r[3], ResultKind::deferred, Stage::rcpt, std::nullopt);
  EXPECT_FALSE(r[3].rcpt_answered);
  EXPECT_FALSE(t.result().connection_usable);
}

TEST(Transaction, GoodbyeElsewhereMakesTheConnectionUnusable) {
  Transaction mail(1);
  EXPECT_FALSE(mail.mail_replied(goodbye));
  expect(mail.result().recipients[0], ResultKind::deferred, Stage::mail, goodbye);
  EXPECT_FALSE(mail.result().connection_usable);

  Transaction message(1);
  message.mail_replied(ok);
  message.rcpt_replied(ok);
  message.data_replied(go_ahead);
  message.message_replied(goodbye);
  expect(message.result().recipients[0], ResultKind::deferred, Stage::data, goodbye);
  EXPECT_FALSE(message.result().connection_usable);
}

TEST(Transaction, InterruptionDefersWhoHasNoOutcome) {
  // RFC 5321 §3.8: "treat the mail transaction as if a 451 response had been received".
  Transaction t(2);
  t.mail_replied(ok);
  t.rcpt_replied(ok);
  t.rcpt_replied(never_again);
  t.data_replied(go_ahead);
  t.interrupted(Stage::data);
  expect(t.result().recipients[0], ResultKind::deferred, Stage::data, std::nullopt);
  expect(t.result().recipients[1], ResultKind::failed, Stage::rcpt, never_again);
  EXPECT_FALSE(t.result().connection_usable);
  // What comes after the end changes nothing.
  t.message_replied(ok);
  EXPECT_EQ(t.result().recipients[0].kind, ResultKind::deferred);
}

TEST(Transaction, SenderMayRuleItOut) {
  Transaction t(1);
  t.failed_by_sender({.code = 550, .text = "5.6.7 no SMTPUTF8"});
  EXPECT_EQ(t.result().recipients[0].kind, ResultKind::failed);
  EXPECT_TRUE(t.result().recipients[0].by_sender);
  EXPECT_FALSE(t.result().recipients[0].rcpt_answered);
  EXPECT_TRUE(t.result().connection_usable);
}

}  // namespace
}  // namespace mailrig::smtp
