#include "fakes/auth/tag_list.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mailrig::auth {
namespace {

using ::testing::ElementsAre;

std::vector<std::string> read(std::string_view text) {
  std::vector<std::string> tags;
  const TagList list = TagList::parse(text);
  for (const Tag& tag : list.tags()) tags.push_back(std::string(tag.name) + "=" + std::string(tag.value));
  if (!list.valid()) tags.push_back("fault: " + std::string(in_words(list.fault())));
  return tags;
}

// RFC 6376 §3.2: tag-spec = [FWS] tag-name [FWS] "=" [FWS] tag-value [FWS]
TEST(TagList, IgnoresWhiteSpaceAroundNamesAndValues) {
  EXPECT_THAT(read(" v = 1 ;\r\n\ta=rsa-sha256;b_2\t=\r\n x "), ElementsAre("v=1", "a=rsa-sha256", "b_2=x"));
}

// RFC 6376 §3.2: "Whitespace within a value MUST be retained"
TEST(TagList, KeepsWhiteSpaceInsideValues) {
  EXPECT_THAT(read("n=two  words; b=ab\r\n cd"), ElementsAre("n=two  words", "b=ab\r\n cd"));
  EXPECT_EQ(without_white_space("ab\r\n c\td"), "abcd");
}

// RFC 6376 §3.2: tag-list = tag-spec *( ";" tag-spec ) [ ";" ]
TEST(TagList, TakesOneSemicolonAtTheEnd) {
  EXPECT_THAT(read("a=b;"), ElementsAre("a=b"));
  EXPECT_THAT(read("a=b; \r\n "), ElementsAre("a=b"));
  EXPECT_THAT(read("a=b;;"), ElementsAre("fault: not a tag list"));
  EXPECT_THAT(read(";a=b"), ElementsAre("fault: not a tag list"));
  EXPECT_THAT(read(""), ElementsAre("fault: not a tag list"));
}

// RFC 6376 §3.2: "Tags that have an empty value are not the same as omitted tags." "=" may stand in values.
TEST(TagList, DistinguishesEmptyFromAbsent) {
  const TagList list = TagList::parse("p=; q=a=b==");
  EXPECT_EQ(list.value("p"), "");
  EXPECT_EQ(list.value("q"), "a=b==");
  EXPECT_EQ(list.value("r"), std::nullopt);
}

// RFC 6376 §3.2: "Tags with duplicate names MUST NOT occur within a single tag-list; if a tag name does occur more than
// once, the entire tag-list is invalid." And: "Tags MUST be interpreted in a case-sensitive manner."
TEST(TagList, RefusesDuplicatesButNotOtherCases) {
  EXPECT_THAT(read("a=1; b=2; a=1"), ElementsAre("fault: a tag appears twice"));
  EXPECT_THAT(read("a=1; A=2"), ElementsAre("a=1", "A=2"));
}

// RFC 6376 §3.2: tag-name = ALPHA *ALNUMPUNC; VALCHAR = %x21-3A / %x3C-7E
TEST(TagList, RefusesWhatIsNotOfTheGrammar) {
  for (const std::string_view text :
       {"1a=b", "a-b=c", "a b=c", "a", "=b", "a=\x01", "a=b\x7f", "_a=b", "a=b; c", "a=\xff"}) {
    EXPECT_THAT(read(text), ElementsAre("fault: not a tag list")) << text;
  }
  EXPECT_THAT(read(std::string_view("a=b\0c", 5)), ElementsAre("fault: not a tag list"));
}

// RFC 8616 §5: internationalised domains stand as U-labels.
TEST(TagList, TakesUtf8InValues) {
  EXPECT_THAT(read("d=b\xc3\xbc"
                   "cher.example"),
              ElementsAre("d=b\xc3\xbc"
                          "cher.example"));
}

TEST(TagList, IsBounded) {
  std::string text;
  for (int i = 0; i < 200'000; ++i) text += "t" + std::to_string(i) + "=1;";
  EXPECT_THAT(read(text), ElementsAre("fault: too many tags"));
}

TEST(TagList, GivesTheRawValueForWhoeverMustCutItOut) {
  const std::string_view text = "a=1; b= x \r\n y ; c=2";
  const TagList list = TagList::parse(text);
  EXPECT_EQ(list.find("b")->raw, " x \r\n y ");
}

TEST(SplitValue, TrimsItemsAndIsBounded) {
  EXPECT_THAT(*split_value("From : To\r\n :Cc", ':', 10), ElementsAre("From", "To", "Cc"));
  EXPECT_THAT(*split_value("", ':', 10), ElementsAre(""));
  EXPECT_THAT(*split_value("a::b", ':', 10), ElementsAre("a", "", "b"));
  EXPECT_EQ(split_value("a:b:c", ':', 2), std::nullopt);
}

// RFC 6376 §2.10: base64string = ALPHADIGITPS *([FWS] ALPHADIGITPS) [ [FWS] "=" [ [FWS] "=" ] ]
TEST(DecodeBase64, IgnoresFoldsAndRefusesOtherCharacters) {
  EXPECT_EQ(decode_base64("aGVs\r\n bG8 ="), "hello");
  EXPECT_EQ(decode_base64("aGVsbG8"), "hello");
  EXPECT_EQ(decode_base64("aGk="), "hi");
  EXPECT_EQ(decode_base64("aA=="), "h");
  for (const std::string_view text : {"", "=", "a", "aGk=x", "aG-k", "aGk===", "aGVsb", "a*b="}) {
    EXPECT_EQ(decode_base64(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace mailrig::auth
