#include "fakes/auth/canonical_header.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mailrig::auth {
namespace {

using ::testing::ElementsAre;

std::string canonical(Canonicalization method, std::string_view raw) {
  std::string text;
  append_canonical_field(text, method, raw);
  return text;
}
std::string relaxed_field(std::string_view raw) {
  return canonical(Canonicalization::relaxed, raw);
}

// RFC 6376 §3.4.5, the examples.
TEST(CanonicalHeader, DoesTheExamplesOfTheRfc) {
  EXPECT_EQ(relaxed_field("A: X\r\n"), "a:X\r\n");
  EXPECT_EQ(relaxed_field("B : Y\t\r\n\tZ  \r\n"), "b:Y Z\r\n");
  EXPECT_EQ(canonical(Canonicalization::simple, "B : Y\t\r\n\tZ  \r\n"), "B : Y\t\r\n\tZ  \r\n");
}

// RFC 6376 §3.4.2, each of its steps.
TEST(CanonicalHeader, RelaxesNamesFoldsAndWhiteSpace) {
  EXPECT_EQ(relaxed_field("SUBJect:AbC"), "subject:AbC\r\n");
  EXPECT_EQ(relaxed_field("X:\r\n a\r\n \r\n\tb\r\n"), "x:a b\r\n");
  EXPECT_EQ(relaxed_field("X: a \t b\r\n"), "x:a b\r\n");
  EXPECT_EQ(relaxed_field("X:\r\n"), "x:\r\n");
  EXPECT_EQ(relaxed_field("X: \t \r\n"), "x:\r\n");
  EXPECT_EQ(relaxed_field("X: a: b\r\n"), "x:a: b\r\n");
  EXPECT_EQ(relaxed_field("X: b\xc3\xbc"
                          "cher\r\n"),
            "x:b\xc3\xbc"
            "cher\r\n");
}

TEST(CanonicalHeader, TakesBareLfForALineEndAndBareCrForACharacter) {
  EXPECT_EQ(relaxed_field("X: a\n b\n"), "x:a b\r\n");
  EXPECT_EQ(canonical(Canonicalization::simple, "X: a\n b\n"), "X: a\r\n b\r\n");
  EXPECT_EQ(relaxed_field("X: a\rb\r\n"), "x:a\rb\r\n");
}

// RFC 6376 §3.7: the signature's own field comes last, without its CRLF and with an empty b=.
TEST(CanonicalHeader, CutsTheValueOutOfASignature) {
  const std::string_view raw = "DKIM-Signature: a=1;\r\n b= xyz\r\n  z ; c=2\r\n";
  const std::string_view cut = raw.substr(raw.find(" xyz"), raw.find("; c") - raw.find(" xyz"));
  std::string text;
  append_canonical_signature(text, Canonicalization::relaxed, raw, cut);
  EXPECT_EQ(text, "dkim-signature:a=1; b=; c=2");
  text.clear();
  append_canonical_signature(text, Canonicalization::simple, raw, cut);
  EXPECT_EQ(text, "DKIM-Signature: a=1;\r\n b=; c=2");
}

std::vector<std::string> chosen(HeaderFields& header, const std::vector<std::string>& names) {
  std::vector<std::string> values;
  header.begin_choice();
  for (const std::string& name : names) {
    const mail::HeaderField* field = header.choose(FieldName(name));
    values.push_back(field == nullptr ? "none" : std::string(field->value));
  }
  return values;
}

// RFC 6376 §5.4.2: "Signers choosing to sign an existing header field that occurs more than once in the message … MUST
// sign the physically last instance of that header field in the header block", then upwards.
TEST(HeaderFields, ChoosesFromTheBottomUp) {
  HeaderFields header;
  header.assign("A:1\r\nB:2\r\na:3\r\nA:4\r\n\r\nA:body");
  EXPECT_THAT(chosen(header, {"a", "B", "A", "c", "A", "A", "b"}),
              ElementsAre("4", "2", "3", "none", "1", "none", "none"));
  EXPECT_THAT(chosen(header, {"A"}), ElementsAre("4")) << "a new choice has all of them again";
  header.assign("B:5\r\n");
  EXPECT_THAT(chosen(header, {"A", "B"}), ElementsAre("none", "5"));
}

TEST(HeaderFields, IsBounded) {
  std::string text = "First:1\r\n";
  for (std::size_t i = 0; i < header_fields_max; ++i) text += "x:\r\n";
  const std::size_t body = text.size() + 2;
  text += "\r\nbody";
  HeaderFields header;
  header.assign(text);
  EXPECT_TRUE(header.overfull());
  EXPECT_EQ(header.all().size(), header_fields_max);
  EXPECT_EQ(header.body_offset(), body);
  EXPECT_THAT(chosen(header, {"First"}), ElementsAre("1"));
}

}  // namespace
}  // namespace mailrig::auth
