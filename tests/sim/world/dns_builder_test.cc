#include "sim/world/dns_builder.h"

#include <gmock/gmock.h>

#include "sim/world/world.h"
#include "tests/sim/world/scenario_text.h"

namespace mailrig::world {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::UnorderedElementsAre;

// A shop that sends to one provider, with `more` at the end of its file.
std::string shop(const std::string& more) {
  return R"(
senders:
  shop: { domain: shop.example, spf: "v=spf1 -all", dmarc: "v=DMARC1; p=reject",
          dkim: [ { selector: s1, algorithm: ed25519-sha256, publish: false },
                  { selector: s2, algorithm: ed25519-sha256, publish: false } ] }
receivers: { gmail: {} }
lists: { few: { count: 10 } }
mail: { note: {} }
traffic: [ { mail: note, list: few, schedule: { rate: 1/s, count: 10 } } ]
)" + more;
}

struct Built {
  explicit Built(const std::string& more) : scenario(parse_scenario(shop(more))) {
    auto made = build_world(scenario, AddressRange::documentation, nobody);
    EXPECT_TRUE(made) << made.error().to_string();
    if (made) world = std::move(*made);
  }
  dns::Answer ask(Duration at, const std::string& name, dns::Type type = dns::Type::txt,
                  std::string_view region = {}) const {
    return world->zones.lookup(scenario.start + at, {name, type}, region);
  }
  std::vector<std::string> texts(Duration at, const std::string& name, std::string_view region = {}) const {
    return ask(at, name, dns::Type::txt, region).texts();
  }

  scenario::Scenario scenario;
  std::unique_ptr<World> world;
};

TEST(DnsBuilder, CorrectsTheRecordsOfASender) {
  const Built built(R"(
dns: { records: [ { name: shop.example, type: TXT, value: site-verification=7 } ] }
timeline:
  - { at: 2h, set: senders.shop.spf, to: "v=spf1 mx -all", ttl: 5m }
  - { at: 3h, set: senders.shop.dmarc, to: "v=DMARC1; p=none" }
  - { at: 4h, set: senders.shop.dmarc, to: "" }
)");
  EXPECT_THAT(built.texts(2h - 1s, "shop.example"), UnorderedElementsAre("v=spf1 -all", "site-verification=7"));
  EXPECT_THAT(built.texts(2h, "shop.example"), UnorderedElementsAre("v=spf1 mx -all", "site-verification=7"));
  EXPECT_EQ(built.ask(2h, "shop.example").answers.back().ttl_s, 300U);
  EXPECT_THAT(built.texts(3h, "_dmarc.shop.example"), ElementsAre("v=DMARC1; p=none"));
  EXPECT_EQ(built.ask(4h, "_dmarc.shop.example").rcode, dns::Rcode::nxdomain);
}

TEST(DnsBuilder, WithdrawsAndPublishesKeys) {
  const Built built(R"(
dns:
  records:
    - { name: s1._domainkey.shop.example, type: TXT, value: "v=DKIM1; p=one" }
    - { name: s2._domainkey.shop.example, type: TXT, value: "v=DKIM1; p=two" }
timeline:
  - { at: 2h, set: senders.shop.dkim.s1, to: withdrawn }
  - { at: 3h, set: senders.shop.dkim.s1, to: published, ttl: 1m }
  - { at: 1h, set: senders.shop.dkim.s2, to: published }
)");
  const std::string s1 = "s1._domainkey.shop.example";
  EXPECT_THAT(built.texts(0h, s1), ElementsAre("v=DKIM1; p=one"));
  EXPECT_EQ(built.ask(2h, s1).rcode, dns::Rcode::nxdomain);
  EXPECT_THAT(built.texts(3h, s1), ElementsAre("v=DKIM1; p=one"));
  EXPECT_EQ(built.ask(3h, s1).ttl_s(), 60U);
  // What is first published was not there before.
  EXPECT_EQ(built.ask(0h, "s2._domainkey.shop.example").rcode, dns::Rcode::nxdomain);
  EXPECT_THAT(built.texts(1h, "s2._domainkey.shop.example"), ElementsAre("v=DKIM1; p=two"));
}

TEST(DnsBuilder, SpreadsAChangeOverRegions) {
  const Built built(R"(
timeline: [ { at: 1h, record: "shop.example TXT", to: ["v=spf1 mx -all"], propagation: 240m, ttl: 5m } ]
)");
  for (const char* region : {"gmail", "cn"}) {
    const Duration seen = 1h + dns::propagation_delay(240min, region, "shop.example");
    EXPECT_THAT(built.texts(seen - 1ns, "shop.example", region), ElementsAre("v=spf1 -all"));
    EXPECT_THAT(built.texts(seen, "shop.example", region), ElementsAre("v=spf1 mx -all"));
  }
}

TEST(DnsBuilder, AddsRecordsThatFlapOrDifferByRegion) {
  const Built built(R"(
dns:
  records:
    - { name: mx.flap.example, type: A, flapping: { every: 1m, values: [192.0.2.1, [192.0.2.2, 192.0.2.3]] } }
    - { name: cdn.flap.example, type: CNAME, value: mx.flap.example, regions: cn }
)");
  EXPECT_EQ(built.ask(0s, "mx.flap.example", dns::Type::a).addresses().size(), 1U);
  EXPECT_EQ(built.ask(0s, "mx.flap.example", dns::Type::a).ttl_s(), 60U);
  EXPECT_EQ(built.ask(1min, "mx.flap.example", dns::Type::a).addresses().size(), 2U);
  EXPECT_EQ(built.ask(0s, "cdn.flap.example", dns::Type::a, "cn").addresses().size(), 1U);
  EXPECT_EQ(built.ask(0s, "cdn.flap.example", dns::Type::a).rcode, dns::Rcode::nxdomain);
}

TEST(DnsBuilder, FailsInTheWindowOfAFault) {
  const Built built(R"(
dns: { faults: [ { name: shop.example, type: TXT, subtree: true, fault: timeout, cost: 7s, from: 1h, until: 2h } ] }
)");
  EXPECT_FALSE(built.ask(1h - 1s, "shop.example").timed_out);
  EXPECT_TRUE(built.ask(1h, "_dmarc.shop.example").timed_out);
  EXPECT_EQ(built.ask(1h, "shop.example").cost, 7s);
  EXPECT_FALSE(built.ask(2h, "shop.example").timed_out);
}

TEST(DnsBuilder, NamesThePlaceOfWhatCannotBe) {
  const auto message = [](const std::string& more) {
    const auto scenario = parse_scenario(shop(more));
    const auto made = build_world(scenario, AddressRange::documentation, nobody);
    return made ? "" : made.error().to_string();
  };
  EXPECT_THAT(message("timeline: [ { at: 1h, set: senders.shop.dkim.s1, to: withdrawn } ]\n"),
              HasSubstr("test.yaml:10:13: there is no key record at s1._domainkey.shop.example"));
  EXPECT_THAT(
      message("dns:\n  records:\n    - { name: a.shop.example, type: CNAME, values: [b.example, c.example] }\n"),
      HasSubstr("test.yaml:12:7: 'a.shop.example' is a CNAME"));
}

TEST(DnsBuilder, SignsZonesAndThoseAboveThem) {
  const Built plain("");
  EXPECT_EQ(plain.world->dnssec, nullptr);
  const Built built(R"(
dns:
  zones: [ { origin: example, text: "" } ]
  dnssec: [ shop.example ]
)");
  ASSERT_NE(built.world->dnssec, nullptr);
  EXPECT_THAT(built.world->dnssec->apexes(), ElementsAre("", "example", "shop.example"));
  EXPECT_EQ(built.ask(0h, "shop.example", dns::Type::dnskey).answers.size(), 1U);
  EXPECT_EQ(built.ask(0h, "shop.example", dns::Type::ds).answers.size(), 1U);
  EXPECT_THAT(built.ask(0h, "gmail.com", dns::Type::ds).answers, testing::IsEmpty());
  // Whoever does not validate sees the same world.
  for (const std::string name : {"shop.example", "_dmarc.shop.example", "gmail.com", "nobody.gmail.com", "bank.test"}) {
    for (const dns::Type type : {dns::Type::txt, dns::Type::mx, dns::Type::a}) {
      EXPECT_EQ(built.ask(0h, name, type).rcode, plain.ask(0h, name, type).rcode) << name;
      EXPECT_EQ(built.ask(0h, name, type).answers, plain.ask(0h, name, type).answers) << name;
    }
  }
}

TEST(DnsBuilder, SignsOnlyWholeZones) {
  for (const auto& [name, message] : std::vector<std::pair<std::string, std::string>>{
           {"bank.test", "dns.dnssec: this world has no zone 'bank.test'"},
           {"mail.shop.example",
            "dns.dnssec: no zone begins at 'mail.shop.example'; it belongs to the zone "
            "'shop.example'"}}) {
    const auto scenario = parse_scenario(shop("dns: { dnssec: [ gmail.com, " + name + " ] }"));
    const auto made = build_world(scenario, AddressRange::documentation, nobody);
    ASSERT_FALSE(made);
    EXPECT_THAT(made.error().message, HasSubstr(message));
    EXPECT_EQ(made.error().line, 10);
  }
}

}  // namespace
}  // namespace mailrig::world
