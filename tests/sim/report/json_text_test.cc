#include "sim/report/json_text.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <limits>

namespace mailrig::report {
namespace {

namespace json = boost::json;

TEST(PlainDecimal, IsTheShortestThatReadsBackTheSame) {
  EXPECT_EQ(plain_decimal(0.05), "0.05");
  EXPECT_EQ(plain_decimal(1.0 / 3), "0.3333333333333333");
  EXPECT_EQ(plain_decimal(60), "60");
  EXPECT_EQ(plain_decimal(-2.5), "-2.5");
}

TEST(PlainDecimal, NeverHasAnExponent) {
  EXPECT_EQ(plain_decimal(0.000001), "0.000001");
  EXPECT_EQ(plain_decimal(1.5e-7), "0.00000015");
  EXPECT_EQ(plain_decimal(1e21), "1000000000000000000000");
  for (const double extreme : {std::numeric_limits<double>::max(), std::numeric_limits<double>::denorm_min(),
                               -std::numeric_limits<double>::min()}) {
    EXPECT_EQ(plain_decimal(extreme).find('e'), std::string::npos);
    EXPECT_EQ(std::strtod(plain_decimal(extreme).c_str(), nullptr), extreme);
  }
}

TEST(ToText, PutsSmallGroupsOnOneLineAndKeepsTheOrder) {
  const json::value value = {
      {"b", {{"z", 1}, {"a", 0.5}}}, {"a", json::array{1, "two", nullptr, true}}, {"none", json::array()}};
  EXPECT_EQ(to_text(value), R"({
  "b": { "z": 1, "a": 0.5 },
  "a": [ 1, "two", null, true ],
  "none": []
}
)");
}

TEST(ToText, BreaksGroupsThatAreTooLongForALine) {
  json::array numbers;
  for (int i = 0; i < 60; ++i) numbers.push_back(i);
  EXPECT_EQ(to_text(numbers).substr(0, 14), "[\n  0,\n  1,\n  ");
}

TEST(ToText, KeepsTheRowsOfAListOnOneLine) {
  json::array rows;
  for (int i = 0; i < 2; ++i) rows.push_back({{"text", std::string(150, 'x')}, {"none", json::object()}});
  const std::string row = "{ \"text\": \"" + std::string(150, 'x') + "\", \"none\": {} }";
  EXPECT_EQ(to_text(rows), "[\n  " + row + ",\n  " + row + "\n]\n");
}

TEST(ToText, ReadsBackAsTheSameValue) {
  const json::value value = {{"text", "a \"quoted\" 李 \n line"}, {"big", 18'446'744'073'709'551'615U}, {"x", 0.1}};
  EXPECT_EQ(json::parse(to_text(value)), value);
}

TEST(ToText, WhatIsNoNumberBecomesNull) {
  EXPECT_EQ(to_text(json::value(std::numeric_limits<double>::quiet_NaN())), "null\n");
  EXPECT_EQ(to_text(json::value(std::numeric_limits<double>::infinity())), "null\n");
}

}  // namespace
}  // namespace mailrig::report
