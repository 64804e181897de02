#include "fakes/base/units.h"

#include <gtest/gtest.h>

namespace mailrig {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

TEST(Units, DurationsCarryUnitsAndAddUp) {
  EXPECT_EQ(parse_duration("250ms").value(), milliseconds(250));
  EXPECT_EQ(parse_duration("20s").value(), seconds(20));
  EXPECT_EQ(parse_duration("1h30m").value(), minutes(90));
  EXPECT_EQ(parse_duration("1.5h").value(), minutes(90));
  EXPECT_EQ(parse_duration("30d").value(), hours(720));
  EXPECT_EQ(parse_duration("0").value(), Duration{});
}

TEST(Units, ABareNumberIsNoDuration) {
  EXPECT_EQ(parse_duration("20").error().message, "'20' is not a duration such as 250ms, 20s, 5m, 36h, 30d or 1h30m");
  EXPECT_TRUE(parse_duration("").has_error());
  EXPECT_TRUE(parse_duration("-5s").has_error());
  EXPECT_TRUE(parse_duration("5 s").has_error());
  EXPECT_EQ(parse_duration("999999999d").error().message, "'999999999d' is too long");
}

TEST(Units, SizesKnowBothKindsOfKilo) {
  EXPECT_EQ(parse_size("12KB").value(), 12'000U);
  EXPECT_EQ(parse_size("12KiB").value(), 12'288U);
  EXPECT_EQ(parse_size("1.5MB").value(), 1'500'000U);
  EXPECT_EQ(parse_size("512").value(), 512U);
  EXPECT_TRUE(parse_size("12 apples").has_error());
}

TEST(Units, CountsSharesAndRates) {
  EXPECT_EQ(parse_count("100k").value(), 100'000U);
  EXPECT_EQ(parse_share("3%").value(), 30'000U);
  EXPECT_EQ(parse_share("0.01%").value(), 100U);
  EXPECT_EQ(parse_share("0.03").value(), 30'000U);
  EXPECT_EQ(parse_share("100%").value(), 1'000'000U);
  EXPECT_EQ(parse_share("101%").error().message, "'101%' is more than 100%");
  EXPECT_EQ(parse_thousandths("1.4").value(), 1400U);
  EXPECT_EQ(parse_thousandths("2.005").value(), 2005U);
  EXPECT_EQ(parse_thousandths("10").value(), 10'000U);
  EXPECT_EQ(parse_thousandths("5.55", 1).error().message, "'5.55' is not a number such as 1.4");
  for (const char* text : {"", ".5", "5.", "1.2345", "1,4", "-1", "1.4x", "5000000"}) {
    EXPECT_TRUE(parse_thousandths(text).has_error()) << text;
  }
  EXPECT_EQ(parse_rate("50/s").value(), (Rate{50, seconds(1)}));
  EXPECT_EQ(parse_rate("1k/h").value(), (Rate{1000, hours(1)}));
  EXPECT_TRUE(parse_rate("50").has_error());
  EXPECT_TRUE(parse_rate("0.5/s").has_error());
}

TEST(Units, DurationsReadBack) {
  EXPECT_EQ(to_string(seconds(90)), "1m30s");
  EXPECT_EQ(to_string(hours(49)), "2d1h");
  EXPECT_EQ(to_string(milliseconds(1500)), "1s500ms");
  EXPECT_EQ(to_string(Duration{}), "0s");
}

}  // namespace
}  // namespace mailrig
