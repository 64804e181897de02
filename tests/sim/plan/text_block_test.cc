#include "sim/plan/text_block.h"

#include <gtest/gtest.h>

#include "fakes/mail/encode.h"
#include "fakes/mail/text.h"
#include "tests/fakes/mail/decode.h"

namespace mailrig::plan {
namespace {

using mail::TransferEncoding;
using scenario::Language;

std::string decoded(std::string_view text, TransferEncoding encoding) {
  if (encoding == TransferEncoding::base64) return mail::decode_base64(text);
  if (encoding == TransferEncoding::quoted_printable) return mail::decode_quoted_printable(text);
  return std::string(text);
}

TEST(TextBlock, EveryCutIsClean) {
  for (const auto language : {Language::en, Language::zh, Language::mixed}) {
    for (const auto encoding :
         {TransferEncoding::eight_bit, TransferEncoding::quoted_printable, TransferEncoding::base64}) {
      const TextBlock block(language, encoding);
      for (std::size_t first : {std::size_t{0}, std::size_t{1}, block.lines() / 2, block.lines() - 1}) {
        for (const std::uint64_t room : {0u, 1u, 77u, 500u, 40'003u}) {
          const std::uint64_t octets = block.fitting(first, room);
          EXPECT_LE(octets, room);
          EXPECT_GT(octets + block.line_octets_max(), room);
          std::string text;
          block.append(text, first, octets);
          EXPECT_EQ(text.size(), octets);
          EXPECT_TRUE(text.empty() || text.ends_with("\r\n"));
          EXPECT_FALSE(text.ends_with("=\r\n") && encoding == TransferEncoding::quoted_printable);
          EXPECT_TRUE(mail::is_utf8(decoded(text, encoding)));
        }
      }
    }
  }
}

TEST(TextBlock, ReadsAsItsLanguage) {
  std::string text;
  const TextBlock english(Language::en, TransferEncoding::seven_bit);
  english.append(text, 0, english.fitting(0, 5'000));
  EXPECT_TRUE(mail::is_ascii(text));
  EXPECT_NE(text.find("order"), std::string::npos);
  text.clear();
  const TextBlock chinese(Language::zh, TransferEncoding::base64);
  chinese.append(text, 0, chinese.fitting(0, 5'000));
  EXPECT_NE(mail::decode_base64(text).find("您"), std::string::npos);
}

TEST(EncodeLine, DependsOnNoNeighbour) {
  for (const auto encoding :
       {TransferEncoding::eight_bit, TransferEncoding::quoted_printable, TransferEncoding::base64}) {
    const std::string two = encode_line("您好", encoding) + encode_line("second line", encoding);
    const std::string text = decoded(two, encoding);
    EXPECT_TRUE(text.starts_with("您好")) << text;
    EXPECT_NE(text.find("\r\nsecond line"), std::string::npos) << text;
  }
}

TEST(AttachmentBlock, HasTheSizeAskedFor) {
  const AttachmentBlock block;
  for (const std::uint64_t size : {0u, 1u, 56u, 57u, 58u, 1'000u, 29'184u, 100'000u}) {
    for (const std::uint64_t draw : {std::uint64_t{0}, ~std::uint64_t{0}, std::uint64_t{1} << 63}) {
      std::string encoded;
      block.append(encoded, size, draw);
      EXPECT_EQ(encoded.size(), mail::base64_lines_length(size));
      EXPECT_EQ(mail::decode_base64(encoded).size(), size);
    }
  }
}

}  // namespace
}  // namespace mailrig::plan
