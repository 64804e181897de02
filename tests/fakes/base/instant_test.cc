#include "fakes/base/instant.h"

#include <gtest/gtest.h>

namespace mailrig {
namespace {

TEST(Instant, Rfc3339RoundTrip) {
  const auto t = parse_rfc3339("2026-03-02T08:00:00Z");
  ASSERT_TRUE(t);
  EXPECT_EQ(t->time_since_epoch(), std::chrono::seconds(1772438400));
  EXPECT_EQ(to_rfc3339(*t), "2026-03-02T08:00:00Z");
  EXPECT_EQ(to_rfc3339(*t + std::chrono::milliseconds(7)), "2026-03-02T08:00:00.007Z");
}

TEST(Instant, OffsetsAreAppliedRfc3339Section58) {
  // The RFC's own pair of equal instants.
  EXPECT_EQ(parse_rfc3339("1996-12-19T16:39:57-08:00"), parse_rfc3339("1996-12-20T00:39:57Z"));
}

TEST(Instant, RefusesWhatIsNoDate) {
  for (const char* text : {"", "2026-03-02", "2026-02-30T00:00:00Z", "2026-03-02T24:00:00Z", "2026-03-02T08:00:00",
                           "2026-03-02T08:00:00Zx", "2026-03-02T08:00:00.Z"}) {
    EXPECT_FALSE(parse_rfc3339(text)) << text;
  }
}

TEST(Instant, MailDates) {
  EXPECT_EQ(to_rfc5322_date(*parse_rfc3339("2026-03-02T08:00:00Z")), "Mon, 02 Mar 2026 08:00:00 +0000");
}

}  // namespace
}  // namespace mailrig
