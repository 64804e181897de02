#include "sim/scenario/load.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "tests/sim/scenario/small_scenario.h"

namespace mailrig::scenario {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// The example of the format's description.
const std::string first_send = R"(# A new shop's first mails to four providers, from an IP that nobody knows yet.
name: first-send
proves: [B1, B2]
seed: 7
start: 2026-03-02T08:00:00Z
senders:
  shop:
    domain: Shop.example
    ips: [198.18.2.10]
    helo: mta1.shop.example
    ptr: out.shop.example
    spf: "v=spf1 ip4:198.18.2.10 -all"
    dkim: [{ selector: s1, algorithm: rsa-sha256, bits: 2048 }]
    dmarc: "v=DMARC1; p=reject; rua=mailto:dmarc@shop.example"
    retry: [5m, 15m, 1h]
    retry_jitter: 20%
    expire: 72h
    connections: 8
    messages_per_connection: 20
    recipients_per_transaction: 30
    tls: required
    pipelining: false
receivers:
  gmail: {}
  qq: { greylist: { enabled: true, delay: 2m }, latency: 20ms, down: true }
  other: { profile: outlook, domains: [other.example] }
lists:
  buyers: { count: 100k, unknown: 3%, traps: 0, full: 0.1%, disabled: 1%, local: buyer }
mail:
  order: { sender: shop, from: "Shop <no-reply@shop.example>", reply_to: help@shop.example, subject: 您的订单, kind: transactional, size: { median: 12KB }, language: zh, encoding: base64, attachments: [{ name: a.pdf, size: 100KB, type: application/pdf }], deadline: 60s, recipients: 2, envelope_from: bounce@shop.example, verp: true }
traffic:
  - mail: order
    list: buyers
    schedule: { rate: 50/s, for: 20s }
    to: { gmail: 60%, qq: 40% }
    at: 5s
timeline:
  - { at: 40s, set: receivers.qq.down, to: false }
  - { at: 10s, set: receivers.qq.down, to: true }
end: { drain: 48h }
speed: 60
record: sample:100
source_map: { 127.0.0.1: 198.18.2.10 }
dns:
  zones:
    - { origin: extra.example, text: "@ IN TXT \"x\"\n" }
expect:
  - totals.lost == 0
  - receivers.gmail.rates.deferred < 5%
  - streams.order.latency_s.p99 < 2h
)";

TEST(Load, ReadsEveryPart) {
  const auto scenario = parsed(first_send);
  EXPECT_EQ(scenario.name, "first-send");
  EXPECT_EQ(scenario.description, "A new shop's first mails to four providers, from an IP that nobody knows yet.");
  EXPECT_THAT(scenario.proves, ElementsAre("B1", "B2"));
  EXPECT_EQ(scenario.seed, 7u);
  EXPECT_EQ(to_rfc3339(scenario.start), "2026-03-02T08:00:00Z");
  EXPECT_EQ(scenario.speed, 60u);
  EXPECT_EQ(scenario.record.mode, RecordMode::sample);
  EXPECT_EQ(scenario.record.sample_every, 100u);
  EXPECT_EQ(scenario.drain, std::chrono::hours(48));
  ASSERT_EQ(scenario.source_map.size(), 1u);
  EXPECT_EQ(scenario.source_map[0].first.to_string(), "127.0.0.1");
  EXPECT_EQ(scenario.source_map[0].second.to_string(), "198.18.2.10");
  ASSERT_EQ(scenario.dns.zones.size(), 1u);
  EXPECT_EQ(scenario.dns.zones[0].origin, "extra.example");
  EXPECT_EQ(scenario.dns.zones[0].text, "@ IN TXT \"x\"\n");
  ASSERT_EQ(scenario.expect.size(), 3u);
  EXPECT_EQ(scenario.expect[1].value, 0.05);
}

TEST(Load, ReadsSenders) {
  const auto scenario = parsed(first_send);
  ASSERT_EQ(scenario.senders.size(), 1u);
  const Sender& shop = scenario.senders[0];
  EXPECT_EQ(shop.name, "shop");
  EXPECT_EQ(shop.domain, "shop.example");
  ASSERT_EQ(shop.ips.size(), 1u);
  EXPECT_EQ(shop.ips[0].to_string(), "198.18.2.10");
  EXPECT_EQ(shop.helo, "mta1.shop.example");
  EXPECT_EQ(shop.ptr, "out.shop.example");
  EXPECT_EQ(shop.spf, "v=spf1 ip4:198.18.2.10 -all");
  EXPECT_EQ(shop.dmarc, "v=DMARC1; p=reject; rua=mailto:dmarc@shop.example");
  ASSERT_EQ(shop.dkim.size(), 1u);
  EXPECT_EQ(shop.dkim[0].selector, "s1");
  EXPECT_EQ(shop.dkim[0].bits, 2048u);
  EXPECT_THAT(shop.retry, ElementsAre(std::chrono::minutes(5), std::chrono::minutes(15), std::chrono::hours(1)));
  EXPECT_EQ(shop.retry_jitter_ppm, 200'000u);
  EXPECT_EQ(shop.expire, std::chrono::hours(72));
  EXPECT_EQ(shop.connections, 8u);
  EXPECT_EQ(shop.messages_per_connection, 20u);
  EXPECT_EQ(shop.recipients_per_transaction, 30u);
  EXPECT_EQ(shop.tls, smtp::TlsPolicy::required);
  EXPECT_FALSE(shop.pipelining);
}

TEST(Load, ReadsReceiversAndTheirProfiles) {
  const auto scenario = parsed(first_send);
  ASSERT_EQ(scenario.receivers.size(), 3u);
  EXPECT_EQ(scenario.receivers[0].name, "gmail");
  EXPECT_THAT(scenario.receivers[0].profile.domains, testing::Contains("gmail.com"));
  const Receiver& qq = scenario.receivers[1];
  EXPECT_EQ(qq.latency, std::chrono::milliseconds(20));
  EXPECT_TRUE(qq.down);
  EXPECT_TRUE(qq.profile.greylist.enabled);
  EXPECT_EQ(qq.profile.greylist.delay, std::chrono::minutes(2));
  EXPECT_EQ(qq.changes.find("latency"), nullptr);
  const Receiver& other = scenario.receivers[2];
  EXPECT_EQ(other.profile_name.value, "outlook");
  EXPECT_THAT(other.profile.domains, ElementsAre("other.example"));
}

TEST(Load, ReadsListsAndMail) {
  const auto scenario = parsed(first_send);
  ASSERT_EQ(scenario.lists.size(), 1u);
  const List& buyers = scenario.lists[0];
  EXPECT_EQ(buyers.count, 100'000u);
  EXPECT_EQ(buyers.local, "buyer");
  EXPECT_EQ(buyers.unknown_ppm, 30'000u);
  EXPECT_EQ(buyers.full_ppm, 1'000u);
  EXPECT_EQ(buyers.disabled_ppm, 10'000u);
  ASSERT_EQ(scenario.mail.size(), 1u);
  const Mail& order = scenario.mail[0];
  EXPECT_EQ(order.sender_index, 0u);
  EXPECT_EQ(order.from.name, "Shop");
  EXPECT_EQ(order.from.address.to_string(), "no-reply@shop.example");
  EXPECT_EQ(order.reply_to->address.to_string(), "help@shop.example");
  EXPECT_EQ(order.subject, "您的订单");
  EXPECT_EQ(order.size.min, 3'000u);
  EXPECT_EQ(order.size.median, 12'000u);
  EXPECT_EQ(order.size.max, 48'000u);
  EXPECT_EQ(order.language, Language::zh);
  EXPECT_EQ(order.encoding, mail::TransferEncoding::base64);
  ASSERT_EQ(order.attachments.size(), 1u);
  EXPECT_EQ(order.attachments[0].size, 100'000u);
  EXPECT_EQ(order.deadline, std::chrono::seconds(60));
  EXPECT_EQ(order.recipients, 2u);
  EXPECT_EQ(order.envelope_from, "bounce@shop.example");
  EXPECT_TRUE(order.verp);
}

TEST(Load, ResolvesTrafficAndTimeline) {
  const auto scenario = parsed(first_send);
  ASSERT_EQ(scenario.traffic.size(), 1u);
  EXPECT_EQ(scenario.traffic[0].schedule.kind, ScheduleKind::rate);
  EXPECT_EQ(scenario.traffic[0].schedule.rate, (Rate{50, std::chrono::seconds(1)}));
  EXPECT_EQ(scenario.traffic[0].schedule.length, std::chrono::seconds(20));
  EXPECT_EQ(scenario.traffic[0].at, std::chrono::seconds(5));
  EXPECT_THAT(scenario.traffic[0].to_ppm, ElementsAre(600'000u, 400'000u, 0u));
  ASSERT_EQ(scenario.timeline.size(), 2u);
  EXPECT_EQ(scenario.timeline[0].at, std::chrono::seconds(10));  // by time, whatever the order in the file
  EXPECT_EQ(std::get<ReceiverChange>(scenario.timeline[0].what).receiver_index, 1u);
  policy::Conditions conditions;
  std::get<ReceiverChange>(scenario.timeline[0].what).apply(conditions);
  EXPECT_TRUE(conditions.down);
  std::get<ReceiverChange>(scenario.timeline[1].what).apply(conditions);
  EXPECT_FALSE(conditions.down);
}

TEST(Load, DefaultsAreReadyToUse) {
  const auto scenario = parsed(
      "receivers: {gmail: , qq: {}, outlook: {}}\nsenders: {a: {domain: a.example}, b: {domain: b.example, ptr: "
      "\"\"}}\n"
      "lists: {l: {count: 5}}\nmail: {m: {sender: b}}\ntraffic: [{mail: m, list: l, schedule: {burst: 5}}]\n");
  EXPECT_EQ(scenario.name, "first");
  EXPECT_EQ(scenario.seed, 1u);
  EXPECT_EQ(to_rfc3339(scenario.start), "2026-01-01T00:00:00Z");
  EXPECT_EQ(scenario.speed, 1u);
  EXPECT_EQ(scenario.senders[0].ips[0].to_string(), "198.18.2.10");
  EXPECT_EQ(scenario.senders[1].ips[0].to_string(), "198.18.2.11");
  EXPECT_EQ(scenario.senders[0].helo, "mta1.a.example");
  EXPECT_EQ(scenario.senders[0].ptr, "mta1.a.example");
  EXPECT_EQ(scenario.senders[1].ptr, "");
  EXPECT_EQ(scenario.lists[0].local, "l");
  EXPECT_EQ(scenario.mail[0].from.address.to_string(), "no-reply@b.example");
  EXPECT_EQ(scenario.mail[0].envelope_from, "bounces@b.example");
  EXPECT_EQ(scenario.mail[0].encoding, std::nullopt);
  EXPECT_THAT(scenario.traffic[0].to_ppm, ElementsAre(333'334u, 333'333u, 333'333u));
}

TEST(Load, FaultsPointIntoTheFile) {
  EXPECT_THAT(
      faults("name: x\nreceivers:\n  gmial: {}\n"),
      ElementsAre("first.yaml:3:3: receivers.gmial: unknown profile 'gmial'; did you mean 'gmail'? (a receiver of "
                  "any other name needs 'profile')"));
  EXPECT_THAT(faults("receivers:\n  gmail: {}\ntrafic: []\n"),
              ElementsAre("first.yaml:3:1: unknown key 'trafic' in scenario; did you mean 'traffic'?"));
  EXPECT_THAT(faults("receivers:\n  gmail: {}\n  a b: {profile: qq}\n"),
              ElementsAre("first.yaml:3:3: receivers: 'a b' is not a name: letters, digits, '-' and '_', at most 64"));
  EXPECT_THAT(faults("receivers:\n  qq:\n    greylst: {}\n"),
              ElementsAre("first.yaml:3:5: unknown key 'greylst' in receiver profile; did you mean 'greylist'?"));
  EXPECT_THAT(faults("name: x\n"), ElementsAre("first.yaml:1:1: key 'receivers' is missing in scenario"));
  EXPECT_THAT(faults("receivers: [\n"), testing::SizeIs(1));
  EXPECT_THAT(faults(""), ElementsAre("first.yaml: key 'receivers' is missing in scenario"));
}

TEST(Load, ReportsAllFaultsAtOnce) {
  EXPECT_THAT(faults(small, {"traffic.0.mail=ordr", "traffic.0.list=peple", "expect=[totals.x == 0]"}),
              testing::SizeIs(3));
}

TEST(Load, SetsApplyInOrderAndNeedAValue) {
  EXPECT_EQ(parsed(small, {"seed=3", "seed=4"}).seed, 4u);
  EXPECT_THAT(faults(small, {"seed"}), ElementsAre("--set: 'seed' has no '='; write --set path=value"));
}

TEST(Load, ResolvedYamlReadsBackAsTheSameScenario) {
  const auto scenario = parsed(first_send, {"receivers.qq.greylist.delay=9m", "seed=11"});
  const std::string yaml = resolved_yaml(scenario);
  const auto again = parsed(yaml);
  EXPECT_EQ(again.seed, 11u);
  EXPECT_EQ(again.receivers[1].profile.greylist.delay, std::chrono::minutes(9));
  EXPECT_EQ(resolved_yaml(again), yaml);
  EXPECT_NE(resolved_yaml(parsed(small)).find("seed: 1\n"), std::string::npos);
}

TEST(Load, FilesLieBesideTheScenario) {
  const std::filesystem::path folder = testing::TempDir() + "mailrig_load";
  std::filesystem::create_directories(folder / "mail");
  std::ofstream(folder / "people.csv") << "address\nli@qq.com\nbob@elsewhere.example\n";
  std::ofstream(folder / "mail" / "a.eml") << "Subject: x\r\n\r\n";
  std::ofstream(folder / "extra.zone") << "$ORIGIN extra.example.\n";
  std::ofstream(folder / "mine.yaml") << "extends: qq\nname: mine\ndomains: [mine.example]\n";
  std::ofstream(folder / "s.yaml") << small;
  const std::vector<std::string> sets = {"lists.people={file: people.csv}", "mail.order.files=mail",
                                         "dns.zones=[extra.zone]", "receivers.corp={profile: mine.yaml}"};
  const auto loaded = load(folder / "s.yaml", sets);
  ASSERT_TRUE(loaded) << loaded.error().to_string();
  const Scenario& scenario = *loaded;
  EXPECT_THAT(scenario.lists[0].addresses, ElementsAre("li@qq.com", "bob@elsewhere.example"));
  EXPECT_EQ(scenario.lists[0].count, 2u);
  EXPECT_THAT(scenario.traffic[0].to_ppm, IsEmpty());
  EXPECT_THAT(scenario.mail[0].files, ElementsAre(folder / "mail" / "a.eml"));
  EXPECT_EQ(scenario.dns.zones[0].text, "$ORIGIN extra.example.\n");
  EXPECT_THAT(scenario.receivers[1].profile.domains, ElementsAre("mine.example"));
  EXPECT_EQ(parsed(resolved_yaml(scenario)).lists[0].addresses, scenario.lists[0].addresses);  // from another folder

  const std::vector<std::string> with_to = {"lists.people={file: people.csv}", "traffic.0.to={gmail: 100%}"};
  const auto conflict = load(folder / "s.yaml", with_to);
  ASSERT_FALSE(conflict);
  EXPECT_EQ(conflict.error().to_string(),
            "--set: traffic.0.to: the addresses of list 'people' say where they go; remove 'to'");
  std::filesystem::remove_all(folder);
}

TEST(Load, NamesAFileThatIsNotThere) {
  const auto missing = load("/nonexistent/s.yaml");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().to_string(), "/nonexistent/s.yaml: no such file");
}

TEST(Schema, ListsTheKeysOfTheFormat) {
  const auto value = schema();
  EXPECT_EQ(value.at("$schema").as_string(), "https://json-schema.org/draft/2020-12/schema");
  const auto& properties = value.at("properties").as_object();
  for (const char* key : {"name", "proves", "seed", "start", "speed", "record", "senders", "receivers", "lists", "mail",
                          "traffic", "timeline", "dns", "source_map", "end", "expect"}) {
    EXPECT_TRUE(properties.contains(key)) << key;
  }
  EXPECT_FALSE(properties.contains("services"));
  EXPECT_EQ(value.at_pointer("/properties/traffic/items/properties/schedule/oneOf").as_array().size(), 6u);
  EXPECT_TRUE(
      value.at_pointer("/properties/receivers/additionalProperties/properties").as_object().contains("latency"));
}

}  // namespace
}  // namespace mailrig::scenario
