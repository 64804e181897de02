#include "fakes/feedback/answers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fakes/mail/header.h"
#include "fakes/report_format/dsn_reader.h"

namespace mailrig::feedback {
namespace {

const Instant noon = *parse_rfc3339("2026-03-02T12:00:00Z");

Arrival arrival(std::string_view content) {
  return {.at = noon,
          .mail_from = "bounces+7@shop.example",
          .recipient = "anna+reply@gmail.com",
          .mailbox = "anna@gmail.com",
          .host = "mx.gmail.com",
          .message_id = "7@shop.example",
          .content = content};
}

std::string value(const mail::Outgoing& message, std::string_view field) {
  const auto found = mail::find_field(*message.content, field);
  return found ? mail::unfold(*found) : "(none)";
}

TEST(Reply, GoesToReplyToAndContinuesTheThread) {
  const auto reply =
      write_reply(arrival("From: Shop <no-reply@shop.example>\r\nReply-To: Help <support@shop.example>\r\n"
                          "Message-ID: <other@shop.example>\r\nReferences: <1@shop.example>\r\n"
                          "Subject: Your code\r\n\r\n1234\r\n"),
                  noon + std::chrono::hours(1));
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->recipient, "support@shop.example");
  EXPECT_EQ(reply->mail_from, "anna@gmail.com");
  EXPECT_EQ(reply->not_before, noon + std::chrono::hours(1));
  EXPECT_EQ(value(*reply, "From"), "anna@gmail.com");
  EXPECT_EQ(value(*reply, "To"), "support@shop.example");
  EXPECT_EQ(value(*reply, "Subject"), "Re: Your code");
  EXPECT_EQ(value(*reply, "Date"), "Mon, 02 Mar 2026 13:00:00 +0000");
  EXPECT_EQ(value(*reply, "In-Reply-To"), "<7@shop.example>");
  EXPECT_EQ(value(*reply, "References"), "<1@shop.example> <7@shop.example>");
  EXPECT_EQ(value(*reply, "Auto-Submitted"), "(none)");
  EXPECT_THAT(value(*reply, "Message-ID"), testing::EndsWith(".reply@gmail.com>"));
  EXPECT_EQ(reply->traits.rig_id, 0u) << "it is none of the run's messages";
  EXPECT_FALSE(reply->smtputf8);
}

TEST(Reply, ElseToTheAuthor) {
  const auto reply =
      write_reply(arrival("From: Shop <no-reply@shop.example>\r\nSubject: RE: =?utf-8?q?caf=C3=A9?=\r\n\r\n"), noon);
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->recipient, "no-reply@shop.example");
  EXPECT_EQ(value(*reply, "Subject"), "RE: =?utf-8?q?caf=C3=A9?=");
  EXPECT_EQ(value(*reply, "References"), "<7@shop.example>");
}

TEST(Reply, NobodyAnswersANotificationOrNobody) {
  Arrival notification = arrival("From: MAILER-DAEMON@shop.example\r\n\r\n");
  notification.mail_from = "";
  EXPECT_FALSE(write_reply(notification, noon));
  EXPECT_FALSE(write_reply(arrival("Subject: no author\r\n\r\n"), noon));
  EXPECT_FALSE(write_reply(arrival(""), noon));
}

TEST(AutoReply, GoesToTheEnvelopeSenderFromNobody) {
  const auto notice = write_auto_reply(
      arrival("From: Shop <no-reply@shop.example>\r\nReply-To: support@shop.example\r\nSubject: Your code\r\n\r\n"));
  ASSERT_TRUE(notice);
  EXPECT_EQ(notice->recipient, "bounces+7@shop.example");
  EXPECT_EQ(notice->mail_from, "");
  EXPECT_EQ(value(*notice, "Auto-Submitted"), "auto-replied");
  EXPECT_EQ(value(*notice, "Subject"), "Auto: Your code");
  EXPECT_EQ(value(*notice, "In-Reply-To"), "<7@shop.example>");
  EXPECT_FALSE(report_format::read_dsn(*notice->content));
}

// RFC 3834 §2.
TEST(AutoReply, IsNotForListsBulkMailAndPrograms) {
  for (const char* field : {"List-Id: <news.shop.example>", "list-unsubscribe: <https://shop.example/u>",
                            "Precedence: bulk", "Precedence: Junk", "Precedence: list",
                            "Auto-Submitted: auto-generated", "Auto-Submitted: auto-replied; owner-email=\"x\""}) {
    EXPECT_FALSE(write_auto_reply(arrival(std::string(field) + "\r\nFrom: a@shop.example\r\n\r\n"))) << field;
  }
  for (const char* field : {"Precedence: normal", "Auto-Submitted: no", "Auto-Submitted: No (a comment)"}) {
    EXPECT_TRUE(write_auto_reply(arrival(std::string(field) + "\r\n\r\n"))) << field;
  }
  for (const char* sender :
       {"", "MAILER-DAEMON@shop.example", "owner-news@shop.example", "news-request@shop.example"}) {
    Arrival from = arrival("From: a@shop.example\r\n\r\n");
    from.mail_from = sender;
    EXPECT_FALSE(write_auto_reply(from)) << sender;
  }
}

TEST(Bounce, SaysWhatTheMailboxStoreAnswered) {
  const auto bounce = write_bounce(arrival("X-Mailrig-Id: 0000000000000007\r\nFrom: a@shop.example\r\n\r\nbody\r\n"),
                                   {550, "5.1.1 No such user"});
  ASSERT_TRUE(bounce);
  EXPECT_EQ(bounce->recipient, "bounces+7@shop.example");
  EXPECT_EQ(bounce->mail_from, "");
  const auto report = report_format::read_dsn(*bounce->content);
  ASSERT_TRUE(report);
  ASSERT_EQ(report->recipients.size(), 1u);
  EXPECT_EQ(report->recipients[0].action, report_format::Action::failed);
  EXPECT_EQ(report->recipients[0].sent_to(), "anna+reply@gmail.com");
  EXPECT_EQ(report->original_rig_id, 7u);
  EXPECT_EQ(bounce->traits.rig_id, 0u);
  Arrival from_nobody = arrival("From: a@shop.example\r\n\r\n");
  from_nobody.mail_from = "";
  EXPECT_FALSE(write_bounce(from_nobody, {550, "5.1.1 No such user"}));
}

TEST(Answers, TheSameMessageIsAnsweredAlike) {
  const std::string content = "From: a@shop.example\r\n\r\n";
  EXPECT_EQ(*write_reply(arrival(content), noon)->content, *write_reply(arrival(content), noon)->content);
  Arrival other = arrival(content);
  other.message_id = "8@shop.example";
  EXPECT_NE(value(*write_reply(other, noon), "Message-ID"), value(*write_reply(arrival(content), noon), "Message-ID"));
}

}  // namespace
}  // namespace mailrig::feedback
