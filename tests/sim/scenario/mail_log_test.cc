#include "sim/scenario/mail_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <initializer_list>

namespace mailrig::scenario {
namespace {

using namespace std::chrono_literals;

MailLog read(std::initializer_list<const char*> lines) {
  MailLog log;
  for (const char* line : lines) log.add(line);
  return log;
}

TEST(MailLog, PostfixWithTraditionalTimes) {
  const MailLog log = read({
      "Dec 31 23:59:58 mta1 postfix/smtpd[99]: 4fPW1: client=app[10.0.0.1]",
      "Dec 31 23:59:58 mta1 postfix/cleanup[99]: 4fPW1: message-id=<1@shop.example>",
      "Dec 31 23:59:58 mta1 postfix/qmgr[7]: 4fPW1: from=<a@shop.example>, size=1234, nrcpt=2 (queue active)",
      "Dec 31 23:59:59 mta1 postfix/smtp[8]: 4fPW1: to=<Anna@GMail.com>, relay=x[1.2.3.4]:25, delay=1, dsn=4.7.0, "
      "status=deferred (host x said: 421 later)",
      "Dec 31 23:59:59 mta1 postfix/smtp[8]: 4fPW1: to=<bert@qq.com>, relay=x[1.2.3.4]:25, dsn=2.0.0, status=sent (ok)",
      "Jan  1 00:00:08 mta1 postfix/qmgr[7]: 4fPW2: from=<a@shop.example>, size=99, nrcpt=1 (queue active)",
      "Jan  1 00:00:09 mta1 postfix/smtp[8]: 4fPW2: to=<anna@gmail.com>, relay=none, dsn=5.1.1, status=bounced (no)",
      "Jan  1 00:05:00 mta1 postfix/qmgr[7]: 4fPW1: from=<a@shop.example>, size=1234, nrcpt=2 (queue active)",
      "Jan  1 00:05:01 mta1 postfix/smtp[8]: 4fPW1: to=<Anna@GMail.com>, relay=x[1.2.3.4]:25, dsn=2.0.0, status=sent "
      "(ok)",
      "Jan  1 00:05:01 mta1 postfix/qmgr[7]: 4fPW1: removed",
      "Jan  1 00:05:02 mta1 sshd[1]: Accepted publickey for root",
  });
  const auto rows = log.trace("key");
  ASSERT_EQ(rows.size(), 3u) << "each recipient of a message once, however often it was tried";
  EXPECT_EQ(rows[0].offset, 0s);
  EXPECT_EQ(rows[0].size_bytes, 1'234u);
  EXPECT_EQ(rows[2].offset, 10s) << "the year went round";
  EXPECT_THAT(rows[1].recipient, testing::MatchesRegex("u[0-9a-f]+@qq.com"));
  EXPECT_EQ(rows[0].recipient, rows[2].recipient) << "whatever the case";
  EXPECT_EQ(log.messages(), 2u);
  EXPECT_EQ(log.not_understood(), 0u);
}

TEST(MailLog, PostfixWithRfc3339Times) {
  const MailLog log = read({
      "2026-03-02T08:00:00.250000+01:00 mta1 postfix/qmgr[7]: A1: from=<a@b.example>, size=10, nrcpt=1 (queue active)",
      "2026-03-02T08:00:01.000000+01:00 mta1 postfix/smtp[8]: A1: to=<c@d.example>, relay=x, status=sent (ok)",
      "2026-03-02T07:00:01.500000+00:00 mta1 postfix-out/qmgr[7]: A2: from=<>, size=20, nrcpt=1 (queue active)",
      "2026-03-02T07:00:02.000000+00:00 mta1 postfix-out/smtp[8]: A2: to=<e@d.example>, relay=x, status=sent (ok)",
  });
  const auto rows = log.trace("");
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[1].offset, 1'250ms);
}

TEST(MailLog, Exim) {
  const MailLog log = read({
      "2026-03-02 08:00:00 1tABCD-000001-2X <= a@shop.example H=app [10.0.0.1] P=esmtp S=4321 id=1@shop.example",
      "2026-03-02 08:00:01 1tABCD-000001-2X => anna@gmail.com R=dnslookup T=remote_smtp H=x [1.2.3.4] C=\"250 ok\"",
      "2026-03-02 08:00:01 1tABCD-000001-2X -> bert <bert@gmail.com> R=dnslookup T=remote_smtp",
      "2026-03-02 08:00:02 1tABCD-000001-2X ** nobody@qq.com R=dnslookup T=remote_smtp: 550 no such user",
      "2026-03-02 08:00:02 1tABCD-000001-2X Completed",
      "2026-03-02 08:00:05.500 +0100 [123] 1tABCD-0000000000a-1Ab2 <= <> R=x U=mail P=local S=55",
      "2026-03-02 08:00:06.500 +0100 [123] 1tABCD-0000000000a-1Ab2 == carl@d.example R=x T=remote_smtp defer (-53)",
      "2026-03-02 08:00:07 exim 4.96 daemon started: pid=1",
  });
  const auto rows = log.trace("");
  ASSERT_EQ(rows.size(), 4u);
  EXPECT_EQ(rows[0].size_bytes, 55u);  // an hour earlier by its zone
  EXPECT_EQ(rows[1].size_bytes, 4'321u);
  EXPECT_EQ(rows[1].offset, 1h - 5'500ms);
  EXPECT_EQ(log.not_understood(), 0u);
}

TEST(MailLog, CountsWhatItDoesNotUnderstandAndGoesOn) {
  const MailLog log = read({
      "",
      "Mar  2 08:00:00 mta1 postfix/qmgr[7]: A1: from=<a@b.example>, size=10, nrcpt=1 (queue active)",
      "garbage",
      "Mar  2 08:00:00 mta1 postfix/qmgr[7]: A2: from=<a@b.example>, size=lots, nrcpt=1 (queue active)",
      "Mar  2 08:00:01 mta1 postfix/smtp[8]: A1: to=<c@d.exa",
      "Foo 99 08:00:01 mta1 postfix/smtp[8]: A1: to=<c@d.example>, status=sent (ok)",
      "\xff\xfe\x01",
      "Mar  2 08:00:01 mta1 postfix/smtp[8]: A1: to=<c@d.example>, relay=x, status=sent (ok)",
  });
  EXPECT_EQ(log.trace("").size(), 1u);
  EXPECT_EQ(log.lines(), 8u);
  EXPECT_EQ(log.not_understood(), 5u);
  EXPECT_EQ(log.first_not_understood(), 3u);
}

TEST(MailLog, TheKeyDecidesTheNames) {
  const MailLog log = read({
      "Mar  2 08:00:00 mta1 postfix/smtp[8]: A1: to=<c@d.example>, relay=x, status=sent (ok)",
  });
  EXPECT_EQ(log.trace("a")[0].recipient, log.trace("a")[0].recipient);
  EXPECT_NE(log.trace("a")[0].recipient, log.trace("b")[0].recipient);
  EXPECT_EQ(log.trace("")[0].recipient.size(), std::string("u0123456789abcdef@d.example").size());
}

}  // namespace
}  // namespace mailrig::scenario
