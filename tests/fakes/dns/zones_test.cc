#include "fakes/dns/zones.h"

#include <gmock/gmock.h>

#include <algorithm>

namespace mailrig::dns {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr Instant epoch{};

IpAddress ip_of(std::string_view text) {
  return *IpAddress::parse(text);
}

void add_all(Zones& zones, std::vector<Record> records) {
  for (Record& record : records) {
    const auto added = zones.add(std::move(record));
    ASSERT_TRUE(added) << added.error().to_string();
  }
}

// The world of most tests: one shop, with whatever DNS has to offer.
Zones shop(ZonesSettings settings = {}) {
  Zones zones(settings);
  EXPECT_TRUE(zones.add_zone("shop.example"));
  add_all(zones, {
                     Record::mx("shop.example", 20, "mx2.shop.example"),
                     Record::mx("shop.example", 10, "mx1.shop.example"),
                     Record::txt("shop.example", "v=spf1 mx -all"),
                     Record::address("mx1.shop.example", ip_of("192.0.2.1")),
                     Record::address("mx1.shop.example", ip_of("2001:db8::1")),
                     Record::address("mx2.shop.example", ip_of("192.0.2.2")),
                     Record::cname("www.shop.example", "web.shop.example"),
                     Record::address("web.shop.example", ip_of("192.0.2.3")),
                     Record::cname("dangling.shop.example", "nothing.shop.example"),
                     Record::cname("away.shop.example", "cdn.elsewhere.example"),
                     Record::txt("s1._domainkey.shop.example", "v=DKIM1; p="),
                     Record::txt("*.wild.shop.example", "any"),
                     Record::address("host.wild.shop.example", ip_of("192.0.2.4")),
                 });
  return zones;
}

TEST(ZonesLookup, AnswersInTheOrderOfAdding) {
  const Answer answer = shop().lookup(epoch, {"shop.example", Type::mx});
  EXPECT_EQ(answer.rcode, Rcode::noerror);
  EXPECT_THAT(answer.mail_exchangers(), ElementsAre(Mx{20, "mx2.shop.example"}, Mx{10, "mx1.shop.example"}));
  EXPECT_THAT(answer.authority, IsEmpty());
}

TEST(ZonesLookup, KeepsFamiliesApart) {
  const Zones zones = shop();
  EXPECT_THAT(zones.lookup(epoch, {"mx1.shop.example", Type::a}).addresses(), ElementsAre(ip_of("192.0.2.1")));
  EXPECT_THAT(zones.lookup(epoch, {"mx1.shop.example", Type::aaaa}).addresses(), ElementsAre(ip_of("2001:db8::1")));
}

// RFC 4343 §3: names compare without regard to case.
TEST(ZonesLookup, IgnoresCaseAndTrailingDot) {
  EXPECT_THAT(shop().lookup(epoch, {"MX2.Shop.EXAMPLE.", Type::a}).addresses(), ElementsAre(ip_of("192.0.2.2")));
}

struct Negative {
  const char* what;
  Question question;
  Rcode rcode;
};

class ZonesNegative : public testing::TestWithParam<Negative> {};

// RFC 2308 §2.1 and §2.2: both kinds of negative answer carry the SOA, whose TTL is min(TTL, MINIMUM) (§3).
TEST_P(ZonesNegative, CarriesTheSoa) {
  const Answer answer = shop().lookup(epoch, GetParam().question);
  EXPECT_EQ(answer.rcode, GetParam().rcode);
  EXPECT_FALSE(answer.holds(GetParam().question.type));
  ASSERT_EQ(answer.authority.size(), 1U);
  EXPECT_EQ(answer.authority[0].name, "shop.example");
  EXPECT_EQ(answer.authority[0].type, Type::soa);
  EXPECT_EQ(answer.authority[0].ttl_s, 300U);
  EXPECT_EQ(answer.ttl_s(), 300U);
}

INSTANTIATE_TEST_SUITE_P(
    Cases, ZonesNegative,
    testing::Values(Negative{"no_such_name", {"nobody.shop.example", Type::a}, Rcode::nxdomain},
                    Negative{"no_such_name_below_a_host", {"a.b.mx1.shop.example", Type::a}, Rcode::nxdomain},
                    Negative{"no_such_type", {"mx2.shop.example", Type::aaaa}, Rcode::noerror},
                    // RFC 8020 §2: _domainkey exists, since s1._domainkey does.
                    Negative{"empty_non_terminal", {"_domainkey.shop.example", Type::txt}, Rcode::noerror},
                    // RFC 4592 §2.2.2 and §3.3: a wildcard has no such type; the closest encloser stops it; so does the
                    // name itself.
                    Negative{"wildcard_other_type", {"x.wild.shop.example", Type::a}, Rcode::noerror},
                    Negative{"wildcard_blocked_by_encloser", {"x.host.wild.shop.example", Type::txt}, Rcode::nxdomain},
                    Negative{"wildcard_blocked_by_name", {"host.wild.shop.example", Type::txt}, Rcode::noerror},
                    Negative{"wildcard_parent_itself", {"wild.shop.example", Type::txt}, Rcode::noerror}),
    [](const auto& tested) { return tested.param.what; });

TEST(ZonesCname, IsChasedInsideOurZones) {
  const Answer answer = shop().lookup(epoch, {"www.shop.example", Type::a});
  EXPECT_THAT(answer.answers, ElementsAre(Record::cname("www.shop.example", "web.shop.example"),
                                          Record::address("web.shop.example", ip_of("192.0.2.3"))));
}

TEST(ZonesCname, IsTheAnswerWhenAskedFor) {
  const Answer answer = shop().lookup(epoch, {"www.shop.example", Type::cname});
  EXPECT_THAT(answer.answers, ElementsAre(Record::cname("www.shop.example", "web.shop.example")));
}

// RFC 2308 §2.1: the rcode tells of the name at the end of the chain.
TEST(ZonesCname, ToANameThatDoesNotExistIsNxdomain) {
  const Answer answer = shop().lookup(epoch, {"dangling.shop.example", Type::a});
  EXPECT_EQ(answer.rcode, Rcode::nxdomain);
  EXPECT_THAT(answer.targets(Type::cname), ElementsAre("nothing.shop.example"));
  EXPECT_EQ(answer.authority.size(), 1U);
}

TEST(ZonesCname, OutOfOurZonesEndsWithWhatWeKnow) {
  const Answer partial = shop().lookup(epoch, {"away.shop.example", Type::a});
  EXPECT_EQ(partial.rcode, Rcode::noerror);
  EXPECT_THAT(partial.targets(Type::cname), ElementsAre("cdn.elsewhere.example"));

  EXPECT_EQ(shop({.outside = Rcode::nxdomain}).lookup(epoch, {"away.shop.example", Type::a}).rcode, Rcode::nxdomain);
}

Zones chain_of(int length) {
  Zones zones;
  EXPECT_TRUE(zones.add_zone("example"));
  for (int i = 0; i < length; ++i) {
    add_all(zones, {Record::cname("c" + std::to_string(i) + ".example", "c" + std::to_string(i + 1) + ".example")});
  }
  add_all(zones, {Record::txt("c" + std::to_string(length) + ".example", "end")});
  return zones;
}

TEST(ZonesCname, ChainsAreFollowedEightTimes) {
  EXPECT_THAT(chain_of(8).lookup(epoch, {"c0.example", Type::txt}).texts(), ElementsAre("end"));
  const Answer too_long = chain_of(9).lookup(epoch, {"c0.example", Type::txt});
  EXPECT_EQ(too_long.rcode, Rcode::servfail);
  EXPECT_THAT(too_long.answers, IsEmpty());
}

TEST(ZonesCname, LoopsAreServfail) {
  Zones zones;
  ASSERT_TRUE(zones.add_zone("example"));
  add_all(zones, {Record::cname("a.example", "b.example"), Record::cname("b.example", "a.example"),
                  Record::cname("self.example", "self.example")});
  EXPECT_EQ(zones.lookup(epoch, {"a.example", Type::a}).rcode, Rcode::servfail);
  EXPECT_EQ(zones.lookup(epoch, {"self.example", Type::a}).rcode, Rcode::servfail);
}

// A mistake that real zones contain, so it must be possible; RFC 1034 §4.3.2 step 3a lets the CNAME win.
TEST(ZonesCname, WinsOverOtherDataBesideIt) {
  Zones zones = shop();
  add_all(zones, {Record::cname("mx2.shop.example", "web.shop.example")});
  EXPECT_THAT(zones.lookup(epoch, {"mx2.shop.example", Type::a}).addresses(), ElementsAre(ip_of("192.0.2.3")));
}

// RFC 4592 §2.2.1: the owner of what a wildcard synthesises is the name asked for.
TEST(ZonesWildcard, AnswersUnderTheNameAsked) {
  const Zones zones = shop();
  EXPECT_THAT(zones.lookup(epoch, {"x.wild.shop.example", Type::txt}).answers,
              ElementsAre(Record::txt("x.wild.shop.example", "any")));
  EXPECT_THAT(zones.lookup(epoch, {"a.b.c.wild.shop.example", Type::txt}).texts(), ElementsAre("any"));
  EXPECT_THAT(zones.lookup(epoch, {"*.wild.shop.example", Type::txt}).texts(), ElementsAre("any"));
}

TEST(ZonesWildcard, CnamesAreFollowedToo) {
  Zones zones = shop();
  add_all(zones, {Record::cname("*.shop.example", "web.shop.example")});
  const Answer answer = zones.lookup(epoch, {"whatever.shop.example", Type::a});
  EXPECT_THAT(answer.answers, ElementsAre(Record::cname("whatever.shop.example", "web.shop.example"),
                                          Record::address("web.shop.example", ip_of("192.0.2.3"))));
}

TEST(ZonesOutside, IsRefusedOrNxdomain) {
  const Answer refused = shop().lookup(epoch, {"bank.example", Type::a});
  EXPECT_EQ(refused.rcode, Rcode::refused);
  EXPECT_THAT(refused.authority, IsEmpty());
  EXPECT_EQ(shop().lookup(epoch, {"example", Type::a}).rcode, Rcode::refused);
  EXPECT_EQ(shop({.outside = Rcode::nxdomain}).lookup(epoch, {"bank.example", Type::a}).rcode, Rcode::nxdomain);
}

TEST(ZonesOutside, ABrokenNameIsFormerr) {
  EXPECT_EQ(shop().lookup(epoch, {"shop..example", Type::a}).rcode, Rcode::formerr);
}

TEST(ZonesAny, GivesEverythingOrOneSet) {
  const Question any{"shop.example", Type::any};
  const Answer all = shop().lookup(epoch, any);
  EXPECT_EQ(all.answers.size(), 4U);  // SOA, two MX, TXT
  EXPECT_TRUE(all.holds(Type::soa) && all.holds(Type::mx) && all.holds(Type::txt));

  // RFC 8482 §4.1: a subset of the RRsets.
  const Answer minimal = shop({.any = AnyAnswer::minimal}).lookup(epoch, any);
  ASSERT_EQ(minimal.answers.size(), 1U);
  EXPECT_EQ(minimal.answers[0].type, Type::soa);

  EXPECT_EQ(shop().lookup(epoch, {"www.shop.example", Type::any}).answers.size(), 1U);
}

TEST(ZonesNested, TheNearestZoneAnswers) {
  Zones zones = shop();
  ASSERT_TRUE(zones.add_zone("mail.shop.example"));
  const Answer answer = zones.lookup(epoch, {"nobody.mail.shop.example", Type::a});
  EXPECT_EQ(answer.rcode, Rcode::nxdomain);
  ASSERT_EQ(answer.authority.size(), 1U);
  EXPECT_EQ(answer.authority[0].name, "mail.shop.example");
}

TEST(ZonesNested, AZoneAddedAboveSeesTheNamesBetween) {
  Zones zones;
  ASSERT_TRUE(zones.add_zone("a.b.example"));
  ASSERT_TRUE(zones.add_zone("example"));
  EXPECT_EQ(zones.lookup(epoch, {"b.example", Type::a}).rcode, Rcode::noerror);
  EXPECT_EQ(zones.lookup(epoch, {"c.example", Type::a}).rcode, Rcode::nxdomain);
}

TEST(ZonesSoa, HasUsualValuesAndIsReplaced) {
  Zones zones;
  ASSERT_TRUE(zones.add_zone("Shop.Example."));
  Answer answer = zones.lookup(epoch, {"shop.example", Type::soa});
  ASSERT_EQ(answer.answers.size(), 1U);
  EXPECT_EQ(std::get<Soa>(answer.answers[0].data).mname, "ns.shop.example");
  EXPECT_EQ(std::get<Soa>(answer.answers[0].data).rname, "hostmaster.shop.example");

  Soa next;
  next.serial = 2;
  ASSERT_TRUE(zones.add_zone("shop.example", next));
  answer = zones.lookup(epoch, {"shop.example", Type::soa});
  ASSERT_EQ(answer.answers.size(), 1U);
  EXPECT_EQ(std::get<Soa>(answer.answers[0].data).serial, 2U);
}

TEST(ZonesReverse, PtrIsAddedByAddress) {
  Zones zones;
  ASSERT_TRUE(zones.add_ptr(ip_of("198.18.2.10"), "mta1.shop.example"));
  ASSERT_TRUE(zones.add_ptr(ip_of("2001:db8::1"), "mta6.shop.example"));
  const auto ptr_of = [&](std::string_view address) {
    return zones.lookup(epoch, {ip_of(address).reverse_name(), Type::ptr});
  };
  EXPECT_THAT(ptr_of("198.18.2.10").targets(Type::ptr), ElementsAre("mta1.shop.example"));
  EXPECT_THAT(ptr_of("2001:db8::1").targets(Type::ptr), ElementsAre("mta6.shop.example"));
  EXPECT_EQ(ptr_of("198.18.2.11").rcode, Rcode::nxdomain);
}

TEST(ZonesReverse, OwnReverseZonesAreKept) {
  Zones zones;
  ASSERT_TRUE(zones.add_zone("18.198.in-addr.arpa"));
  ASSERT_TRUE(zones.add_ptr(ip_of("198.18.2.10"), "mta1.shop.example"));
  EXPECT_EQ(zones.lookup(epoch, {"1.0.0.10.in-addr.arpa", Type::ptr}).rcode, Rcode::refused);
  zones.add_reverse_zones();
  EXPECT_EQ(zones.lookup(epoch, {"1.0.0.10.in-addr.arpa", Type::ptr}).rcode, Rcode::nxdomain);
}

TEST(ZonesAdd, DoesNotDoubleRecords) {
  Zones zones = shop();
  add_all(zones, {Record::mx("SHOP.example", 10, "MX1.shop.example.", 60)});
  EXPECT_EQ(zones.lookup(epoch, {"shop.example", Type::mx}).answers.size(), 2U);
}

TEST(ZonesAdd, AcceptsTheNullMxInEitherSpelling) {
  Zones zones = shop();
  add_all(zones, {Record::mx("null.shop.example", 0, "."), Record::mx("null.shop.example", 0, "")});
  EXPECT_THAT(zones.lookup(epoch, {"null.shop.example", Type::mx}).mail_exchangers(), ElementsAre(Mx{0, ""}));
}

TEST(ZonesAdd, ExplainsWhatItRefuses) {
  Zones zones = shop();
  const auto message = [&](Record record) { return zones.add(std::move(record)).error().message; };
  EXPECT_THAT(message(Record::txt("bank.example", "x")), HasSubstr("TXT record for 'bank.example' is outside"));
  EXPECT_THAT(message(Record::txt("a..shop.example", "x")), HasSubstr("'a..shop.example' is no domain name"));
  EXPECT_THAT(message(Record::mx("shop.example", 1, "a..b")), HasSubstr("'a..b' is no domain name"));
  EXPECT_THAT(message(Record::cname("www.shop.example", "shop.example")),
              HasSubstr("is a CNAME for 'web.shop.example'"));
  EXPECT_THAT(message({"shop.example", Type::txt, 60, Txt{{std::string(256, 'x')}}}), HasSubstr("255 bytes"));
}

TEST(ZonesCost, IsThatOfTheSettings) {
  using namespace std::chrono_literals;
  EXPECT_EQ(shop({.cost = 20ms}).lookup(epoch, {"shop.example", Type::mx}).cost, 20ms);
}

// RFC 4035 §3.1.4.1: whether a zone is signed, the zone above it says, if there is one.
TEST(ZonesDelegation, IsAnsweredFromAbove) {
  Zones zones;
  ASSERT_TRUE(zones.add_zone("shop.example"));
  ASSERT_TRUE(zones.add_zone("in.shop.example"));
  ASSERT_TRUE(zones.add_zone("bank.example"));
  for (const auto& [name, apex] : std::vector<std::pair<std::string, std::string>>{
           {"in.shop.example", "shop.example"}, {"shop.example", "shop.example"}, {"bank.example", "bank.example"}}) {
    const Answer answer = zones.lookup(Instant{}, {name, Type::ds});
    ASSERT_EQ(answer.authority.size(), 1U);
    EXPECT_EQ(answer.authority.front().name, apex);
  }
}

TEST(ZonesPlace, TellsWhereAnAnswerComesFrom) {
  Zones zones;
  ASSERT_TRUE(zones.add_zone_text("@ MX 10 mx\nmx A 192.0.2.1\n*.w TXT x\n", "", "shop.example"));
  ASSERT_TRUE(zones.add_zone("in.shop.example"));
  const auto place = [&](const std::string& name, Type type) { return zones.place_of(Instant{}, {name, type}); };
  EXPECT_FALSE(place("bank.example", Type::a));

  const auto there = place("shop.example", Type::txt);
  ASSERT_TRUE(there);
  EXPECT_TRUE(there->found);
  EXPECT_EQ(there->source, "shop.example");
  EXPECT_THAT(there->types, ElementsAre(Type::soa, Type::mx));
  EXPECT_EQ(there->denial_ttl_s, 300U);

  const auto wild = place("a.b.w.shop.example", Type::a);
  ASSERT_TRUE(wild);
  EXPECT_TRUE(wild->found);
  EXPECT_EQ(wild->source, "*.w.shop.example");
  EXPECT_EQ(wild->encloser, "w.shop.example");

  const auto absent = place("a.mx.shop.example", Type::a);
  ASSERT_TRUE(absent);
  EXPECT_FALSE(absent->found);
  EXPECT_EQ(absent->encloser, "mx.shop.example");

  const auto from_above = place("in.shop.example", Type::ds);
  ASSERT_TRUE(from_above);
  EXPECT_EQ(from_above->apex, "shop.example");
  EXPECT_THAT(from_above->types, ElementsAre(Type::ns));
  EXPECT_EQ(place("in.shop.example", Type::a)->apex, "in.shop.example");
}

}  // namespace
}  // namespace mailrig::dns
