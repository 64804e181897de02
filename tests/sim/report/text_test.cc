#include "sim/report/text.h"

#include <gtest/gtest.h>

#include <sstream>

#include "sim/report/text_format.h"
#include "tests/sim/report/sample_run.h"

namespace mailrig::report {
namespace {

std::size_t widest_line(const std::string& text) {
  std::istringstream lines(text);
  std::size_t widest = 0;
  for (std::string line; std::getline(lines, line);) widest = std::max(widest, display_width(line));
  return widest;
}

TEST(TextReport, LooksLikeThis) {
  expect_golden("report.txt", text_report(sample_summary(), Style{}));
}

TEST(TextReport, FitsTheTerminalHoweverLongTheReplies) {
  boost::json::value summary = sample_summary();
  auto& reply = summary.at("receivers").at("gmail").at("replies").as_array()[0].as_object();
  reply["sample"] = "4.7.1 " + std::string(500, 'x');
  EXPECT_LE(widest_line(text_report(summary, Style{})), 120U);
  EXPECT_NE(text_report(summary, Style{}).find("xxx…"), std::string::npos);
}

TEST(TextReport, LargeNumbersPushOutColumnsWithoutCounts) {
  boost::json::value summary = sample_summary();
  for (const char* key : {"deliveries", "inbox", "spam", "rejected", "deferrals", "attempts"}) {
    summary.at("totals").as_object()[key] = 1'234'567'890;
  }
  const std::string text = text_report(summary, Style{});
  EXPECT_EQ(text.find("expired"), std::string::npos);
  EXPECT_NE(text.find("lost"), std::string::npos) << "one was lost";
  EXPECT_LE(widest_line(text), 120U);
}

TEST(TextReport, ColoursOnlyWhenAsked) {
  EXPECT_EQ(text_report(sample_summary(), Style{}).find('\x1b'), std::string::npos);
  EXPECT_NE(text_report(sample_summary(), {.colour = true}).find("\x1b[31mFAIL"), std::string::npos);
}

TEST(TextReport, NothingInASummaryCanDriveTheTerminal) {
  boost::json::value summary = sample_summary();
  auto& object = summary.as_object();
  object["scenario"] = "a\x1b[2Jb";
  object["receivers"].as_object()["\x1b]0;title\x07"] = object["receivers"].at("gmail");
  object["receivers"].at("gmail").at("replies").as_array()[0].as_object()["sample"] = "\x1b[31m";
  EXPECT_EQ(text_report(summary, Style{}).find('\x1b'), std::string::npos);
}

TEST(TextReport, ABrokenSumIsShownWithItsNumbers) {
  boost::json::value summary = sample_summary();
  summary.at("receivers").at("gmail").at("totals").as_object()["inbox"] = 9;
  const std::string text = text_report(summary, Style{});
  EXPECT_NE(text.find("≠"), std::string::npos);
  EXPECT_NE(text.find("gmail: 3 deliveries, but 11 fates"), std::string::npos) << text;
}

TEST(TextReport, SurvivesASummaryWithoutAnything) {
  const std::string text = text_report(boost::json::object(), Style{});
  EXPECT_NE(text.find("INVALID"), std::string::npos);
  text_report({{"receivers", {{"gmail", 1}, {"qq", nullptr}}}, {"totals", "none"}, {"expectations", {1, "x"}}},
              Style{});
}

}  // namespace
}  // namespace mailrig::report
