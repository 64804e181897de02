#include "sim/sweep/comparison.h"

#include <gtest/gtest.h>

namespace mailrig::sweep {
namespace {

boost::json::value summary(double inbox, const char* verdict, bool measured = true) {
  boost::json::value p95 = measured ? boost::json::value(7.5) : boost::json::value(nullptr);
  return {{"rates", {{"inbox", inbox}}}, {"latency_s", {{"p95", p95}}}, {"verdict", verdict}};
}

scenario::Expectation about(std::vector<std::string> segments) {
  scenario::Expectation number;
  number.segments = std::move(segments);
  return number;
}

TEST(Comparison, TakesTheRepetitionsOfEachVariantTogether) {
  const std::vector<Variant> variants = {{{"a=1"}}, {{"a=2"}}};
  const std::vector<boost::json::value> summaries = {summary(0.5, "pass"), summary(0.7, "fail"), summary(1, "pass"),
                                                     summary(1, "pass", false)};
  const std::vector<std::string> paths = {"rates.inbox", "latency_s.p95", "no.such.path"};
  const std::vector<scenario::Expectation> numbers = {about({"rates", "inbox"}), about({"latency_s", "p95"}),
                                                      about({"no", "such", "path"})};
  const auto rows = compare(variants, summaries, numbers);
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_DOUBLE_EQ(rows[0].numbers[0].mean, 0.6);
  EXPECT_GT(rows[0].numbers[0].half_width, 0);
  EXPECT_EQ(rows[0].passed, 1u);
  EXPECT_EQ(rows[0].repetitions, 2u);
  EXPECT_DOUBLE_EQ(rows[1].numbers[0].half_width, 0);
  // A repetition in which nothing was measured does not count.
  EXPECT_EQ(rows[1].numbers[1].count, 1u);
  EXPECT_EQ(rows[1].numbers[2].count, 0u);

  const std::string text = to_text(rows, paths, {});
  EXPECT_NE(text.find("a=1"), std::string::npos);
  EXPECT_NE(text.find("60.00 ±"), std::string::npos);
  EXPECT_NE(text.find("1 of 2"), std::string::npos);
  const auto json = to_json(rows, paths);
  EXPECT_DOUBLE_EQ(json[1].at("numbers").at("rates.inbox").at("mean").as_double(), 1);
}

}  // namespace
}  // namespace mailrig::sweep
