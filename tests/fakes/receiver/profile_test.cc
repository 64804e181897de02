#include "fakes/receiver/profile.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <filesystem>
#include <fstream>

#include "tests/fakes/receiver/changed_profile.h"

namespace mailrig::receiver {
namespace {

using namespace std::chrono_literals;
using namespace testing;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

// A profile file of a test, gone with it.
class ProfileFileTest : public ::testing::Test {
 protected:
  ProfileFileTest() {
    const auto* test = ::testing::UnitTest::GetInstance()->current_test_info();
    folder_ = std::filesystem::path(::testing::TempDir()) / ("mailrig-" + std::string(test->name()));
    std::filesystem::create_directories(folder_);
  }
  ~ProfileFileTest() override { std::filesystem::remove_all(folder_); }

  std::string write(const std::string& name, std::string_view yaml) {
    const auto path = folder_ / name;
    std::ofstream(path) << yaml;
    return path.string();
  }

  std::filesystem::path folder_;
};

TEST(LoadProfile, ReadsWhatTheFileSays) {
  const Profile qq = load_profile("qq").value();
  EXPECT_EQ(qq.name, "qq");
  EXPECT_EQ(qq.kind, Profile::Kind::receiver);
  EXPECT_THAT(qq.domains, ElementsAre("qq.com", "vip.qq.com", "foxmail.com"));
  EXPECT_THAT(qq.mx, ElementsAre(MxHost{10, "mx3.qq.com"}, MxHost{20, "mx2.qq.com"}, MxHost{30, "mx1.qq.com"}));
  EXPECT_THAT(qq.ehlo, ElementsAre("STARTTLS", "8BITMIME", "SMTPUTF8", "SIZE 73400320", "OK"));
  EXPECT_TRUE(qq.offers_starttls());
  EXPECT_EQ(qq.limits.connections_per_ip, 4U);
  EXPECT_EQ(qq.limits.size_bytes, 73'400'320U);
  ASSERT_EQ(qq.limits.rate_windows.size(), 7U);
  const policy::RateWindow& first = qq.limits.rate_windows.front().window;
  EXPECT_EQ(first.scope, policy::RateScope::ip);
  EXPECT_EQ(first.count, 120U);
  EXPECT_EQ(first.window, 60s);
  EXPECT_EQ(first.block, 5min);
  EXPECT_FALSE(first.block_day);
  EXPECT_EQ(qq.limits.rate_windows.front().event, "rate_limited/ip");
  EXPECT_TRUE(qq.limits.rate_windows[2].window.block_day);
  EXPECT_FALSE(qq.greylist.enabled);
  EXPECT_EQ(qq.description.substr(0, 8), "QQ Mail:");
}

TEST(LoadProfile, LeavesTheRestToTheDefaults) {
  const Profile qq = load_profile("qq").value();
  EXPECT_EQ(qq.replies.reply("greylisted").text, "4.2.0 <{rcpt}>: Recipient address rejected: Greylisted");
  EXPECT_EQ(qq.replies.reply("accepted").text, "OK: queued as.") << "its own";
  EXPECT_EQ(qq.limits.command_timeout, 5min);
  EXPECT_EQ(qq.tls.min, policy::TlsVersion::tls1_2);
  EXPECT_EQ(qq.tls.max, policy::TlsVersion::tls1_3);
}

TEST(LoadProfile, AScenarioChangesParts) {
  const auto loaded = changed("qq", R"(
greylist: { delay: 2m }
limits: { size: 1KB, rate_windows: [] }
tls: { max: "1.2" }
mailboxes: { unknown: 3%, full: 0.1% }
phases: { unknown_user: data }
close_after: [unknown_user]
replies: { unknown_user: ['550-no such', '550 user'], mailbox_full: '' }
)");
  ASSERT_TRUE(loaded) << loaded.error().to_string();
  EXPECT_TRUE(loaded->greylist.enabled) << "who changes how to greylist wants it";
  EXPECT_EQ(loaded->greylist.delay, 2min);
  EXPECT_EQ(loaded->greylist.window, 48h);
  EXPECT_EQ(loaded->limits.size_bytes, 1000U);
  EXPECT_TRUE(loaded->limits.rate_windows.empty()) << "lists are replaced";
  EXPECT_EQ(loaded->limits.connections_per_ip, 4U) << "maps are merged";
  EXPECT_EQ(loaded->tls.max, policy::TlsVersion::tls1_2);
  EXPECT_EQ(loaded->mailboxes, (MailboxShares{.unknown_ppm = 30'000, .full_ppm = 1'000}));
  EXPECT_EQ(loaded->replies.at("unknown_user").phase, policy::Phase::data);
  EXPECT_EQ(loaded->replies.reply("unknown_user").text, "no such\nuser");
  EXPECT_TRUE(loaded->replies.reply("unknown_user").close);
  EXPECT_TRUE(loaded->replies.reply("mailbox_full").close);
  EXPECT_EQ(loaded->replies.reply("mailbox_full").code, 0);
}

TEST(LoadProfile, GreylistingCanBeConfiguredAndOff) {
  EXPECT_FALSE(changed("qq", "greylist: { enabled: false, delay: 2m }")->greylist.enabled);
  EXPECT_TRUE(changed("postgrey-site", "greylist: {}")->greylist.enabled);
}

TEST(LoadProfile, AScenarioMakesANewReceiverFromAProfile) {
  const auto loaded = changed("second-qq", "{ extends: qq, domains: [QQ.example] }");
  ASSERT_TRUE(loaded) << loaded.error().to_string();
  EXPECT_EQ(loaded->name, "second-qq");
  EXPECT_THAT(loaded->domains, ElementsAre("qq.example"));
  EXPECT_EQ(loaded->replies.reply("mail_ok").text, "OK.");
}

// An event covers its variants, the variant's own entry comes first, and both come before the defaults.
TEST(LoadProfile, PhasesByEventAndByVariant) {
  const auto loaded = changed("gmail", "phases: { rate_limited: rcpt, rate_limited/message_id: data }");
  ASSERT_TRUE(loaded) << loaded.error().to_string();
  EXPECT_EQ(loaded->replies.at("rate_limited/ip").phase, policy::Phase::data) << "gmail.yaml names the variant";
  EXPECT_EQ(loaded->replies.at("rate_limited/connection").phase, policy::Phase::rcpt) << "over the default";
  EXPECT_EQ(load_profile("gmail")->replies.at("rate_limited/connection").phase, policy::Phase::mail);
}

TEST(LoadProfile, AWindowMayKnowLaterThanItsEventUsuallySpeaks) {
  const auto loaded = changed("postgrey-site", R"(
limits: { rate_windows: [{ scope: message_id, count: 5, window: 1h, event: rate_limited/ip }] }
)");
  ASSERT_TRUE(loaded) << loaded.error().to_string();
  EXPECT_EQ(loaded->replies.at("rate_limited/ip").phase, policy::Phase::data);
}

TEST(LoadProfile, AWindowMayLetItsClientsBackByAndBy) {
  const auto window = [](std::string_view scope, std::string_view recovery) {
    return changed("gmail", fmt::format("limits: {{ rate_windows: [{{ scope: {}, count: 5, window: 1h, event: "
                                        "rate_limited/ip, recovery: {} }}] }}",
                                        scope, recovery));
  };
  const auto loaded = window("conn", "{ connections: 2, every: 5m }");
  ASSERT_TRUE(loaded) << loaded.error().to_string();
  const policy::Recovery& recovery = loaded->limits.rate_windows.front().window.recovery;
  EXPECT_EQ(recovery.connections, 2U);
  EXPECT_EQ(recovery.step, 1U);
  EXPECT_EQ(recovery.every, 5min);
  EXPECT_THAT(window("rcpt", "{ connections: 2, every: 5m }").error().to_string(),
              ::testing::EndsWith("limits.rate_windows.0.recovery: is for scopes ip and conn only"));
  EXPECT_THAT(window("ip", "{ connections: 2 }").error().to_string(), HasSubstr("every"));
}

TEST(LoadProfile, UnknownNamesGetASuggestion) {
  EXPECT_EQ(load_profile("gmial").error().to_string(),
            "unknown profile 'gmial'; did you mean 'gmail'?; a file of your own needs a '/' or '.yaml' in its name");
  EXPECT_THAT(load_profile("defaults").error().to_string(), HasSubstr("unknown profile 'defaults'"));
  EXPECT_EQ(
      fault("{ extends: gmial }"),
      "scenario.yaml:1:12: extends: unknown profile 'gmial'; did you mean 'gmail'?; a file of your own needs a '/' "
      "or '.yaml' in its name");
}

TEST(LoadProfile, UnknownKeysGetASuggestion) {
  EXPECT_EQ(fault("greylst: { delay: 2m }"),
            "scenario.yaml:1:1: unknown key 'greylst' in receiver profile; did you mean 'greylist'?");
  EXPECT_EQ(fault("greylist:\n  dely: 2m\n"),
            "scenario.yaml:2:3: unknown key 'dely' in greylist; did you mean 'delay'?");
}

TEST(LoadProfile, ValuesNeedTheirUnits) {
  EXPECT_THAT(fault("greylist: { delay: 120 }"), ::testing::StartsWith("scenario.yaml:1:20: greylist.delay: "));
  EXPECT_THAT(fault("limits: { size: 5 miles }"), ::testing::StartsWith("scenario.yaml:1:17: limits.size: "));
  EXPECT_EQ(fault("greylist: { window: 400d }"),
            "scenario.yaml:1:21: greylist.window: '400d' is out of range; expected more than 0 and at most 366d");
}

TEST(LoadProfile, UnknownScopesNameTheValidOnes) {
  EXPECT_EQ(
      fault("limits: { rate_windows: [{ scope: planet, count: 1, window: 1h, event: rate_limited/ip }] }"),
      "scenario.yaml:1:35: limits.rate_windows.0.scope: unknown scope 'planet'; valid: ip, netblock24, conn, sender, "
      "sender_domain, hdr_domain, rcpt, pair, ip_rcptdomain, message_id, dkim_domain, spf_domain, similar_content, "
      "sender_rcpts, ip_rcpts, unknown_rcpts, helo_names");
}

TEST(LoadProfile, HostsAndMxAreChecked) {
  EXPECT_EQ(
      fault("mx: [mx1.qq.com]"),
      "scenario.yaml:1:6: mx.0: 'mx1.qq.com' is no MX host; expected preference and name such as '10 mx1.example'");
  EXPECT_EQ(fault("domains: ['a b']"),
            "scenario.yaml:1:11: domains.0: 'a b' is no host or domain name; expected one such as mail.example");
  EXPECT_EQ(fault("tls: { min: '1.3', max: '1.2' }"), "scenario.yaml:1:6: tls: 'min' must not be newer than 'max'");
  EXPECT_EQ(fault("mailboxes: { unknown: 60%, full: 50% }"),
            "scenario.yaml:1:12: mailboxes: 'unknown', 'full', 'disabled' and 'traps' are more than 100% together");
  EXPECT_EQ(fault("domains: []"),
            "scenario.yaml:1:1: key 'domains' is missing in receiver profile; only a sink takes mail for any domain");
}

TEST_F(ProfileFileTest, ExtendsAShippedProfile) {
  const std::string path = write("mine.yaml", "# Mine.\nname: mine\nextends: gmail\ndomains: [mine.example]\n");
  const auto loaded = load_profile(path);
  ASSERT_TRUE(loaded) << loaded.error().to_string();
  EXPECT_EQ(loaded->name, "mine");
  EXPECT_EQ(loaded->description, "Mine.");
  EXPECT_THAT(loaded->domains, ElementsAre("mine.example"));
  EXPECT_EQ(loaded->limits.connections_per_ip, 5U);
}

TEST_F(ProfileFileTest, FaultsPointIntoTheFile) {
  const std::string path = write("mine.yaml", "name: mine\nextends: gmail\nlimits:\n  conections_per_ip: 3\n");
  EXPECT_EQ(load_profile(path).error().to_string(),
            path + ":4:3: unknown key 'conections_per_ip' in limits; did you mean 'connections_per_ip'?");
}

TEST_F(ProfileFileTest, WhatIsMissingIsNamed) {
  EXPECT_THAT(load_profile(write("a.yaml", "domains: [a.example]\nmx: ['10 a.example']\n")).error().to_string(),
              HasSubstr("key 'name' is missing in receiver profile"));
  EXPECT_THAT(load_profile(write("b.yaml", "name: b\ndomains: [a.example]\n")).error().to_string(),
              HasSubstr("key 'mx' is missing in receiver profile"));
}

TEST_F(ProfileFileTest, CirclesEnd) {
  const std::string path = (folder_ / "round.yaml").string();
  write("round.yaml", "name: round\nextends: " + path + "\n");
  EXPECT_EQ(load_profile(path).error().to_string(),
            path + ":2:10: extends: profiles extend each other in a circle or too deeply");
}

TEST(ProfileSchema, KnowsTheKeys) {
  const boost::json::object schema = profile_schema();
  const auto& properties = schema.at("properties").as_object();
  for (const auto* key : {"extends", "name", "kind", "domains", "mx", "banner", "ehlo_first", "ehlo", "tls", "limits",
                          "greylist", "mailboxes", "phases", "close_after", "replies"}) {
    EXPECT_TRUE(properties.contains(key)) << key;
  }
}

}  // namespace
}  // namespace mailrig::receiver
