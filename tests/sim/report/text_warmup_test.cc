#include "sim/report/text_warmup.h"

#include <gtest/gtest.h>

namespace mailrig::report {
namespace {

namespace json = boost::json;

json::object row(int day, int cap, int accepted, int carried_over) {
  return {{"day", day},    {"cap", cap},      {"accepted", accepted},         {"deferrals", 0},
          {"rejected", 0}, {"paused", false}, {"carried_over", carried_over}, {"slowed", false}};
}

std::string text_of(json::array days) {
  json::object receiver{{"days", std::move(days)}};
  json::object summary{{"receivers", json::object{{"gmail", std::move(receiver)}}}};
  return warmups(summary, Style{});
}

TEST(Warmups, AddUpTheAddressesOfADay) {
  json::object slowed = row(2, 100, 40, 0);
  slowed["slowed"] = true;
  EXPECT_EQ(text_of({row(1, 50, 50, 1'000), row(1, 50, 49, 999), slowed}),
            "gmail\n"
            "  warm-up day  cap  accepted  deferrals  rejected  carried over\n"
            "            1  100        99          0         0         1,999\n"
            "            2  100        40          0         0             0  slowed down\n"
            "\n");
}

TEST(Warmups, OfManyDaysAreTheFirstAndTheLast) {
  json::array days;
  for (int day = 1; day <= 30; ++day) days.push_back(row(day, day, day, 0));
  const std::string text = text_of(std::move(days));
  EXPECT_NE(text.find("            5    5"), std::string::npos);
  EXPECT_EQ(text.find("            6    6"), std::string::npos);
  EXPECT_NE(text.find("…"), std::string::npos);
  EXPECT_NE(text.find("           26   26"), std::string::npos);
}

TEST(Warmups, AreNothingWithoutOne) {
  json::object row{{"day", 1}, {"cap", nullptr}, {"accepted", 7}};
  EXPECT_EQ(text_of({row}), "");
  EXPECT_EQ(warmups(json::object{{"receivers", 5}}, Style{}), "");
}

}  // namespace
}  // namespace mailrig::report
