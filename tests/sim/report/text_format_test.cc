#include "sim/report/text_format.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace mailrig::report {
namespace {

TEST(TextFormat, GroupsThousands) {
  EXPECT_EQ(grouped(0), "0");
  EXPECT_EQ(grouped(999), "999");
  EXPECT_EQ(grouped(1'000), "1,000");
  EXPECT_EQ(grouped(12'345'678), "12,345,678");
}

TEST(TextFormat, TimesAreAsLongAsTheyNeedToBe) {
  EXPECT_EQ(human_time(std::nullopt), "-");
  EXPECT_EQ(human_time(0.0), "0s");
  EXPECT_EQ(human_time(0.00012), "120us");
  EXPECT_EQ(human_time(0.0042), "4.2ms");
  EXPECT_EQ(human_time(0.85), "850ms");
  EXPECT_EQ(human_time(1.234), "1.23s");
  EXPECT_EQ(human_time(12.34), "12.3s");
  EXPECT_EQ(human_time(59.96), "1m00s");
  EXPECT_EQ(human_time(245), "4m05s");
  EXPECT_EQ(human_time(3'599.9), "1h00m");
  EXPECT_EQ(human_time(8'000), "2h13m");
  EXPECT_EQ(human_time(86'399), "1d00h");
  EXPECT_EQ(human_time(3 * 86'400 + 4 * 3'600), "3d04h");
}

TEST(TextFormat, AlmostIsNotAll) {
  EXPECT_EQ(percentage(1), "100%");
  EXPECT_EQ(percentage(0.99999), "99.9%");
  EXPECT_EQ(percentage(0.952), "95.2%");
  EXPECT_EQ(percentage(0.00001), "0.1%");
  EXPECT_EQ(percentage(0), "0%");
}

TEST(TextFormat, RatesAreAsPreciseAsAnybodyCares) {
  EXPECT_EQ(rate_text(0.0133), "0.01");
  EXPECT_EQ(rate_text(12.34), "12.3");
  EXPECT_EQ(rate_text(1'234.5), "1,235");
}

TEST(TextFormat, LongSumsAreWrapped) {
  const std::vector<std::string> parts = {"10 inbox", "2 spam", "3 lost"};
  EXPECT_EQ(join_wrapped(parts, " + ", 80), "10 inbox + 2 spam + 3 lost");
  EXPECT_EQ(join_wrapped(parts, " + ", 18, "  "), "10 inbox + 2 spam +\n  3 lost");
  EXPECT_EQ(join_wrapped({}, " + ", 18), "");
}

TEST(TextFormat, WideCharactersTakeTwoColumnsAndCombiningOnesNone) {
  EXPECT_EQ(display_width("abc"), 3U);
  EXPECT_EQ(display_width("邮件"), 4U);
  EXPECT_EQ(display_width("e\xCC\x81"), 1U);
  EXPECT_EQ(left("邮", 4), "邮  ");
  EXPECT_EQ(right("邮", 4), "  邮");
}

TEST(TextFormat, CuttingKeepsCharactersWhole) {
  EXPECT_EQ(cut_to_width("abcdef", 6), "abcdef");
  EXPECT_EQ(cut_to_width("abcdef", 4), "abc…");
  EXPECT_EQ(cut_to_width("邮件系统", 6), "邮件…");
  EXPECT_EQ(cut_to_width("abc", 0), "");
}

TEST(TextFormat, ControlCharactersAndBrokenUtf8AreMadeVisible) {
  EXPECT_EQ(cut_to_width("a\x1b[2J\tb", 20), "a?[2J?b");
  EXPECT_EQ(cut_to_width("line\nnext", 20), "line / next");
  EXPECT_EQ(cut_to_width("\xff\xc3", 20), "??");
  EXPECT_EQ(cut_to_width("\xc2\x9b", 20), "?") << "C1 control: a terminal may take it for an escape";
}

}  // namespace
}  // namespace mailrig::report
