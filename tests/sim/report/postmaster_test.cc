#include "sim/report/postmaster.h"

#include <gtest/gtest.h>

namespace mailrig::report {
namespace {

using receiver::FeedbackSettings;

measure::DayRow row(std::uint32_t day, const std::string& ip, std::uint64_t attempts, std::int32_t score) {
  measure::DayRow made;
  made.day = day;
  made.source_ip = ip;
  made.domain = "shop.example";
  made.attempts = attempts;
  made.accepted = attempts - 50;
  made.deferrals = 40;
  made.rejected = 10;
  made.inbox = attempts - 150;
  made.spam = 100;
  made.complaints = 5;
  made.reputation_milli = score;
  return made;
}

FeedbackSettings tools(FeedbackSettings::Tools which) {
  FeedbackSettings settings;
  settings.tools = which;
  settings.tools_delay = std::chrono::hours(48);
  settings.tools_min = 500;
  return settings;
}

TEST(PostmasterView, ShowsLessThanTheTruthAndLater) {
  const auto view = postmaster_view(tools(FeedbackSettings::Tools::domain), {row(3, "198.18.2.10", 1150, 910)});
  ASSERT_EQ(view.size(), 2u);
  const auto& address = view[0].as_object();
  EXPECT_EQ(address.at("subject"), "ip");
  EXPECT_TRUE(address.at("shown_on_day").is_null());
  EXPECT_TRUE(address.at("reputation").is_null());
  const auto& domain = view[1].as_object();
  EXPECT_EQ(domain.at("name"), "shop.example");
  EXPECT_EQ(domain.at("shown_on_day"), 5);
  EXPECT_EQ(domain.at("reputation"), "high");
  EXPECT_DOUBLE_EQ(domain.at("spam_rate").as_double(), 0.005);
  EXPECT_DOUBLE_EQ(domain.at("delivery_errors").as_double(), 50.0 / 1150);
  EXPECT_EQ(domain.at("truth").at("spam"), 100);
  EXPECT_DOUBLE_EQ(domain.at("truth").at("score").as_double(), 0.91);
}

TEST(PostmasterView, ADomainIsTheSumOfItsAddressesAtTheWorstOfThem) {
  const auto view = postmaster_view(tools(FeedbackSettings::Tools::both),
                                    {row(1, "198.18.2.10", 450, 910), row(1, "198.18.2.11", 450, 450)});
  ASSERT_EQ(view.size(), 3u);
  EXPECT_EQ(view[2].at("reputation"), "low");
  EXPECT_EQ(view[2].at("truth").at("complaints"), 10);
  // Each address alone is too small a sender to be shown.
  EXPECT_TRUE(view[0].at("shown_on_day").is_null());
  EXPECT_TRUE(view[0].at("spam_rate").is_null());
  EXPECT_EQ(view[0].at("truth").at("accepted"), 400);
}

TEST(PostmasterView, WithoutToolsNothingIsShown) {
  const auto view = postmaster_view(tools(FeedbackSettings::Tools::none), {row(1, "198.18.2.10", 5000, 910)});
  for (const auto& each : view) EXPECT_TRUE(each.at("shown_on_day").is_null());
}

TEST(PostmasterReport, PutsWhatIsShownBesideTheTruth) {
  boost::json::object receiver;
  receiver["postmaster"] = postmaster_view(tools(FeedbackSettings::Tools::domain), {row(3, "198.18.2.10", 1150, 620)});
  const std::string text = postmaster_report(boost::json::object{{"receivers", {{"gmail", receiver}}}});
  EXPECT_NE(text.find("gmail: what its tools for postmasters show"), std::string::npos);
  EXPECT_NE(text.find("day 5"), std::string::npos);
  EXPECT_NE(text.find("medium"), std::string::npos);
  EXPECT_NE(text.find("0.50 %"), std::string::npos);
  EXPECT_NE(postmaster_report(boost::json::object{}).find("No receiver"), std::string::npos);
}

}  // namespace
}  // namespace mailrig::report
