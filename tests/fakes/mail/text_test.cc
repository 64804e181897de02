#include "fakes/mail/text.h"

#include <gtest/gtest.h>

namespace mailrig::mail {
namespace {

TEST(Text, ComparesWithoutCase) {
  EXPECT_TRUE(equals_ignoring_case("Message-ID", "message-id"));
  EXPECT_FALSE(equals_ignoring_case("Message-ID", "Message-I"));
  EXPECT_FALSE(equals_ignoring_case("To", "Tq"));
}

TEST(Text, LowersOnlyAsciiLetters) {
  EXPECT_EQ(to_lower("BÜCHER.Example"), "bÜcher.example");
}

TEST(Text, TrimsBothEnds) {
  EXPECT_EQ(trim(" \t a b \r\n"), "a b");
  EXPECT_EQ(trim(" \r\n "), "");
}

TEST(Text, MeasuresUtf8Characters) {
  EXPECT_EQ(utf8_length("a"), 1u);
  EXPECT_EQ(utf8_length("ü"), 2u);
  EXPECT_EQ(utf8_length("你好"), 3u);
  EXPECT_EQ(utf8_length("😀"), 4u);
  EXPECT_EQ(utf8_length(""), 0u);
}

TEST(Text, CutsBetweenCharacters) {
  EXPECT_EQ(utf8_prefix("你好", 6), "你好");
  EXPECT_EQ(utf8_prefix("你好", 5), "你");
  EXPECT_EQ(utf8_prefix("你好", 2), "");
}

TEST(Text, ReadsCodePoints) {
  for (const auto& [text, code] : {std::pair("a", U'a'), {"ü", U'ü'}, {"你", U'你'}, {"😀", U'😀'}}) {
    EXPECT_EQ(utf8_code(text), code);
    EXPECT_EQ(utf8_length_of_lead(*text), utf8_length(text));
  }
  EXPECT_TRUE(is_han(U'你'));
  EXPECT_FALSE(is_han(U'、'));
}

// RFC 3629 §3, §4.
TEST(Text, RefusesWhatIsNotUtf8) {
  EXPECT_TRUE(is_utf8("Grüße, 你好 😀"));
  EXPECT_FALSE(is_utf8("\xc0\x80"));          // overlong NUL
  EXPECT_FALSE(is_utf8("\xe0\x9f\xbf"));      // overlong
  EXPECT_FALSE(is_utf8("\xed\xa0\x80"));      // surrogate
  EXPECT_FALSE(is_utf8("\xf4\x90\x80\x80"));  // above U+10FFFF
  EXPECT_FALSE(is_utf8("\xe4\xbd"));          // cut off
  EXPECT_FALSE(is_utf8("\x80"));              // no lead
}

// RFC 5322 §3.2.2: comments nest, and a quoted pair is no parenthesis.
TEST(Text, FindsTheEndOfAComment) {
  EXPECT_EQ(end_of_comment("(a) b", 0), 3u);
  EXPECT_EQ(end_of_comment("x (a (b) c) d", 2), 11u);
  EXPECT_EQ(end_of_comment("(\\) \\\\)", 0), 7u);
  EXPECT_EQ(end_of_comment("(a", 0), std::string_view::npos);
  EXPECT_EQ(end_of_comment("((a)", 0), std::string_view::npos);
  EXPECT_EQ(end_of_comment("(a\\", 0), std::string_view::npos);
}

TEST(Text, ReadsHexadecimalDigits) {
  EXPECT_EQ(hex_value('0'), 0);
  EXPECT_EQ(hex_value('9'), 9);
  EXPECT_EQ(hex_value('a'), 10);
  EXPECT_EQ(hex_value('F'), 15);
  for (const char other : {'g', 'G', '@', '`', '/', ':', ' '}) EXPECT_EQ(hex_value(other), -1);
}

}  // namespace
}  // namespace mailrig::mail
