#include "fakes/config/table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fakes/config/document.h"

namespace mailrig::config {
namespace {

using testing::ElementsAre;
using testing::Pair;

enum class Mode { never, always };

struct Greylist {
  Duration delay = std::chrono::minutes(5);
  std::optional<std::uint64_t> remembered;
  Location at;
};

struct Host {
  std::string name;
  std::int32_t priority = 10;
};

struct Profile {
  std::string name;
  bool enabled = true;
  std::uint16_t port = 25;
  std::uint64_t size = 0;
  std::uint64_t count = 0;
  std::uint32_t share = 0;
  Rate rate;
  Instant start{};
  Mode mode = Mode::never;
  IpAddress ip;
  std::vector<std::string> domains;
  std::vector<Duration> retry;
  std::vector<std::pair<std::string, std::uint32_t>> shares;
  std::vector<Host> hosts;
  Greylist greylist;
  Node free;
  Located<std::string> sender;
};

Table<Profile> profile_table() {
  Table<Host> host{"host"};
  host.key("priority", &Host::priority, integer<std::int32_t>(0, 65535), "Preference of the MX record");
  Table<Greylist> greylist{"greylist"};
  greylist.key("delay", &Greylist::delay, duration(), "How long a new triplet is deferred")
      .key("remembered", &Greylist::remembered, count(), "How many pairs are kept")
      .remember_location(&Greylist::at);
  const auto short_form = custom<Greylist>(
      [](const Node& node, Greylist& into, Errors& errors) { duration().read(node, into.delay, errors); },
      duration().schema());
  Table<Profile> table{"receiver profile"};
  table.key("name", &Profile::name, text(), "Its name", Presence::required)
      .key("enabled", &Profile::enabled, boolean(), "On or off")
      .key("port", &Profile::port, integer<std::uint16_t>(1), "TCP port")
      .key("size", &Profile::size, size(), "Bytes")
      .key("count", &Profile::count, count(), "How many")
      .key("share", &Profile::share, share(), "Part of all")
      .key("rate", &Profile::rate, rate(), "Per time")
      .key("start", &Profile::start, instant(), "When")
      .key("mode", &Profile::mode, one_of<Mode>({{"never", Mode::never}, {"always", Mode::always}}), "Which")
      .key("ip", &Profile::ip, ip_address(), "Where")
      .key("domains", &Profile::domains, one_or_list(text()), "Domains")
      .key("retry", &Profile::retry, list_of(duration()), "Back-off")
      .key("shares", &Profile::shares, map_of(share()), "Shares by name")
      .key("hosts", &Profile::hosts, named(object(host), &Host::name), "MX hosts")
      .key("greylist", &Profile::greylist, scalar_or(short_form, object(greylist)), "Greylisting")
      .key("free", &Profile::free, node(), "Anything")
      .key("sender", &Profile::sender, located(text()), "Who")
      .not_available("reputation")
      .check([](const Node& node, Profile& value, Errors& errors) {
        if (value.port == 24) errors.add(node, "port 24 is taken");
      });
  return table;
}

Result<Profile> parse_profile(const std::string& text) {
  const auto document = Document::parse(text, "p.yaml");
  if (!document) return document.error();
  return profile_table().parse(document->root());
}

std::string profile_fault(const std::string& text) {
  const auto profile = parse_profile(text);
  return profile ? "no error" : profile.error().to_string();
}

TEST(Table, ReadsEveryType) {
  const auto profile = parse_profile(
      "name: qq\nenabled: false\nport: 2525\nsize: 12KB\ncount: 100k\nshare: 3%\nrate: 50/s\n"
      "start: 2026-03-02T08:00:00Z\nmode: always\nip: 198.18.2.10\ndomains: qq.com\nretry: [5m, 1h]\n"
      "shares: {gmail: 60%, qq: 40%}\nhosts: {mx1: {priority: 5}, mx2: {}}\ngreylist: {delay: 2m, remembered: 10}\n"
      "free: {a: [b]}\nsender: shop\n");
  ASSERT_TRUE(profile) << profile.error().to_string();
  EXPECT_EQ(profile->name, "qq");
  EXPECT_FALSE(profile->enabled);
  EXPECT_EQ(profile->port, 2525);
  EXPECT_EQ(profile->size, 12'000u);
  EXPECT_EQ(profile->count, 100'000u);
  EXPECT_EQ(profile->share, 30'000u);
  EXPECT_EQ(profile->rate, (Rate{50, std::chrono::seconds(1)}));
  EXPECT_EQ(to_rfc3339(profile->start), "2026-03-02T08:00:00Z");
  EXPECT_EQ(profile->mode, Mode::always);
  EXPECT_EQ(profile->ip.to_string(), "198.18.2.10");
  EXPECT_THAT(profile->domains, ElementsAre("qq.com"));
  EXPECT_THAT(profile->retry, ElementsAre(std::chrono::minutes(5), std::chrono::hours(1)));
  EXPECT_THAT(profile->shares, ElementsAre(Pair("gmail", 600'000u), Pair("qq", 400'000u)));
  ASSERT_EQ(profile->hosts.size(), 2u);
  EXPECT_EQ(profile->hosts[0].name, "mx1");
  EXPECT_EQ(profile->hosts[0].priority, 5);
  EXPECT_EQ(profile->hosts[1].priority, 10);
  EXPECT_EQ(profile->greylist.delay, std::chrono::minutes(2));
  EXPECT_EQ(profile->greylist.remembered, 10u);
  EXPECT_EQ(profile->greylist.at.line, 15);
  EXPECT_EQ(profile->free.find("a")->items()[0].text(), "b");
  EXPECT_EQ(profile->sender.value, "shop");
  EXPECT_EQ(profile->sender.at.line, 17);
  EXPECT_EQ(profile->sender.at.column, 9);
}

TEST(Table, AbsentKeysKeepTheirDefaults) {
  const auto profile = parse_profile("name: qq\ngreylist:\n");
  ASSERT_TRUE(profile) << profile.error().to_string();
  EXPECT_EQ(profile->greylist.delay, std::chrono::minutes(5));
  EXPECT_EQ(profile->greylist.remembered, std::nullopt);
}

TEST(Table, ReadsShortForms) {
  EXPECT_EQ(parse_profile("name: qq\ngreylist: 3m\n")->greylist.delay, std::chrono::minutes(3));
  EXPECT_THAT(parse_profile("name: qq\ndomains: [a.example, b.example]\n")->domains,
              ElementsAre("a.example", "b.example"));
}

TEST(Table, SuggestsTheNearestKey) {
  EXPECT_EQ(profile_fault("name: qq\ngreylst: {}\n"),
            "p.yaml:2:1: unknown key 'greylst' in receiver profile; did you mean 'greylist'?");
  EXPECT_EQ(profile_fault("name: qq\ngreylist:\n  delya: 2m\n"),
            "p.yaml:3:3: unknown key 'delya' in greylist; did you mean 'delay'?");
  EXPECT_EQ(profile_fault("name: qq\ngreylist: {wibble: 1}\n"),
            "p.yaml:2:12: unknown key 'wibble' in greylist; valid: delay, remembered");
}

TEST(Table, SaysWhichKeysAreForLater) {
  EXPECT_EQ(profile_fault("name: qq\nreputation: {}\n"),
            "p.yaml:2:1: key 'reputation' in receiver profile is not available in this version");
}

TEST(Table, SaysWhichKeyIsMissing) {
  EXPECT_EQ(profile_fault("port: 25\n"), "p.yaml:1:1: key 'name' is missing in receiver profile");
}

TEST(Table, NamesKeyAndUnitOfAWrongValue) {
  EXPECT_EQ(profile_fault("name: qq\ngreylist: {delay: 5}\n"),
            "p.yaml:2:19: greylist.delay: '5' is not a duration such as 250ms, 20s, 5m, 36h, 30d or 1h30m");
  EXPECT_EQ(profile_fault("name: qq\nsize: 12KX\n"),
            "p.yaml:2:7: size: '12KX' is not a size such as 512B, 12KB, 50MB or 64KiB");
  EXPECT_EQ(profile_fault("name: qq\nretry: [5m, soon]\n"),
            "p.yaml:2:13: retry.1: 'soon' is not a duration such as 250ms, 20s, 5m, 36h, 30d or 1h30m");
  EXPECT_EQ(profile_fault("name: qq\nshares: {gmail: 160%}\n"), "p.yaml:2:17: shares.gmail: '160%' is more than 100%");
  EXPECT_EQ(profile_fault("name: qq\nport: 0\n"),
            "p.yaml:2:7: port: expected a whole number from 1 to 65535, found '0'");
  EXPECT_EQ(profile_fault("name: qq\nport: 25x\n"),
            "p.yaml:2:7: port: expected a whole number from 1 to 65535, found '25x'");
  EXPECT_EQ(profile_fault("name: qq\nenabled: yes\n"), "p.yaml:2:10: enabled: expected true or false, found 'yes'");
  EXPECT_EQ(profile_fault("name: qq\nmode: alway\n"),
            "p.yaml:2:7: mode: unknown value 'alway'; did you mean 'always'?");
  EXPECT_EQ(profile_fault("name: qq\nip: 1.2.3\n"), "p.yaml:2:5: ip: '1.2.3' is not an IP address such as 198.18.2.10");
  EXPECT_EQ(profile_fault("name: qq\nstart: today\n"),
            "p.yaml:2:8: start: 'today' is not a date and time such as 2026-03-02T08:00:00Z");
}

TEST(Table, NamesAWrongShape) {
  EXPECT_EQ(profile_fault("- a\n"), "p.yaml:1:1: expected a map (receiver profile), found a list");
  EXPECT_EQ(profile_fault("name: [a]\n"), "p.yaml:1:7: name: expected text, found a list");
  EXPECT_EQ(profile_fault("name:\n"), "p.yaml:1:1: name: expected text, found nothing");
  EXPECT_EQ(profile_fault("name: qq\nretry: 5m\n"), "p.yaml:2:8: retry: expected a list, found '5m'");
  EXPECT_EQ(profile_fault("name: qq\nhosts: []\n"), "p.yaml:2:8: hosts: expected a map from names, found a list");
  EXPECT_EQ(profile_fault("name: qq\nrate: {}\n"), "p.yaml:2:7: rate: expected a rate such as 50/s, found a map");
}

TEST(Table, ChecksRunWhenTheKeysAreGood) {
  EXPECT_EQ(profile_fault("name: qq\nport: 24\n"), "p.yaml:1:1: port 24 is taken");
}

TEST(Table, CollectsAllFaultsUpToABound) {
  Errors errors;
  Profile profile;
  profile_table().read(Document::parse("nam: x\nport: 0\nsize: big\n", "p.yaml")->root(), profile, errors);
  EXPECT_EQ(errors.list().size(), 4u);  // the fourth: name is missing

  std::string many = "name: x\n";
  for (int i = 0; i < 50; ++i) many += "k" + std::to_string(i) + ": 1\n";
  Errors bounded;
  profile_table().read(Document::parse(many, "p.yaml")->root(), profile, bounded);
  EXPECT_EQ(bounded.list().size(), Errors::kept_max);
  EXPECT_EQ(bounded.count(), 50u);
}

TEST(Schema, DescribesTheSameTable) {
  const boost::json::value schema = json_schema(profile_table());
  EXPECT_EQ(schema.at("$schema").as_string(), "https://json-schema.org/draft/2020-12/schema");
  EXPECT_EQ(schema.at("title").as_string(), "receiver profile");
  EXPECT_EQ(schema.at("additionalProperties"), boost::json::value(false));
  EXPECT_EQ(schema.at("required"), boost::json::value(boost::json::array{"name"}));
  const auto& properties = schema.at("properties").as_object();
  EXPECT_EQ(properties.at("mode").at("enum"), boost::json::value(boost::json::array({"never", "always"})));
  EXPECT_EQ(properties.at("port").at("minimum").as_int64(), 1);
  EXPECT_EQ(properties.at("port").at("maximum").as_int64(), 65535);
  EXPECT_EQ(properties.at("name").at("description").as_string(), "Its name");
  EXPECT_EQ(properties.at("hosts").at("additionalProperties").at("properties").at("priority").at("type").as_string(),
            "integer");
  EXPECT_FALSE(properties.contains("reputation"));
}

}  // namespace
}  // namespace mailrig::config
