#include "sim/world/sender_keys.h"

#include "fakes/auth/key_record.h"
#include "sim/world/world.h"
#include "tests/sim/world/scenario_text.h"

namespace mailrig::world {
namespace {

using std::chrono::minutes;
using testing::HasSubstr;

scenario::Scenario two_senders(const std::string& first, const std::string& second) {
  return parse_scenario("senders:\n  shop: { domain: shop.example, dkim: " + first +
                        " }\n  club: { domain: club.example, dkim: " + second +
                        " }\n"
                        "receivers: { gmail: {} }\nlists: { few: { count: 1 } }\nmail: { note: { sender: shop } }\n"
                        "traffic: [ { mail: note, list: few, schedule: { burst: 1 } } ]\n");
}

TEST(SenderKeys, EverySenderHasItsOwnInTheirOrder) {
  const auto scenario = two_senders(
      "[{selector: a, bits: 1024}, {selector: b, algorithm: ed25519-sha256, domain: mail.shop.example, from: 1m, "
      "until: 2m}]",
      "[{selector: a, algorithm: ed25519-sha256}]");
  const auto keys = SenderKeys::make(scenario);
  ASSERT_TRUE(keys) << keys.error().to_string();
  ASSERT_EQ(keys->of(0).size(), 2U);
  ASSERT_EQ(keys->of(1).size(), 1U);
  EXPECT_TRUE(keys->of(2).empty());
  const SigningKey& first = keys->of(0)[0];
  EXPECT_EQ(first.record_name(), "a._domainkey.shop.example");
  EXPECT_EQ(first.signing.key->bits(), 1024);
  EXPECT_EQ(first.from, scenario.start);
  EXPECT_EQ(first.until, never);
  const SigningKey& second = keys->of(0)[1];
  EXPECT_EQ(second.record_name(), "b._domainkey.mail.shop.example");
  EXPECT_EQ(second.from, scenario.start + minutes(1));
  EXPECT_EQ(second.until, scenario.start + minutes(2));
  EXPECT_NE(second.record_text(), keys->of(1)[0].record_text());
}

TEST(SenderKeys, AreMadeByTheDozen) {
  std::string list;
  for (int i = 0; i < 12; ++i) list += "{selector: s" + std::to_string(i) + ", bits: 1024}, ";
  const auto keys = SenderKeys::make(two_senders("[" + list + "]", "[]"));
  ASSERT_TRUE(keys);
  std::vector<std::string> records;
  for (const SigningKey& key : keys->of(0)) records.push_back(key.record_text());
  std::sort(records.begin(), records.end());
  EXPECT_EQ(std::unique(records.begin(), records.end()) - records.begin(), 12);
}

TEST(SenderKeys, WhatCannotBeUsedIsNamed) {
  const auto selector = SenderKeys::make(two_senders("[{selector: 'no good', algorithm: ed25519-sha256}]", "[]"));
  ASSERT_FALSE(selector);
  EXPECT_THAT(selector.error().to_string(), HasSubstr("test.yaml:2:"));
  EXPECT_THAT(selector.error().message, HasSubstr("senders.shop.dkim: 'no good' is no selector"));

  const auto field =
      SenderKeys::make(two_senders("[{selector: a, algorithm: ed25519-sha256, oversign: ['no field']}]", "[]"));
  ASSERT_FALSE(field);
  EXPECT_THAT(field.error().message, HasSubstr("'no field' is no header field"));

  const auto twice = SenderKeys::make(two_senders("[{selector: a, algorithm: ed25519-sha256, domain: group.example}]",
                                                  "[{selector: a, algorithm: ed25519-sha256, domain: group.example}]"));
  ASSERT_FALSE(twice);
  EXPECT_THAT(twice.error().message, HasSubstr("another key at a._domainkey.group.example"));
}

// Whenever a key signs, its record is there all the time; at a domain that is not the sender's, too.
TEST(SenderKeys, ArePublishedBeforeAndAfterTheirUse) {
  const auto scenario = two_senders(
      "[{selector: late, algorithm: ed25519-sha256, from: 1h}, {selector: early, bits: 2048, until: 1m}, "
      "{selector: s, domain: esp.example, algorithm: ed25519-sha256}, "
      "{selector: hidden, algorithm: ed25519-sha256, publish: false}]",
      "[]");
  const auto world = build_world(scenario, AddressRange::documentation, nobody);
  ASSERT_TRUE(world) << world.error().to_string();
  for (const SigningKey& key : (*world)->sender_keys.of(0)) {
    for (const Instant now : {scenario.start, scenario.start + minutes(90)}) {
      const auto texts = (*world)->zones.lookup(now, {key.record_name(), dns::Type::txt}).texts();
      if (!key.published) {
        EXPECT_TRUE(texts.empty()) << key.record_name();
        continue;
      }
      ASSERT_EQ(texts.size(), 1U) << key.record_name();
      const auth::KeyRecord record = auth::parse_key_record(texts[0]);
      EXPECT_EQ(record.fault, "");
      EXPECT_EQ(record.type, key.signing.key->type());
    }
  }
}

// The records of a domain that only signs, or only stands in From, are the user's to write.
TEST(SenderKeys, AUsersZoneOfTheSameDomainKeepsThem) {
  auto scenario = two_senders("[{selector: s, domain: esp.example, algorithm: ed25519-sha256}]", "[]");
  scenario.dns.zones.push_back({"@ 300 IN SOA ns.esp.example. h.esp.example. 1 2 3 4 5\n@ 300 IN TXT \"v=spf1 -all\"\n",
                                "esp.example", "esp.zone"});
  const auto world = build_world(scenario, AddressRange::documentation, nobody);
  ASSERT_TRUE(world) << world.error().to_string();
  const auto texts = [&](const std::string& name) {
    return (*world)->zones.lookup(scenario.start, {name, dns::Type::txt}).texts();
  };
  EXPECT_EQ(texts("esp.example"), std::vector<std::string>{"v=spf1 -all"});
  EXPECT_EQ(texts("s._domainkey.esp.example"), std::vector<std::string>{(*world)->sender_keys.of(0)[0].record_text()});
}

}  // namespace
}  // namespace mailrig::world
