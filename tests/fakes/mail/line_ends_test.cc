#include "fakes/mail/line_ends.h"

#include <gtest/gtest.h>

namespace mailrig::mail {
namespace {

// RFC 5321 §2.3.8: only CRLF ends a line.
TEST(LineEnds, BecomeCrlf) {
  EXPECT_EQ(with_crlf("a\nb\rc\r\nd"), "a\r\nb\r\nc\r\nd");
  EXPECT_EQ(with_crlf("\n\n\r\r\n"), "\r\n\r\n\r\n\r\n");
  EXPECT_EQ(with_crlf(""), "");
  EXPECT_EQ(with_crlf("no end"), "no end");
}

TEST(LineEnds, EverythingElseStays) {
  const std::string bytes("\0\xff\x80 \t", 5);
  EXPECT_EQ(with_crlf(bytes), bytes);
}

}  // namespace
}  // namespace mailrig::mail
