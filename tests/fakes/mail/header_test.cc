#include "fakes/mail/header.h"

#include <gtest/gtest.h>

#include <vector>

namespace mailrig::mail {
namespace {

struct Seen {
  std::vector<std::string> fields;  // name, '=', unfolded value
  std::string body;
  bool separated = false;
};

Seen read(std::string_view message) {
  Seen seen;
  HeaderReader reader(message);
  while (const auto field = reader.next()) {
    seen.fields.push_back(std::string(field->name) + "=" + unfold(field->value));
  }
  EXPECT_FALSE(reader.next());
  seen.body = message.substr(reader.body_offset());
  seen.separated = reader.separated();
  return seen;
}

TEST(Header, ReadsFieldsAndBody) {
  const Seen seen = read("From: a@b.example\r\nSubject:x\r\n\r\nHello\r\n");
  EXPECT_EQ(seen.fields, (std::vector<std::string>{"From=a@b.example", "Subject=x"}));
  EXPECT_EQ(seen.body, "Hello\r\n");
  EXPECT_TRUE(seen.separated);
}

// RFC 5322 §2.2.3: unfolding removes a line end before white space and nothing else.
TEST(Header, Unfolds) {
  const Seen seen = read("Subject: This\r\n is a  test\nTo: x,\n\ty\n\n");
  EXPECT_EQ(seen.fields, (std::vector<std::string>{"Subject=This is a  test", "To=x,\ty"}));
  EXPECT_EQ(unfold("  a\r\n b", 2), "a ");
}

// RFC 5322 §4.5.2: blanks before the colon are obsolete, and to be accepted.
TEST(Header, AcceptsBlanksBeforeTheColon) {
  EXPECT_EQ(read("Subject : x\n\n").fields.front(), "Subject=x");
}

TEST(Header, EndsWhereALineIsNoField) {
  const Seen prose = read("Subject: x\r\nHello there\r\n\r\nmore");
  EXPECT_EQ(prose.fields.size(), 1u);
  EXPECT_EQ(prose.body, "Hello there\r\n\r\nmore");
  EXPECT_FALSE(prose.separated);
  EXPECT_EQ(read("Dear friend: hello\n").body, "Dear friend: hello\n");
  EXPECT_EQ(read(": no name\n").body, ": no name\n");
  EXPECT_EQ(read(" folded from nothing\nSubject: x\n").body, " folded from nothing\nSubject: x\n");
}

TEST(Header, StandsMessagesThatStopAnywhere) {
  EXPECT_EQ(read("").body, "");
  EXPECT_FALSE(read("").separated);
  EXPECT_EQ(read("\r\n").body, "");
  EXPECT_TRUE(read("\r\n").separated);
  EXPECT_EQ(read("A: b").fields.front(), "A=b");
  EXPECT_EQ(read("A: b\r\n c").fields.front(), "A=b c");
  EXPECT_EQ(read("A:").fields.front(), "A=");
}

TEST(Header, RawFieldsAreTheHeaderItself) {
  const std::string message = "A: 1\r\nB: 2\r\n  3\r\n\r\nbody";
  HeaderReader reader(message);
  std::string raw;
  while (const auto field = reader.next()) raw += field->raw;
  EXPECT_EQ(raw, "A: 1\r\nB: 2\r\n  3\r\n");
}

TEST(Header, FindsTheFirstByName) {
  const std::string_view message = "X: 1\r\nSUBJECT: one\r\nSubject: two\r\n\r\nTo: in the body\r\n";
  EXPECT_EQ(find_field(message, "subject"), " one");
  EXPECT_FALSE(find_field(message, "To"));
  EXPECT_EQ(message.substr(body_offset(message)), "To: in the body\r\n");
}

}  // namespace
}  // namespace mailrig::mail
