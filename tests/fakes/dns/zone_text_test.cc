#include "fakes/dns/zone_text.h"

#include <gmock/gmock.h>

#include "fakes/base/draw.h"
#include "fakes/dns/zones.h"

namespace mailrig::dns {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::StartsWith;

std::vector<Record> records_of(std::string_view text, std::string_view origin = "shop.example") {
  std::vector<Record> records;
  auto parsed = parse_zone_text(text, "shop.zone", origin);
  EXPECT_TRUE(parsed) << parsed.error().to_string();
  if (parsed) {
    for (PlacedRecord& placed : *parsed) records.push_back(std::move(placed.record));
  }
  return records;
}

// The shape of the example in RFC 1035 §5.3.
TEST(ZoneText, ReadsAMasterFile) {
  const auto records = records_of(R"($TTL 2h
@       IN  SOA  ns hostmaster.shop.example. (
                 7        ; serial
                 1h 10m 1w
                 300 )    ; minimum

        IN  MX   10 mx1
            MX   20 mx2.elsewhere.example.
            TXT  "v=spf1 mx; \"quoted\" " "second"
mx1     60  A    192.0.2.1
            AAAA 2001:db8::1
www     IN 90 CNAME @
1.2     PTR  mx1
)");
  Soa soa{"ns.shop.example", "hostmaster.shop.example", 7, 3600, 600, 604800, 300};
  EXPECT_THAT(records, ElementsAre(Record::soa("shop.example", soa, 7200),
                                   Record::mx("shop.example", 10, "mx1.shop.example", 7200),
                                   Record::mx("shop.example", 20, "mx2.elsewhere.example", 7200),
                                   Record{"shop.example", Type::txt, 7200, Txt{{"v=spf1 mx; \"quoted\" ", "second"}}},
                                   Record::address("mx1.shop.example", *IpAddress::parse("192.0.2.1"), 60),
                                   Record::address("mx1.shop.example", *IpAddress::parse("2001:db8::1"), 60),
                                   Record::cname("www.shop.example", "shop.example", 90),
                                   Record::ptr("1.2.shop.example", "mx1.shop.example", 90)));
}

TEST(ZoneText, KnowsOrigins) {
  EXPECT_THAT(records_of("a TXT x\n$ORIGIN mail\nb TXT x\n$ORIGIN other.example.\nc TXT x\n@ TXT x\n"),
              ElementsAre(Record::txt("a.shop.example", "x"), Record::txt("b.mail.shop.example", "x"),
                          Record::txt("c.other.example", "x"), Record::txt("other.example", "x")));
  EXPECT_THAT(records_of("shop.example. MX 10 mx.shop.example\n", ""),
              ElementsAre(Record::mx("shop.example", 10, "mx.shop.example")));
}

TEST(ZoneText, CarriesTypesItDoesNotInterpret) {
  const auto records = records_of("a TYPE65400 \\# 3 01 0203\nb TYPE1 \\# 4 c0000201\n_25._tcp TLSA 3 1 1 aabb\n");
  ASSERT_EQ(records.size(), 3U);
  EXPECT_EQ(records[0], (Record{"a.shop.example", static_cast<Type>(65400), 3600, Opaque{"\x01\x02\x03"}}));
  EXPECT_EQ(records[1], Record::address("b.shop.example", *IpAddress::parse("192.0.2.1")));
  EXPECT_EQ(records[2].data, Data(Opaque{"\x03\x01\x01\xaa\xbb"}));
}

TEST(ZoneText, ToleratesWindowsLineEndsAndEmptyFiles) {
  EXPECT_THAT(records_of("a TXT x\r\n\r\n; note\r\nb TXT y"),
              ElementsAre(Record::txt("a.shop.example", "x"), Record::txt("b.shop.example", "y")));
  EXPECT_THAT(records_of(""), IsEmpty());
  EXPECT_THAT(records_of(" \n(\n)\n; only a note"), IsEmpty());
}

struct Broken {
  const char* what;
  const char* text;
  const char* error;
};

class ZoneTextError : public testing::TestWithParam<Broken> {};

TEST_P(ZoneTextError, NamesThePlaceAndTheRemedy) {
  const auto parsed = parse_zone_text(GetParam().text, "shop.zone", "shop.example");
  ASSERT_FALSE(parsed);
  EXPECT_THAT(parsed.error().to_string(), StartsWith(GetParam().error));
}

INSTANTIATE_TEST_SUITE_P(
    Cases, ZoneTextError,
    testing::Values(
        Broken{"address", "a TXT x\nwww 300 IN A 192.0.2.300\n",
               "shop.zone:2:14: wrong data for A: expected one IPv4 address, such as 192.0.2.1"},
        Broken{"address_family", "www AAAA 192.0.2.1\n", "shop.zone:1:10: wrong data for AAAA: expected one IPv6"},
        Broken{"type", "\n  \nwww FOO bar\n", "shop.zone:3:5: unknown record type 'FOO'"},
        Broken{"no_type", "www IN\n", "shop.zone:1:5: expected a record type after this"},
        Broken{"meta_type", "www ANY x\n", "shop.zone:1:5: a zone cannot hold ANY records"},
        Broken{"no_data", "www A ; 192.0.2.1\n", "shop.zone:1:5: wrong data for A"},
        Broken{"too_much_data", "www A 192.0.2.1 192.0.2.2\n", "shop.zone:1:7: wrong data for A"},
        Broken{"no_preference", "@ MX mx1\n", "shop.zone:1:6: wrong data for MX: expected a preference of 0 to 65535"},
        Broken{"large_preference", "@ MX 70000 mx1\n", "shop.zone:1:6: wrong data for MX"},
        Broken{"exchange", "@ MX 10 mx..1\n", "shop.zone:1:9: wrong data for MX"},
        Broken{"short_generic", "@ MX \\# 2 0102\n", "shop.zone:1:6: wrong data for MX"},
        Broken{"owner", "a..b A 192.0.2.1\n", "shop.zone:1:1: 'a..b' is no domain name"},
        Broken{"ttl", "a 99999999999 A 192.0.2.1\n", "shop.zone:1:3: '99999999999' is no TTL"},
        Broken{"class", "a CH TXT x\n", "shop.zone:1:3: class CH is not supported; expected IN"},
        Broken{"quote", "a TXT \"x\nb TXT y\n", "shop.zone:1:7: this quote is never closed"},
        Broken{"open", "@ SOA ( ns hm\n 1 2 3 4\nb TXT y\n", "shop.zone:1:7: this '(' is never closed"},
        Broken{"close", "a TXT x )\n", "shop.zone:1:9: this ')' has no '(' before it"},
        Broken{"include", "$INCLUDE other.zone\n", "shop.zone:1:1: $INCLUDE is not supported"},
        Broken{"directive", "$GENERATE 1-9 a A 192.0.2.$\n", "shop.zone:1:1: unknown directive '$GENERATE'"},
        Broken{"default_ttl", "$TTL soon\n", "shop.zone:1:6: $TTL: expected a time"},
        Broken{"origin", "$ORIGIN a..b\n", "shop.zone:1:9: $ORIGIN: expected one domain name"}),
    [](const auto& tested) { return tested.param.what; });

TEST(ZoneText, RefusesStringsThatDoNotFit) {
  const auto parsed = parse_zone_text("a TXT \"" + std::string(256, 'x') + "\"\n", "shop.zone", "shop.example");
  ASSERT_FALSE(parsed);
  EXPECT_THAT(parsed.error().to_string(), StartsWith("shop.zone:1:7: wrong data for TXT: expected strings of at most"));
}

// Whatever a file holds, it ends in records or in an error with a place.
TEST(ZoneText, SurvivesMutations) {
  const std::string valid = "$TTL 1h\n@ SOA ns hm ( 1 2 3 4 5 ) ; c\n MX 10 mx\n TXT \"a\\\"b\" \\# 2 0102\n";
  const std::string alphabet = "\\\"();$@#. \t\n01aZ\xff";
  const Draw draw(1);
  for (std::uint64_t round = 0; round < 3000; ++round) {
    std::string text = valid;
    for (std::uint64_t i = 0; i < 4; ++i) {
      const std::uint64_t bits = draw.bits("zone-text", "mutation", round, i);
      text[below(bits, text.size())] = alphabet[bits % alphabet.size()];
    }
    const auto parsed = parse_zone_text(text, "mutated.zone", "shop.example");
    if (!parsed) {
      EXPECT_GT(parsed.error().line, 0) << text;
      EXPECT_GT(parsed.error().column, 0) << text;
    }
  }
}

constexpr Instant looked_up_at{};

TEST(ZonesAddText, StartsItsZoneAtTheOriginOrAtTheSoa) {
  Zones zones;
  ASSERT_TRUE(zones.add_zone_text("@ TXT one\n", "a.zone", "Shop.Example"));
  ASSERT_TRUE(zones.add_zone_text("www TXT early\n@ SOA ns hm 9 1 1 1 60\n", "b.zone", "bank.example"));
  EXPECT_THAT(zones.lookup(looked_up_at, {"shop.example", Type::txt}).texts(), ElementsAre("one"));
  const Answer missing = zones.lookup(looked_up_at, {"nobody.bank.example", Type::a});
  EXPECT_EQ(missing.rcode, Rcode::nxdomain);
  EXPECT_EQ(missing.ttl_s(), 60U);
}

TEST(ZonesAddText, FromTheRootIsAWholeWorld) {
  Zones zones;
  ASSERT_TRUE(zones.add_zone_text("shop.example. TXT one\nbank.test. TXT two\n", "world.zone", ""));
  EXPECT_THAT(zones.lookup(looked_up_at, {"bank.test", Type::txt}).texts(), ElementsAre("two"));
  EXPECT_EQ(zones.lookup(looked_up_at, {"elsewhere.org", Type::txt}).rcode, Rcode::nxdomain);
}

TEST(ZonesAddText, TakesAllOrNothing) {
  Zones zones;
  const auto added = zones.add_zone_text("@ TXT one\nmx.bank.example. A 192.0.2.1\n", "shop.zone", "shop.example");
  ASSERT_FALSE(added);
  EXPECT_THAT(added.error().to_string(), StartsWith("shop.zone:2:1: A record for 'mx.bank.example' is outside"));
  EXPECT_EQ(zones.lookup(looked_up_at, {"shop.example", Type::txt}).rcode, Rcode::refused);
}

TEST(ParseData, ReadsWhatStandsBehindTheType) {
  EXPECT_EQ(*parse_data(Type::mx, "10 MX1.shop.example"), Data(Mx{10, "mx1.shop.example"}));
  EXPECT_EQ(*parse_data(Type::a, "192.0.2.1"), Data(*IpAddress::parse("192.0.2.1")));
  EXPECT_EQ(*parse_data(Type::txt, "v=spf1 -all; not a comment"), Data(Txt::of("v=spf1 -all; not a comment")));
  EXPECT_EQ(*parse_data(Type::txt, "\"one \" \"two\""), Data(Txt{{"one ", "two"}}));
  for (const char* text : {"", "mx1", "10 mx1 extra", "10 mx1\n@ A 192.0.2.1", "70000 mx1"}) {
    const auto data = parse_data(Type::mx, text);
    ASSERT_FALSE(data) << text;
    EXPECT_THAT(data.error().message, StartsWith("wrong data for MX: expected a preference")) << text;
  }
}

TEST(ParseType, KnowsTypesThatZonesHold) {
  EXPECT_EQ(parse_type("txt"), Type::txt);
  EXPECT_EQ(parse_type("TYPE65280"), static_cast<Type>(65280));
  for (const char* text : {"", "ANY", "AXFR", "TXTT", "OPT"}) EXPECT_FALSE(parse_type(text)) << text;
}

}  // namespace
}  // namespace mailrig::dns
