#include "fakes/policy/reply_template.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace mailrig::policy {
namespace {

using Lines = std::vector<std::string>;

std::string fault(const Lines& lines) {
  const auto reply = parse_reply("unknown_user", Event::unknown_user, lines);
  return reply ? "none" : reply.error().message;
}

ReplyContext context() {
  ReplyContext context;
  context.now = *parse_rfc3339("2026-03-02T08:00:00.250Z");
  context.ip = IpAddress::parse("198.18.2.10");
  context.rcpt = "Jane@gmail.com";
  context.from = "news@shop.example";
  context.header_domain = "shop.example";
  context.helo = "mta1.shop.example";
  context.host = "mx1.gmail.com";
  context.message_id = "1@shop.example";
  context.bytes = 1234;
  context.token = 0x0123456789abcdef;
  return context;
}

TEST(ParseReply, OneLineIsCodeAndText) {
  const auto reply = parse_reply("rate_limited/ip", Event::rate_limited, Lines{"450 4.7.1 Error: too much mail"});
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->key, "rate_limited/ip");
  EXPECT_EQ(reply->event, Event::rate_limited);
  EXPECT_EQ(reply->code, 450);
  EXPECT_EQ(reply->text, "4.7.1 Error: too much mail");
  EXPECT_EQ(reply->severity(), Severity::soft);
  EXPECT_FALSE(reply->close);
}

// RFC 5321 §4.2.1: every line but the last has a hyphen after the code.
TEST(ParseReply, SeveralWireLinesBecomeOneReplyThatWiresBackTheSame) {
  const auto reply = parse_reply("unknown_user", Event::unknown_user, Lines{"550-5.1.1 No such", "550 5.1.1 user"});
  ASSERT_TRUE(reply);
  std::string wire;
  reply->render({}).append_wire(wire);
  EXPECT_EQ(wire, "550-5.1.1 No such\r\n550 5.1.1 user\r\n");
  EXPECT_EQ(reply->severity(), Severity::hard);
}

TEST(ParseReply, EmptyTextClosesWithoutAWord) {
  const auto reply = parse_reply("rate_limited", Event::rate_limited, Lines{""});
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->code, 0);
  EXPECT_TRUE(reply->close);
  EXPECT_EQ(reply->severity(), Severity::soft);
}

// RFC 5321 §3.8: 421 says that the server closes the connection.
TEST(ParseReply, Code421Closes) {
  EXPECT_TRUE(parse_reply("timeout", Event::timeout, Lines{"421 4.4.2 bye"})->close);
  EXPECT_FALSE(parse_reply("local_error", Event::local_error, Lines{"451 4.3.0 later"})->close);
}

TEST(ParseReply, ACodeAloneIsAReply) {
  EXPECT_EQ(parse_reply("x", Event::accepted, Lines{"250"})->text, "");
}

TEST(ParseReply, FaultsSayWhatIsExpected) {
  EXPECT_EQ(fault({"Try later"}),
            "'Try later' is no SMTP reply; expected a code from 200 to 559, then a space and the text, such as "
            "'421 4.7.0 Try again later'; '' closes the connection without a word");
  EXPECT_THAT(fault({"4211 no"}), ::testing::HasSubstr("is no SMTP reply"));
  EXPECT_THAT(fault({"670 no"}), ::testing::HasSubstr("is no SMTP reply"));
  EXPECT_THAT(fault({"590 no"}), ::testing::HasSubstr("is no SMTP reply"));
  EXPECT_THAT(fault({"45"}), ::testing::HasSubstr("is no SMTP reply"));
  EXPECT_THAT(fault({"", "550 a"}), ::testing::HasSubstr("is no SMTP reply"));
  EXPECT_EQ(fault({"550-a", "554 b"}), "all lines of a reply carry the same code; found 554 after 550");
  EXPECT_EQ(fault({"550 a", "550 b"}),
            "in a reply of several lines all but the last have '-' after the code ('550-text', then '550 text'); found "
            "'550 a'");
  EXPECT_THAT(fault({"550-a"}), ::testing::HasSubstr("found '550-a'"));
  EXPECT_THAT(fault({}), ::testing::HasSubstr("found an empty list"));
  EXPECT_EQ(fault({"550 a\r\n250 ok"}),
            "a reply must not contain control characters; write a reply of several lines as a list");
  EXPECT_EQ(fault({"550 {rctp}"}),
            "unknown placeholder '{rctp}'; valid: {ip} {netblock} {rcpt} {rcpt_local} {rcpt_dom} {from} {from_dom} "
            "{hdr_dom} {helo} {host} {sess} {hex8} {n} {unix} {ts} {rfcdate} {msgid} {bytes} {spf_verdict} "
            "{dkim_verdict} {dmarc_verdict} {rbl} {reason} {dkim_dom}");
}

// As Microsoft's 550 5.7.515 tells them.
TEST(FillPlaceholders, VerdictsOnTheSender) {
  ReplyContext found = context();
  found.spf_passes = found.dmarc_passes = true;
  EXPECT_EQ(fill_placeholders("Spf= {spf_verdict} , Dkim= {dkim_verdict} , DMARC= {dmarc_verdict}", found),
            "Spf= Pass , Dkim= Fail , DMARC= Pass");
}

TEST(FillPlaceholders, EveryOneOfThem) {
  const auto filled = [](std::string_view text) { return fill_placeholders(text, context()); };
  EXPECT_EQ(filled("{ip} {netblock}"), "198.18.2.10 198.18.2.0/24");
  EXPECT_EQ(filled("<{rcpt}> {rcpt_local} {rcpt_dom}"), "<Jane@gmail.com> Jane gmail.com");
  EXPECT_EQ(filled("{from} {from_dom} {hdr_dom}"), "news@shop.example shop.example shop.example");
  EXPECT_EQ(filled("{helo} {host}"), "mta1.shop.example mx1.gmail.com");
  EXPECT_EQ(filled("{unix} {ts}"), "1772438400 2026-03-02T08:00:00.250Z");
  EXPECT_EQ(filled("{rfcdate}"), "Mon, 02 Mar 2026 08:00:00 +0000");
  EXPECT_EQ(filled("{msgid} {bytes}"), "1@shop.example 1234");
  EXPECT_EQ(filled("{sess} {hex8}"), "0123456789abcdef 456789ab");
  EXPECT_THAT(filled("{n}"), ::testing::MatchesRegex("[0-9]{1,6}"));
}

TEST(FillPlaceholders, BracketsThatHoldNoneStayAsTheyAre) {
  EXPECT_EQ(fill_placeholders("a {b} c {ip", context()), "a {b} c {ip");
}

TEST(FillPlaceholders, NetblockOfIpv6Is64BitsLong) {
  ReplyContext six;
  six.ip = IpAddress::parse("2001:db8:1:2:3::4");
  EXPECT_EQ(fill_placeholders("{netblock}", six), "2001:db8:1:2::/64");
}

TEST(FillPlaceholders, NothingASenderSaysCanEndALineOrRunOnForEver) {
  ReplyContext hostile;
  const std::string helo = "evil\r\n250 ok" + std::string(1000, 'x');
  hostile.helo = helo;
  const std::string text = fill_placeholders("{helo}", hostile);
  EXPECT_TRUE(text.starts_with("evil??250 ok"));
  EXPECT_EQ(text.size(), 256U);
}

}  // namespace
}  // namespace mailrig::policy
