#include "fakes/smtp/reply_parser.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace mailrig::smtp {
namespace {

using Status = ReplyParser::Status;

Status parse(ReplyParser& parser, std::string_view bytes) {
  return parser.next(bytes);
}

TEST(ReplyParser, ReadsRepliesOneAfterAnother) {
  // RFC 5321 §4.2.1
  ReplyParser parser;
  std::string_view input = "250-first\r\n250-second\r\n250 last\r\n354 go\r\n250\r\n";
  ASSERT_EQ(parser.next(input), Status::complete);
  EXPECT_EQ(parser.reply(), (Reply{.code = 250, .text = "first\nsecond\nlast"}));
  ASSERT_EQ(parser.next(input), Status::complete);
  EXPECT_EQ(parser.reply(), (Reply{.code = 354, .text = "go"}));
  // The grammar of §4.2 lets a code stand alone.
  ASSERT_EQ(parser.next(input), Status::complete);
  EXPECT_EQ(parser.reply(), (Reply{.code = 250, .text = ""}));
  EXPECT_EQ(input, "");
}

TEST(ReplyParser, TakesOneByteAtATime) {
  ReplyParser parser;
  constexpr std::string_view reply = "421-a\r\n421 b\r\n";
  for (std::size_t i = 0; i + 1 < reply.size(); ++i) ASSERT_EQ(parse(parser, reply.substr(i, 1)), Status::incomplete);
  ASSERT_EQ(parse(parser, "\n"), Status::complete);
  EXPECT_EQ(parser.reply(), (Reply{.code = 421, .text = "a\nb"}));
}

TEST(ReplyParser, RefusesWhatIsNoReply) {
  for (const std::string_view bytes :
       {"\r\n", "25\r\n", "hello\r\n", "2500 x\r\n", "150 x\r\n", "650 x\r\n", "25x y\r\n", "250-a\r\n251 b\r\n",
        "250-a\r\nb\r\n", "HTTP/1.1 400 Bad Request\r\n"}) {
    ReplyParser parser;
    EXPECT_EQ(parse(parser, bytes), Status::malformed) << bytes;
  }
}

TEST(ReplyParser, KeepsOnlySoMuchOfALine) {
  ReplyParser parser;
  ASSERT_EQ(parse(parser, "250 "), Status::incomplete);
  const std::string piece(1 << 20, 'x');
  for (int i = 0; i < 64; ++i) ASSERT_EQ(parse(parser, piece), Status::incomplete);
  ASSERT_EQ(parse(parser, "\r\n"), Status::complete);
  EXPECT_EQ(parser.reply().text.size(), ReplyParser::line_bytes_max - 4);
}

TEST(ReplyParser, KeepsOnlySoManyLines) {
  ReplyParser parser;
  std::string lines;
  for (std::size_t i = 0; i < ReplyParser::lines_max; ++i) lines += "250-x\r\n";
  ASSERT_EQ(parse(parser, lines), Status::incomplete);
  EXPECT_EQ(parse(parser, "250 x\r\n"), Status::malformed);
}

}  // namespace
}  // namespace mailrig::smtp
