#include "fakes/report_format/quoted_reply.h"

namespace mailrig::report_format {
namespace {

TEST(QuotedReply, StandsAtTheFrontOrBehindAColon) {
  const auto expect = [](std::string_view text, int code, std::string_view words) {
    const auto reply = quoted_reply(text);
    ASSERT_TRUE(reply) << text;
    EXPECT_EQ(reply->code, code) << text;
    EXPECT_EQ(reply->text, words) << text;
  };
  expect("550 5.1.1 No such user", 550, "5.1.1 No such user");
  expect("host mx.example[192.0.2.1] said: 450 4.2.0 Greylisted (in reply to RCPT TO command)", 450,
         "4.2.0 Greylisted");                                                     // Postfix
  expect("host mx.example [192.0.2.1]: 554 Rejected", 554, "Rejected");           // Exim
  expect("Remote host said: 552 Full [RCPT_TO]", 552, "Full");                    // Yahoo
  expect("550: 5.1.1 No such user", 550, "5.1.1 No such user");                   // Yahoo
  expect("(reason: 550 5.1.1 (really) unknown)", 550, "5.1.1 (really) unknown");  // Sendmail
  expect("#550 5.1.1 RESOLVER.ADR.RecipNotFound; not found ##", 550, "5.1.1 RESOLVER.ADR.RecipNotFound; not found ##");
  expect("The error that the other server returned was: 554 554 5.7.1 Blocked (state 13).", 554, "5.7.1 Blocked");
  expect("5.1.0 - Unknown address error 550-'5.7.1 Access denied' (delivery attempts: 0)", 550, "5.7.1 Access denied");
  expect("said: 421 4.7.0 Later. I'm not going to try again; this message has been in the queue too long.", 421,
         "4.7.0 Later.");  // qmail
}

// RFC 5321 §4.2.1: all lines of a reply have its code, and only the last one no "-" behind it.
TEST(QuotedReply, KeepsItsLines) {
  EXPECT_EQ(quoted_reply("550-5.7.1 first 550-5.7.1 second 550 5.7.1 last, 550 times")->text,
            "5.7.1 first\n5.7.1 second\n5.7.1 last, 550 times");
  EXPECT_EQ(quoted_reply("552-5.7.0 only the first line")->text, "5.7.0 only the first line");
  EXPECT_EQ(quoted_reply("550 one line, 550 of them")->text, "one line, 550 of them");
}

TEST(QuotedReply, IsNotAnyNumber) {
  for (const std::string_view text :
       {"", "55", "mailbox full", "354 go ahead", "590 no such code", "5501 x", "DNS Error: 80458680 DNS type 'mx'",
        "bits=256-SHA", "host relay-550 said nothing", "received 250 times", "connect to mx.example[192.0.2.250]:25"}) {
    EXPECT_FALSE(quoted_reply(text)) << text;
  }
}

TEST(QuotedHost, IsTheServerThatIsTalkedAbout) {
  EXPECT_EQ(quoted_host("host mx.example[192.0.2.1] said: 550 x"), "mx.example");
  EXPECT_EQ(quoted_host("SMTP error from remote mail server after end of data: host mx.example [192.0.2.1]: 550 x"),
            "mx.example");
  EXPECT_EQ(quoted_host("rejected by the server for the recipient domain a.example by mx.a.example. [192.0.2.1]."),
            "mx.a.example");
  EXPECT_EQ(quoted_host("connect to mx.example[192.0.2.1]:25: Connection timed out"), "mx.example");
  EXPECT_EQ(quoted_host("Connected to 192.0.2.1 but sender was rejected."), "192.0.2.1");
  EXPECT_EQ(quoted_host("192.0.2.1 does not like recipient."), "192.0.2.1");
  EXPECT_EQ(quoted_host("Name service error for domain a.example: Host not found"), "");
  EXPECT_EQ(quoted_host("sorted by hand [sic], the host said no"), "");
}

TEST(QuotedOrigin, IsTheAddressBeforeExpansion) {
  EXPECT_EQ(quoted_origin("(expanded from <list@a.example>): host x"), "list@a.example");           // Postfix
  EXPECT_EQ(quoted_origin("(reason: 550 x) (expanded from: <list@a.example>)"), "list@a.example");  // Sendmail
  EXPECT_EQ(quoted_origin("(ultimately generated from list@a.example) x"), "list@a.example");       // Exim
  EXPECT_EQ(quoted_origin("(expanded from: list)"), "");
}

TEST(QuotedStatus, IsInParentheses) {
  EXPECT_EQ(quoted_status("I couldn't find any host by that name. (#5.1.2)"), "5.1.2");
  EXPECT_EQ(quoted_status("(#102) disabled (#5.2.1)"), "5.2.1");
  EXPECT_EQ(quoted_status("status 5.1.2"), "");
}

TEST(GaveUp, IsSaidInManyWays) {
  EXPECT_TRUE(says_gave_up("mailbox is full: retry timeout exceeded"));
  EXPECT_TRUE(says_gave_up("I'm not going to try again; this message has been in the queue too long."));
  EXPECT_TRUE(says_gave_up("#550 4.4.7 QUEUE.Expired; message expired ##"));
  EXPECT_FALSE(says_gave_up("I'm not going to try again"));
  EXPECT_FALSE(says_gave_up("the account has expired"));
}

TEST(SingleSpaced, IsOneLineAndBounded) {
  EXPECT_EQ(single_spaced("  a\r\n\t b  c\n", 100), "a b c");
  EXPECT_EQ(single_spaced("abc def", 4), "abc");
  EXPECT_EQ(single_spaced("abcdef", 4), "abcd");
}

}  // namespace
}  // namespace mailrig::report_format
