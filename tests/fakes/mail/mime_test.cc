#include "fakes/mail/mime.h"

#include "fakes/mail/line_ends.h"

namespace mailrig::mail {
namespace {

std::vector<std::string> contents(std::string_view message) {
  std::vector<std::string> found;
  for (const Part& part : leaf_parts(message)) found.emplace_back(part.content);
  return found;
}

// RFC 2045 §5.1: types and parameter names have no case, values may be quoted, comments may stand anywhere.
TEST(ContentType, IsReadWithItsParameters) {
  const ContentType type = parse_content_type(
      " Multipart/Report (a ; comment); report-type=Delivery-Status;\r\n\tBOUNDARY=\"a;b \\\"c\" ; x=1(y)");
  EXPECT_EQ(type.type, "multipart/report");
  EXPECT_EQ(type.parameter("report-type"), "Delivery-Status");
  EXPECT_EQ(type.parameter("boundary"), "a;b \"c");
  EXPECT_EQ(type.parameter("x"), "1");
  EXPECT_EQ(type.parameter("y"), "");
}

// RFC 2045 §5.2: without one, or with one that makes no sense, it is plain text.
TEST(ContentType, IsPlainTextOtherwise) {
  for (const std::string_view value : {"", "text", "/", "text/", "/plain", ";", "\"text/html\""}) {
    EXPECT_EQ(parse_content_type(value).type, "text/plain") << value;
  }
  EXPECT_EQ(content_type_field("Subject: x\n\n").type, "text/plain");
}

// Senders forget the quotes that RFC 2045 §5.1 asks for around "=", "/" and "?".
TEST(ContentType, TakesUnquotedBoundaries) {
  EXPECT_EQ(parse_content_type("multipart/mixed; boundary=a=_b/c?d;e=f").parameter("boundary"), "a=_b/c?d");
}

// RFC 2046 §5.1.1: text before the first and behind the last delimiter is none of the parts; the line end before a
// delimiter belongs to it; blanks behind a delimiter don't count.
TEST(LeafParts, LieBetweenDelimiters) {
  const std::string with_lf =
      "Content-Type: multipart/mixed; boundary=b\n\nbefore\n"
      "--b\nContent-Type: text/html\n\none\n\n"
      "--b \t\n\ntwo\n--bc\n"
      "--b--\nbehind\n--b\n\nno part\n";
  for (const bool crlf : {false, true}) {
    const std::string message = crlf ? with_crlf(with_lf) : with_lf;
    const std::string end = crlf ? "\r\n" : "\n";
    const auto parts = leaf_parts(message);
    ASSERT_EQ(parts.size(), 2u);
    EXPECT_EQ(parts[0].type.type, "text/html");
    EXPECT_EQ(parts[0].content, "one" + end);
    EXPECT_EQ(parts[1].type.type, "text/plain");
    EXPECT_EQ(parts[1].content, "two" + end + "--bc");
  }
}

TEST(LeafParts, AreThoseInsideOthersToo) {
  const auto parts = leaf_parts(
      "Content-Type: multipart/mixed; boundary=out\n\n"
      "--out\nContent-Type: multipart/alternative; boundary=out-in\n\n"
      "--out-in\n\na\n--out-in\n\nb\n--out-in--\n"
      "--out\nContent-Type: message/rfc822\n\nContent-Type: multipart/mixed; boundary=x\n\n--x\n\nnot opened\n--x--\n"
      "--out--\n");
  ASSERT_EQ(parts.size(), 3u);
  EXPECT_EQ(parts[0].content, "a");
  EXPECT_EQ(parts[1].content, "b");
  EXPECT_EQ(parts[2].type.type, "message/rfc822");
}

TEST(LeafParts, NeedNoClosingDelimiter) {
  EXPECT_EQ(contents("Content-Type: multipart/mixed; boundary=b\n\n--b\n\none\n--b\n\ntwo\n"),
            (std::vector<std::string>{"one", "two\n"}));
}

// The outer delimiter ends all that is inside (RFC 2046 §5.1.2).
TEST(LeafParts, EndWithWhatIsAroundThem) {
  EXPECT_EQ(contents("Content-Type: multipart/mixed; boundary=o\n\n--o\nContent-Type: multipart/mixed; boundary=i\n\n"
                     "--i\n\na\n--o\n\nb\n--i\n\nc\n--o--\n"),
            (std::vector<std::string>{"a", "b\n--i\n\nc"}));
}

TEST(LeafParts, AreTheMessageItselfWhereItHasNone) {
  EXPECT_EQ(contents("Subject: x\n\nhello"), (std::vector<std::string>{"hello"}));
  EXPECT_EQ(contents(""), (std::vector<std::string>{""}));
  const auto parts = leaf_parts("Content-Type: multipart/report; boundary=b\n\nno delimiter here\n");
  ASSERT_EQ(parts.size(), 1u);
  EXPECT_EQ(parts[0].type.type, "multipart/report");
  EXPECT_EQ(parts[0].content, "no delimiter here\n");
  EXPECT_EQ(contents("Content-Type: multipart/mixed; boundary=b\n\n--b--\n"), (std::vector<std::string>{"--b--\n"}));
}

TEST(LeafParts, AreBoundedInNumberAndDepth) {
  std::string many = "Content-Type: multipart/mixed; boundary=b\n\n";
  for (std::size_t i = 0; i < 10 * mime_parts_max; ++i) many += "--b\n\nx\n";
  EXPECT_EQ(leaf_parts(many).size(), mime_parts_max);

  std::string deep;
  for (int i = 0; i < 10'000; ++i)
    deep += "Content-Type: multipart/mixed; boundary=b" + std::to_string(i) + "\n\n--b" + std::to_string(i) + "\n";
  const auto parts = leaf_parts(deep);
  ASSERT_EQ(parts.size(), 1u);
  EXPECT_EQ(parts[0].type.parameter("boundary"), "b" + std::to_string(mime_depth_max));
}

TEST(DecodedContent, UndoesTheTransferEncoding) {
  const auto decoded = [](std::string_view message, std::size_t octets_max) {
    return decoded_content(leaf_parts(message).front(), octets_max);
  };
  EXPECT_EQ(decoded("Content-Transfer-Encoding: BASE64 \n\naGVsbG8g\nd29ybGQ=\n", 100), "hello world");
  EXPECT_EQ(decoded("Content-Transfer-Encoding: Quoted-Printable\n\nh=C3=A9l=\nlo\n", 100), "h\xC3\xA9llo\n");
  EXPECT_EQ(decoded("Content-Transfer-Encoding: 8bit\n\n=3D\n", 100), "=3D\n");
  EXPECT_EQ(decoded("\n=3D\n", 2), "=3");
}

}  // namespace
}  // namespace mailrig::mail
