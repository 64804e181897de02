#include "fakes/base/log_time.h"

#include <gtest/gtest.h>

namespace mailrig {
namespace {

const Instant near = *parse_rfc3339("2026-01-01T00:10:00Z");

TEST(SyslogTime, IsInTheNearestYear) {
  EXPECT_EQ(parse_syslog_time("Jan  1 00:00:08", near), parse_rfc3339("2026-01-01T00:00:08Z"));
  EXPECT_EQ(parse_syslog_time("Jan 01 00:00:08", near), parse_rfc3339("2026-01-01T00:00:08Z"));
  EXPECT_EQ(parse_syslog_time("Dec 31 23:59:59", near), parse_rfc3339("2025-12-31T23:59:59Z"));
}

TEST(SyslogTime, IsNothingElse) {
  for (const char* text : {"", "Jan 1 00:00:08", "Foo 01 00:00:08", "Jan xx 00:00:08", "Jan 41 00:00:08"}) {
    EXPECT_FALSE(parse_syslog_time(text, near)) << text;
  }
}

}  // namespace
}  // namespace mailrig
