// Lines as Postfix 3.7 writes them; the wordings are those of smtp_connect.c, smtp_trouble.c and smtp_proto.c.
#include "sim/rig/postfix_log.h"

#include <gtest/gtest.h>

namespace mailrig::rig {
namespace {

using smtp::Stage;

Instant at(std::string_view time) {
  return *parse_rfc3339(time);
}

const Instant near = at("2026-03-02T09:00:00Z");

std::string line(std::string_view status, std::string_view relay = "none", std::string_view service = "smtp") {
  return "Mar 02 08:19:49 mta1 postfix/" + std::string(service) +
         "[203]: 4fPWZY5kQrz6F: to=<joe@gmail.com>, relay=" + std::string(relay) +
         ", delay=1153, delays=1142/2/8.9/0, dsn=4.7.0, status=" + std::string(status);
}

std::optional<UnseenTry> read(std::string_view status) {
  return read_unseen_try(line(status), near);
}

TEST(PostfixLog, RefusedConnectionIsATryThatNobodySaw) {
  const auto found = read("deferred (connect to mx.gmail.com[198.51.100.1]:25: Connection refused)");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->at, at("2026-03-02T08:19:49Z"));
  EXPECT_EQ(found->queue_id, "4fPWZY5kQrz6F");
  EXPECT_EQ(found->recipient, "joe@gmail.com");
  EXPECT_EQ(found->service, "smtp");
  EXPECT_EQ(found->stage, Stage::connect);
  EXPECT_FALSE(found->reply);
  EXPECT_FALSE(found->timed_out);
  EXPECT_FALSE(found->bounced);
}

TEST(PostfixLog, TimedOutConnection) {
  const auto found = read("deferred (connect to mx.gmail.com[198.51.100.1]:25: Connection timed out)");
  ASSERT_TRUE(found);
  EXPECT_TRUE(found->timed_out);
}

TEST(PostfixLog, RefusedSessionComesWithItsReply) {
  const auto found =
      read("deferred (host mx.gmail.com[198.51.100.1] refused to talk to me: 421 4.7.0 Try again later)");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->stage, Stage::greeting);
  ASSERT_TRUE(found->reply);
  EXPECT_EQ(found->reply->code, 421);
  EXPECT_EQ(found->reply->text, "4.7.0 Try again later");
}

TEST(PostfixLog, RefusedMailFromNamesNoRecipientToTheReceiver) {
  const auto found =
      read("bounced (host mx.qq.com[198.51.100.7] said: 550 5.1.8 Bad sender (in reply to MAIL FROM command))");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->stage, Stage::mail);
  EXPECT_EQ(found->reply->code, 550);
  EXPECT_TRUE(found->bounced);
}

TEST(PostfixLog, CutAndSilentSessions) {
  const auto cut = read("deferred (lost connection with mx.qq.com[198.51.100.7] while performing the EHLO handshake)");
  ASSERT_TRUE(cut);
  EXPECT_EQ(cut->stage, Stage::helo);
  const auto silent = read(
      "deferred (conversation with mx.qq.com[198.51.100.7] timed out while receiving the initial server greeting)");
  ASSERT_TRUE(silent);
  EXPECT_EQ(silent->stage, Stage::greeting);
  EXPECT_TRUE(silent->timed_out);
}

TEST(PostfixLog, CertificatesThatProveNothing) {
  for (const std::string_view status :
       {"deferred (Server certificate not trusted)", "deferred (Server certificate not verified)",
        "deferred (TLS is required, but was not offered by host mx.qq.com[198.51.100.7])"}) {
    const auto found = read(status);
    ASSERT_TRUE(found) << status;
    EXPECT_EQ(found->stage, Stage::tls);
    EXPECT_FALSE(found->reply);
  }
}

TEST(PostfixLog, DnsThatDoesNotAnswer) {
  const auto found = read(
      "deferred (Host or domain name not found. Name service error for name=gmail.com type=MX: Host not found, try "
      "again)");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->stage, Stage::dns);
}

TEST(PostfixLog, WhatReceiversAnsweredIsTheirsToTell) {
  for (const std::string_view status : {
           "sent (250 2.0.0 Ok: queued as 1a9e1c5abf5c17ef)",
           "deferred (host mx.gmail.com[198.51.100.1] said: 452 4.2.2 Full (in reply to RCPT TO command))",
           "bounced (host mx.gmail.com[198.51.100.1] said: 550 5.1.1 Unknown (in reply to RCPT TO command))",
           "deferred (host mx.gmail.com[198.51.100.1] said: 451 Later (in reply to end of DATA command))",
           "deferred (lost connection with mx.qq.com[198.51.100.7] while sending end of data -- message may be sent "
           "more than once)",
           "deferred (lost connection with mx.qq.com[198.51.100.7] while sending RCPT TO)",
       }) {
    EXPECT_FALSE(read(status)) << status;
  }
}

TEST(PostfixLog, MailPutOffWithoutATryIsNoTry) {
  EXPECT_FALSE(read_unseen_try(line("deferred (delivery temporarily suspended: connect to mx.qq.com[198.51.100.7]:25: "
                                    "Connection refused)",
                                    "none", "error"),
                               near));
}

TEST(PostfixLog, NameOfTheClientTellsTheSourceAddress) {
  const auto found = read_unseen_try(
      line("deferred (connect to mx.qq.com[198.51.100.7]:25: Connection refused)", "none", "out2/smtp"), near);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->service, "out2/smtp");
}

TEST(PostfixLog, YearIsTheNearestOne) {
  const std::string december =
      "Dec 31 23:59:59 mta1 postfix/smtp[1]: 4fPW: to=<a@b.example>, relay=none, delay=1, "
      "dsn=4.4.1, status=deferred (connect to b[198.51.100.1]:25: Connection refused)";
  EXPECT_EQ(read_unseen_try(december, at("2026-01-01T00:00:05Z"))->at, at("2025-12-31T23:59:59Z"));
  EXPECT_EQ(read_unseen_try(december, at("2025-12-31T23:59:00Z"))->at, at("2025-12-31T23:59:59Z"));
}

TEST(PostfixLog, OtherLinesSayNothing) {
  for (const std::string_view other : {
           "",
           "Mar 02 08:19:49 mta1 postfix/qmgr[137]: 4fPWZY5kQrz6F: removed",
           "Mar 02 08:19:49 mta1 postfix/smtp[203]: connect to mx.qq.com[198.51.100.7]:25: Connection refused",
           "Xyz 02 08:19:49 mta1 postfix/smtp[203]: 4fPW: to=<a@b>, relay=none, status=deferred (connect to x: no)",
           "Mar 99 08:19:49 mta1 postfix/smtp[203]: 4fPW: to=<a@b>, relay=none, status=deferred (connect to x: no)",
           "no log at all",
       }) {
    EXPECT_FALSE(read_unseen_try(other, near)) << other;
  }
}

}  // namespace
}  // namespace mailrig::rig
