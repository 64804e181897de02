#include "fakes/smtp/line_codec.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "fakes/smtp/byte_queue.h"

namespace mailrig::smtp {
namespace {

using testing::ElementsAre;

// Offers `input` in pieces of `piece` bytes, keeping what the splitter leaves, as the engine does.
std::vector<std::string> split(std::string_view input, std::size_t line_bytes_max, std::size_t piece) {
  LineSplitter splitter(line_bytes_max);
  std::vector<std::string> lines;
  std::string kept;
  while (!input.empty()) {
    kept += input.substr(0, piece);
    input.remove_prefix(std::min(piece, input.size()));
    std::string_view rest = kept;
    std::string_view line;
    for (auto status = splitter.next(rest, line); status != LineSplitter::Status::incomplete;
         status = splitter.next(rest, line)) {
      lines.push_back(status == LineSplitter::Status::complete ? std::string(line) : "(too long)");
    }
    kept = rest;
    EXPECT_LT(kept.size(), line_bytes_max);
  }
  return lines;
}

TEST(LineSplitter, CutsOnlyAtCrlfWhateverTheSegments) {
  // RFC 5321 §2.3.8
  for (std::size_t piece = 1; piece < 20; ++piece) {
    EXPECT_THAT(split("a\r\n\r\nb\nc\rd\r\r\n12345678\r\n123456789\r\n\r\n", 10, piece),
                ElementsAre("a", "", "b\nc\rd\r", "12345678", "(too long)", ""))
        << "pieces of " << piece;
  }
}

TEST(LineSplitter, ForgetsTheLineThatItDiscards) {
  LineSplitter splitter(10);
  std::string_view line;
  std::string_view input = "0123456789";
  EXPECT_EQ(splitter.next(input, line), LineSplitter::Status::incomplete);
  EXPECT_EQ(input, "");
  input = "still the same line\r\n";
  EXPECT_EQ(splitter.next(input, line), LineSplitter::Status::too_long);
}

struct Decoded {
  std::string content;
  std::string behind;
  bool ended = false;
};

Decoded decode(std::string_view data, std::size_t cut_at) {
  DotDecoder decoder;
  ContentBuffer content;
  content.start({.bytes_max = 1 << 20}, 0);
  Decoded result;
  for (std::string_view part : {data.substr(0, cut_at), data.substr(cut_at)}) {
    if (!result.ended) result.ended = decoder.decode(part, content);
    result.behind += part;
  }
  result.content = content.take();
  return result;
}

TEST(DotDecoder, RemovesOneDotAndEndsAtCrlfDotCrlfWhereverTcpCuts) {
  // RFC 5321 §4.5.2; the case dot_stuffing of the hostile suite.
  constexpr std::string_view data = "..\r\n.a\r\nb.\r\n...\r\n\r\n.\rx\r\n.\nx\r\n\n.\r\n.\r\nQUIT\r\n";
  for (std::size_t cut = 0; cut <= data.size(); ++cut) {
    const Decoded decoded = decode(data, cut);
    EXPECT_EQ(decoded.content, ".\r\na\r\nb.\r\n..\r\n\r\n\rx\r\n\nx\r\n\n.\r\n") << "cut at " << cut;
    EXPECT_TRUE(decoded.ended);
    EXPECT_EQ(decoded.behind, "QUIT\r\n") << "cut at " << cut;
  }
}

TEST(DotDecoder, TakesAnEmptyMessage) {
  const Decoded decoded = decode(".\r\n", 1);
  EXPECT_TRUE(decoded.ended);
  EXPECT_EQ(decoded.content, "");
}

std::string encode(std::string_view content, std::size_t piece) {
  DotEncoder encoder(content);
  std::string out;
  while (!encoder.done()) encoder.encode(piece, out);
  return out;
}

TEST(DotEncoder, DoublesLeadingDotsInPiecesOfAnySize) {
  for (std::size_t piece = 1; piece < 20; ++piece) {
    EXPECT_EQ(encode(".\r\n..a\r\nb.c\r\n.\r\n", piece), "..\r\n...a\r\nb.c\r\n..\r\n.\r\n") << "pieces of " << piece;
  }
}

TEST(DotEncoder, AddsTheLastLineEndOnlyWhereItIsMissing) {
  // RFC 5321 §4.1.1.4: no blank line may appear that was not there.
  EXPECT_EQ(encode("a", 9), "a\r\n.\r\n");
  EXPECT_EQ(encode("a\r\n", 9), "a\r\n.\r\n");
  EXPECT_EQ(encode("", 9), ".\r\n");
}

TEST(DotCodec, GivesBackEveryTextOfDotsAndNewlines) {
  // All 4^7 texts over the four characters that matter; a text that does not end with CRLF comes back with one.
  constexpr std::string_view alphabet = ".\r\nx";
  for (std::size_t number = 0; number < (1u << 14); ++number) {
    std::string text;
    for (std::size_t bits = number, i = 0; i < 7; ++i, bits /= 4) text += alphabet[bits % 4];
    const Decoded decoded = decode(encode(text, 3), 5);
    if (!text.ends_with("\r\n")) text += "\r\n";
    ASSERT_TRUE(decoded.ended);
    ASSERT_EQ(decoded.content, text);
    ASSERT_EQ(decoded.behind, "");
  }
}

TEST(ContentBuffer, CountsBeyondItsLimitWithoutKeeping) {
  ContentBuffer content;
  content.start({.bytes_max = 4}, 1'000'000'000);
  content.append("1234");
  EXPECT_FALSE(content.over_limit());
  content.append("5");
  EXPECT_TRUE(content.over_limit());
  EXPECT_EQ(content.size(), 5u);
  EXPECT_EQ(content.take(), "");
}

TEST(ContentBuffer, GivesTheMemoryBackOfWhatItDoesNotKeep) {
  ContentBuffer content;
  content.start({.bytes_max = 100'000}, 0);
  content.append(std::string(100'000, 'x'));
  content.append("x");
  EXPECT_LT(content.take().capacity(), 100u);
}

TEST(ContentBuffer, KeepsNoLineThatGrowsTooLong) {
  ContentBuffer content;
  content.start({.bytes_max = 100, .line_bytes_max = 5}, 0);
  for (const char* piece : {"12345", "\r", "\n", "12\r\n1", "2345", ""}) content.append(piece);
  EXPECT_TRUE(content.line_over_limit()) << "the CR belongs to the line";
  EXPECT_EQ(content.take(), "");
  EXPECT_EQ(content.size(), 16u);

  content.start({.bytes_max = 100, .line_bytes_max = 7}, 0);
  for (const char* piece : {"12345", "\r", "\n", "12\r\n1", "2345", ""}) content.append(piece);
  EXPECT_FALSE(content.line_over_limit());
  content.append("67");
  EXPECT_FALSE(content.line_over_limit());
  content.append("\r\n");
  content.append("12345678");
  EXPECT_TRUE(content.line_over_limit());
}

TEST(ByteQueue, GivesTheMemoryBackOfItsLargestMoment) {
  ByteQueue queue;
  queue.append(std::string(100'000, 'x'));
  queue.consume(100'000);
  EXPECT_LE(queue.tail().capacity(), 16'384u);
}

TEST(Newlines, FindsBareOnes) {
  EXPECT_FALSE(has_bare_newline(""));
  EXPECT_FALSE(has_bare_newline("a\r\n\r\nb"));
  EXPECT_TRUE(has_bare_newline("a\nb\r\n"));
  EXPECT_TRUE(has_bare_newline("a\rb\r\n"));
  EXPECT_TRUE(has_bare_newline("a\r\r\n"));
  EXPECT_TRUE(has_bare_newline("a\r\n\n"));
  EXPECT_TRUE(has_bare_newline("a\r"));
}

TEST(Newlines, MeasuresTheLongestLine) {
  EXPECT_EQ(longest_line_bytes(""), 0u);
  EXPECT_EQ(longest_line_bytes("a\r\nbcd\r\n\r\n"), 5u);
  EXPECT_EQ(longest_line_bytes("a\r\nb\nc\rd"), 5u);
}

}  // namespace
}  // namespace mailrig::smtp
