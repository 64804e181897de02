#include "fakes/mail/build.h"

#include <gtest/gtest.h>

#include "fakes/mail/header.h"
#include "fakes/mail/inspect.h"
#include "fakes/mail/text.h"
#include "tests/fakes/mail/decode.h"

namespace mailrig::mail {
namespace {

Composition example() {
  Composition message;
  message.from = {"小店", {"no-reply", "shop.example"}};
  message.to = {{"", {"anna", "gmail.example"}}, {"Bob, Jr.", {"bob", "qq.example"}}};
  message.subject = "您的订单已发货";
  message.date = *parse_rfc3339("2026-03-02T08:00:00Z");
  message.message_id = "1.2@shop.example";
  message.rig_id = 0xabc;
  message.text = "你好。\nBye.\n";
  return message;
}

std::string value(std::string_view message, std::string_view name) {
  const auto found = find_field(message, name);
  return found ? unfold(*found) : "(none)";
}

TEST(Compose, WritesTheHeader) {
  Composition composition = example();
  composition.reply_to = {{"", {"help", "shop.example"}}};
  composition.list_unsubscribe = "mailto:leave@shop.example";
  const std::string message = compose(composition);
  EXPECT_TRUE(message.starts_with("X-Mailrig-Id: 0000000000000abc\r\n"));
  EXPECT_EQ(decode_words(value(message, "From")), "小店 <no-reply@shop.example>");
  EXPECT_EQ(value(message, "To"), "anna@gmail.example, \"Bob, Jr.\" <bob@qq.example>");
  EXPECT_EQ(value(message, "Reply-To"), "help@shop.example");
  EXPECT_EQ(decode_words(value(message, "Subject")), "您的订单已发货");
  EXPECT_EQ(value(message, "Date"), "Mon, 02 Mar 2026 08:00:00 +0000");
  EXPECT_EQ(value(message, "Message-ID"), "<1.2@shop.example>");
  EXPECT_EQ(value(message, "List-Unsubscribe"), "<mailto:leave@shop.example>");
  EXPECT_EQ(value(message, "MIME-Version"), "1.0");
  const MessageTraits traits = inspect(message);
  EXPECT_EQ(traits.rig_id, 0xabcu);
  EXPECT_EQ(traits.header_from_domain, "shop.example");
}

TEST(Compose, LeavesOutWhatIsNotGiven) {
  Composition composition = example();
  composition.rig_id = 0;
  const std::string message = compose(composition);
  for (const char* name : {"X-Mailrig-Id", "Reply-To", "List-Unsubscribe"}) EXPECT_EQ(value(message, name), "(none)");
}

TEST(Compose, EncodesTheText) {
  Composition composition = example();
  const auto body = [&](TransferEncoding encoding) {
    composition.encoding = encoding;
    const std::string message = compose(composition);
    EXPECT_EQ(value(message, "Content-Transfer-Encoding"), to_string(encoding));
    EXPECT_EQ(value(message, "Content-Type"), "text/plain; charset=UTF-8");
    return message.substr(body_offset(message));
  };
  EXPECT_EQ(decode_quoted_printable(body(TransferEncoding::quoted_printable)), "你好。\r\nBye.\r\n");
  EXPECT_EQ(decode_base64(body(TransferEncoding::base64)), "你好。\r\nBye.\r\n");
  EXPECT_EQ(body(TransferEncoding::eight_bit), "你好。\r\nBye.\r\n");
}

// RFC 2046 §5.1.1.
TEST(Compose, AttachesFiles) {
  Composition composition = example();
  composition.attachments = {{"invoice.pdf", "", "%PDF-1.7"}, {"发票 1.zip", "application/x-zip", "PK"}};
  const std::string message = compose(composition);
  const std::string type = value(message, "Content-Type");
  ASSERT_TRUE(type.starts_with("multipart/mixed; boundary=\"")) << type;
  const std::string delimiter = "\r\n--" + type.substr(27, type.size() - 28);
  std::vector<std::string> parts;
  std::string_view rest = message;
  while (true) {
    const std::size_t at = rest.find(delimiter);
    ASSERT_NE(at, std::string_view::npos);
    parts.emplace_back(rest.substr(0, at));
    rest.remove_prefix(at + delimiter.size());
    if (rest.starts_with("--")) break;
    ASSERT_TRUE(rest.starts_with("\r\n"));
    rest.remove_prefix(2);
  }
  EXPECT_EQ(rest, "--\r\n");
  ASSERT_EQ(parts.size(), 4u);
  const auto content = [](const std::string& part) { return part.substr(body_offset(part)); };
  EXPECT_EQ(decode_quoted_printable(content(parts[1])), "你好。\r\nBye.\r\n");
  EXPECT_EQ(value(parts[2], "Content-Type"), "application/pdf");
  EXPECT_EQ(value(parts[2], "Content-Disposition"), "attachment; filename=\"invoice.pdf\"");
  EXPECT_EQ(decode_base64(content(parts[2])), "%PDF-1.7");
  EXPECT_EQ(value(parts[3], "Content-Type"), "application/x-zip");
  // RFC 2231 §4.
  EXPECT_EQ(value(parts[3], "Content-Disposition"), "attachment; filename*=UTF-8''%E5%8F%91%E7%A5%A8%201.zip");
  EXPECT_EQ(decode_base64(content(parts[3])), "PK");
}

TEST(Compose, EndsEveryLineInCrlf) {
  Composition composition = example();
  composition.attachments = {{"a.txt", "", std::string(500, 'x')}};
  const std::string message = compose(composition);
  std::string without = message;
  for (std::size_t at = without.find("\r\n"); at != std::string::npos; at = without.find("\r\n", at))
    without.erase(at, 2);
  EXPECT_EQ(without.find_first_of("\r\n"), std::string::npos);
  EXPECT_TRUE(is_ascii(message));
}

TEST(ContentType, FollowsTheName) {
  EXPECT_EQ(content_type_of("Photo.JPG"), "image/jpeg");
  EXPECT_EQ(content_type_of("data"), "application/octet-stream");
}

}  // namespace
}  // namespace mailrig::mail
