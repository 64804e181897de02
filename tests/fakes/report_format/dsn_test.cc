#include "fakes/report_format/dsn.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fakes/mail/header.h"
#include "fakes/mail/text.h"
#include "tests/fakes/mail/decode.h"

namespace mailrig::report_format {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

FailureReport example() {
  FailureReport report;
  report.reporting_host = "mta1.shop.example";
  report.to = "bounces@shop.example";
  report.message_id = "1@mta1.shop.example";
  report.arrived = *parse_rfc3339("2026-03-02T08:00:00Z");
  report.now = *parse_rfc3339("2026-03-02T08:00:05Z");
  report.failures = {{"nobody@gmail.example", smtp::Reply{550, "5.1.1 No such user\n5.1.1 Try another"},
                      "mx.gmail.example", false, smtp::Stage::rcpt}};
  report.original = "X-Mailrig-Id: 0000000000000abc\nSubject: x\n y\n\nsecret body\n";
  return report;
}

std::string value(std::string_view message, std::string_view name) {
  const auto found = mail::find_field(message, name);
  return found ? mail::unfold(*found) : "(none)";
}

// The three parts of the report (RFC 6522 §3), header and content.
std::vector<std::string> parts_of(const std::string& message) {
  const std::string type = value(message, "Content-Type");
  const std::size_t begin = type.find("boundary=\"") + 10;
  const std::string delimiter = "\r\n--" + type.substr(begin, type.size() - begin - 1);
  std::vector<std::string> parts;
  std::string_view rest = message;
  for (std::size_t at = rest.find(delimiter); at != std::string_view::npos; at = rest.find(delimiter)) {
    parts.emplace_back(rest.substr(0, at));
    rest.remove_prefix(at + delimiter.size());
    if (rest.starts_with("--\r\n")) break;
    rest.remove_prefix(2);
  }
  EXPECT_EQ(rest, "--\r\n");
  parts.erase(parts.begin());
  return parts;
}

std::string content(const std::string& part) {
  return part.substr(mail::body_offset(part));
}

TEST(Dsn, IsAMultipartReport) {
  const std::string message = write_failure_dsn(example());
  EXPECT_EQ(value(message, "From"), "Mail Delivery System <MAILER-DAEMON@mta1.shop.example>");
  EXPECT_EQ(value(message, "To"), "bounces@shop.example");
  EXPECT_EQ(value(message, "Auto-Submitted"), "auto-replied");
  EXPECT_EQ(value(message, "Date"), "Mon, 02 Mar 2026 08:00:05 +0000");
  EXPECT_EQ(value(message, "Message-ID"), "<1@mta1.shop.example>");
  EXPECT_THAT(value(message, "Content-Type"), StartsWith("multipart/report; report-type=delivery-status; boundary="));
  const auto parts = parts_of(message);
  ASSERT_EQ(parts.size(), 3u);
  EXPECT_EQ(value(parts[0], "Content-Type"), "text/plain; charset=UTF-8");
  EXPECT_EQ(value(parts[1], "Content-Type"), "message/delivery-status");
  EXPECT_EQ(value(parts[2], "Content-Type"), "text/rfc822-headers");
  // Sisimai 4.25 and email-bounce-parser 1.0 take both lines, and the command, for Postfix's.
  EXPECT_THAT(parts[0], HasSubstr("\r\nThis is the mail system at host mta1.shop.example.\r\n"));
  EXPECT_THAT(parts[0],
              HasSubstr("\r\n<nobody@gmail.example>: host mx.gmail.example said: 550 5.1.1 No such user 5.1.1 Try "
                        "another (in reply to RCPT TO command)\r\n"));
}

// RFC 3464 §2.2 and §2.3: fields per message, an empty line, fields per recipient.
TEST(Dsn, ReportsEachRecipient) {
  FailureReport report = example();
  report.failures.push_back({"late@qq.example", std::nullopt, "", true});
  const std::string status = content(parts_of(write_failure_dsn(report))[1]);
  EXPECT_EQ(status,
            "Reporting-MTA: dns; mta1.shop.example\r\n"
            "Arrival-Date: Mon, 02 Mar 2026 08:00:00 +0000\r\n"
            "\r\n"
            "Final-Recipient: rfc822; nobody@gmail.example\r\n"
            "Action: failed\r\n"
            "Status: 5.1.1\r\n"
            "Remote-MTA: dns; mx.gmail.example\r\n"
            "Diagnostic-Code: smtp; 550 5.1.1 No such user 5.1.1 Try another\r\n"
            "\r\n"
            "Final-Recipient: rfc822; late@qq.example\r\n"
            "Action: failed\r\n"
            "Status: 4.4.7\r\n");
}

// RFC 3463 §3.5: X.4.7 is "delivery time expired". Who answered all the time, though without an enhanced code, leaves
// its reason to the text.
TEST(Dsn, StatusFollowsTheReply) {
  const auto status = [](std::optional<smtp::Reply> reply, bool expired) {
    return failure_status({"a@b.example", std::move(reply), "", expired}).to_string();
  };
  EXPECT_EQ(status(smtp::Reply{552, "5.2.2 full"}, false), "5.2.2");
  EXPECT_EQ(status(smtp::Reply{554, "no code here"}, false), "5.0.0");
  EXPECT_EQ(status(smtp::Reply{550, "4.7.1 contradicts itself"}, false), "5.0.0");
  EXPECT_EQ(status(smtp::Reply{451, "4.7.1 greylisted"}, true), "4.7.1");
  EXPECT_EQ(status(smtp::Reply{421, "busy"}, true), "4.0.0");
  EXPECT_EQ(status(std::nullopt, true), "4.4.7");
  EXPECT_EQ(status(std::nullopt, false), "5.0.0");
}

// RFC 6522 §4: the header of the message, not its content.
TEST(Dsn, ReturnsTheHeaderOnly) {
  const std::string message = write_failure_dsn(example());
  EXPECT_EQ(content(parts_of(message)[2]), "X-Mailrig-Id: 0000000000000abc\r\nSubject: x\r\n y\r\n");
  EXPECT_THAT(message, Not(HasSubstr("secret")));
}

TEST(Dsn, ReturnsABoundedHeader) {
  FailureReport report = example();
  std::string original;
  for (int i = 0; i < 5000; ++i) original += "X-Long: " + std::string(70, 'x') + "\r\n";
  report.original = original;
  const std::string message = write_failure_dsn(report);
  EXPECT_LT(message.size(), 105'000u);
  EXPECT_GT(message.size(), 99'000u);
}

// Chinese providers answer in Chinese; the notification stays within 7 bits and loses nothing.
TEST(Dsn, StaysWithinSevenBits) {
  FailureReport report = example();
  report.failures = {{"用户@例子.测试", smtp::Reply{550, "邮箱不存在"}, "mx.qq.example", false}};
  report.original = "Subject: 你好\r\n\r\n";
  const std::string message = write_failure_dsn(report);
  EXPECT_TRUE(mail::is_ascii(message));
  const auto parts = parts_of(message);
  EXPECT_THAT(mail::decode_quoted_printable(content(parts[0])), HasSubstr("mx.qq.example said: 550 邮箱不存在"));
  // RFC 6533 §3, utf-8-addr-xtext.
  EXPECT_EQ(value(parts[1].substr(parts[1].find("Final-Recipient")), "Final-Recipient"),
            "utf-8; \\x{7528}\\x{6237}@\\x{4F8B}\\x{5B50}.\\x{6D4B}\\x{8BD5}");
  EXPECT_EQ(mail::decode_quoted_printable(content(parts[2])), "Subject: 你好\r\n");
}

}  // namespace
}  // namespace mailrig::report_format
