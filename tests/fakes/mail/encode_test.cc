#include "fakes/mail/encode.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "fakes/mail/header.h"
#include "fakes/mail/text.h"
#include "tests/fakes/mail/decode.h"

namespace mailrig::mail {
namespace {

std::size_t longest_line(std::string_view text) {
  std::size_t longest = 0;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find("\r\n"), text.size());
    longest = std::max(longest, end);
    text.remove_prefix(std::min(end + 2, text.size()));
  }
  return longest;
}

std::string field(std::string_view name, std::string_view value) {
  std::string out;
  append_field(out, name, value);
  return out;
}

std::string all_octets() {
  std::string bytes;
  for (int i = 0; i < 1024; ++i) bytes += static_cast<char>(i * 7 & 0xff);
  return bytes;
}

// RFC 4648 §10.
TEST(Base64, EncodesTheTestVectors) {
  EXPECT_EQ(base64(""), "");
  EXPECT_EQ(base64("f"), "Zg==");
  EXPECT_EQ(base64("fo"), "Zm8=");
  EXPECT_EQ(base64("foo"), "Zm9v");
  EXPECT_EQ(base64("foob"), "Zm9vYg==");
  EXPECT_EQ(base64("fooba"), "Zm9vYmE=");
  EXPECT_EQ(base64("foobar"), "Zm9vYmFy");
}

// RFC 2045 §6.8: lines of no more than 76 characters.
TEST(Base64, BreaksLines) {
  for (const std::size_t size : {0u, 1u, 56u, 57u, 58u, 114u, 1000u}) {
    const std::string bytes = all_octets().substr(0, size);
    const std::string lines = base64_lines(bytes);
    EXPECT_LE(longest_line(lines), 76u);
    EXPECT_EQ(lines.size(), base64_lines_length(size));
    EXPECT_EQ(decode_base64(lines), bytes);
    EXPECT_TRUE(lines.empty() || lines.ends_with("\r\n"));
  }
}

// RFC 2045 §6.7, its example among them.
TEST(QuotedPrintable, FollowsItsRules) {
  EXPECT_EQ(quoted_printable("Now's the time for all folk to come to the aid of their country.\n"),
            "Now's the time for all folk to come to the aid of their country.\r\n");
  EXPECT_EQ(quoted_printable("a=b"), "a=3Db");                              // (1)
  EXPECT_EQ(quoted_printable("x \ny\t\r\nz "), "x=20\r\ny=09\r\nz=20");     // (3)
  EXPECT_EQ(quoted_printable("ü\f"), "=C3=BC=0C");                          // (1)
  EXPECT_EQ(quoted_printable(std::string(76, 'a')), std::string(76, 'a'));  // (5)
  EXPECT_EQ(quoted_printable(std::string(77, 'a')), std::string(75, 'a') + "=\r\naa");
  EXPECT_EQ(quoted_printable("a\rb"), "a=0Db");
}

TEST(QuotedPrintable, DecodesToItsInput) {
  std::string text = "你好，世界。 " + all_octets();
  text.erase(std::remove(text.begin(), text.end(), '\n'), text.end());
  const std::string encoded = quoted_printable(text);
  EXPECT_LE(longest_line(encoded), 76u);
  EXPECT_TRUE(is_ascii(encoded));
  EXPECT_EQ(decode_quoted_printable(encoded), text);
}

// RFC 2047 §2: no word longer than 75; §5: a character is never split between two words.
TEST(EncodedWords, SplitBetweenCharacters) {
  std::string text;
  for (int i = 0; i < 40; ++i) text += i % 3 == 0 ? "好" : i % 3 == 1 ? "ü" : "😀";
  for (const auto form : {EncodedWordForm::base64, EncodedWordForm::quoted}) {
    const std::string words = encoded_words(text, form, 9);
    EXPECT_EQ(decode_words(words), text);
    std::string_view rest = words;
    while (!rest.empty()) {
      const std::string_view word = rest.substr(0, rest.find(' '));
      EXPECT_LE(word.size(), 75u);
      EXPECT_TRUE(is_utf8(decode_words(word))) << word;
      rest.remove_prefix(std::min(word.size() + 1, rest.size()));
    }
  }
}

// RFC 2047 §8 shows ISO-8859-1; in UTF-8 the same names read so.
TEST(EncodedWords, WriteBothForms) {
  EXPECT_EQ(encoded_words("André", EncodedWordForm::quoted), "=?UTF-8?Q?Andr=C3=A9?=");
  EXPECT_EQ(encoded_words("Olle Järnefors", EncodedWordForm::quoted), "=?UTF-8?Q?Olle_J=C3=A4rnefors?=");
  EXPECT_EQ(encoded_words("小店", EncodedWordForm::base64), "=?UTF-8?B?5bCP5bqX?=");
  EXPECT_EQ(encoded_words("a_b?", EncodedWordForm::quoted), "=?UTF-8?Q?a=5Fb=3F?=");
}

TEST(HeaderText, EncodesOnlyWhatNeedsIt) {
  EXPECT_EQ(header_text("Your order"), "Your order");
  EXPECT_EQ(header_text("Große Auswahl"), "=?UTF-8?Q?Gro=C3=9Fe_Auswahl?=");
  EXPECT_EQ(header_text("您的订单").substr(0, 10), "=?UTF-8?B?");
  // §7: text that looks like an encoded word is not to be taken for one.
  EXPECT_EQ(decode_words(header_text("=?x?=")), "=?x?=");
  EXPECT_EQ(decode_words(header_text("a\r\nBcc: b")), "a\r\nBcc: b");
}

// RFC 5322 §3.2.3, §3.2.4.
TEST(DisplayName, QuotesSpecials) {
  EXPECT_EQ(display_name("Shop"), "Shop");
  EXPECT_EQ(display_name("Joe Q. Public"), "\"Joe Q. Public\"");
  EXPECT_EQ(display_name("a\"b\\c"), "\"a\\\"b\\\\c\"");
  EXPECT_EQ(decode_words(display_name("小店, Inc.")), "小店, Inc.");
}

// RFC 5322 §2.1.1: 78 characters wished for, 998 the limit; §2.2.3: unfolding gives back the value.
TEST(Fold, KeepsLinesShortAndTheValueWhole) {
  std::string value = "word";
  for (int i = 0; i < 60; ++i)
    value += std::string(static_cast<std::size_t>(i % 3 + 1), ' ') + std::string(static_cast<std::size_t>(i), 'w');
  const std::string folded = field("Subject", value);
  EXPECT_LE(longest_line(folded), 78u);
  EXPECT_EQ(unfold(*find_field(folded, "Subject")), value);
}

TEST(Fold, LeavesShortFieldsAlone) {
  EXPECT_EQ(field("Subject", "x"), "Subject: x\r\n");
  EXPECT_EQ(field("Subject", ""), "Subject:\r\n");
  EXPECT_EQ(field("To", std::string(74, 'a')), "To: " + std::string(74, 'a') + "\r\n");
}

TEST(Fold, LongWordsGoToTheirOwnLineOrStay) {
  EXPECT_EQ(field("Message-ID", std::string(70, 'a')), "Message-ID:\r\n " + std::string(70, 'a') + "\r\n");
  EXPECT_EQ(field("Message-ID", std::string(100, 'a')), "Message-ID: " + std::string(100, 'a') + "\r\n");
  EXPECT_EQ(longest_line(field("X", std::string(5000, 'a'))), 998u);
}

// No value may smuggle in a field.
TEST(Fold, LineEndsInValuesAreHarmless) {
  const std::string folded = field("Subject", "x\r\nBcc: evil@example.com\n\nbody");
  EXPECT_EQ(folded, "Subject: x  Bcc: evil@example.com  body\r\n");
}

}  // namespace
}  // namespace mailrig::mail
