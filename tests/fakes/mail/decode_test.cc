#include "fakes/mail/decode.h"

#include "fakes/mail/encode.h"

namespace mailrig::mail {
namespace {

constexpr std::size_t plenty = 100'000;

// RFC 4648 §10.
TEST(FromBase64, ReadsTheTestVectors) {
  EXPECT_EQ(from_base64("", plenty), "");
  EXPECT_EQ(from_base64("Zg==", plenty), "f");
  EXPECT_EQ(from_base64("Zm8=", plenty), "fo");
  EXPECT_EQ(from_base64("Zm9vYmFy", plenty), "foobar");
}

// RFC 2045 §6.8: "any characters outside of the base64 alphabet are to be ignored".
TEST(FromBase64, PassesOverForeignCharacters) {
  EXPECT_EQ(from_base64("Zm9v\r\n \tYm!Fy\n", plenty), "foobar");
  EXPECT_EQ(from_base64("Zg==Zg==", plenty), "f");
  EXPECT_EQ(from_base64("Z", plenty), "");
}

TEST(FromBase64, IsBounded) {
  EXPECT_EQ(from_base64("Zm9vYmFy", 4), "foob");
}

// RFC 2045 §6.7 (1), (3), (5).
TEST(FromQuotedPrintable, ReadsEscapesAndSoftBreaks) {
  EXPECT_EQ(from_quoted_printable("a=3Db=e9\r\nc =\r\nd=20\r\n", plenty), "a=b\xE9\nc d \n");
  EXPECT_EQ(from_quoted_printable("soft=  \nbreak", plenty), "softbreak");
  EXPECT_EQ(from_quoted_printable("added blanks \t\nend", plenty), "added blanks\nend");
}

// §6.7, last notes: what cannot be an escape is left as it is.
TEST(FromQuotedPrintable, KeepsWhatIsNoEscape) {
  EXPECT_EQ(from_quoted_printable("1=2 =G0 =4\nx=", plenty), "1=2 =G0 =4\nx");
}

TEST(FromQuotedPrintable, IsBounded) {
  EXPECT_EQ(from_quoted_printable("abc=41\ndef", 4), "abcA");
  EXPECT_EQ(from_quoted_printable("abc\ndef", 5), "abc\nd");
}

TEST(Decode, UndoesEncode) {
  std::string bytes;
  for (int i = 0; i < 1'000; ++i) bytes += static_cast<char>(i * 7);
  EXPECT_EQ(from_base64(base64_lines(bytes), plenty), bytes);
  const std::string text =
      "Gr\xC3\xBC\xC3\x9F"
      "e, =\n  trailing blank \n" +
      std::string(200, 'x') + "\n";
  EXPECT_EQ(from_quoted_printable(quoted_printable(text), plenty), text);
}

}  // namespace
}  // namespace mailrig::mail
