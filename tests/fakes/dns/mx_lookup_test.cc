#include "fakes/dns/mx_lookup.h"

#include <gmock/gmock.h>

namespace mailrig::dns {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr Instant now{};

IpAddress ip(std::string_view text) {
  return *IpAddress::parse(text);
}

Zones world() {
  Zones zones({.outside = Rcode::nxdomain, .cost = 10ms});
  const auto added = zones.add_zone_text(R"(
shop.example.      300 MX 20 mx2.shop.example.
shop.example.      300 MX 10 mx1.shop.example.
shop.example.      300 MX 20 mx3.shop.example.
shop.example.      300 MX 30 mx1.shop.example.
mx1.shop.example.   60 A 192.0.2.1
mx1.shop.example.   60 AAAA 2001:db8::1
mx2.shop.example.  900 A 192.0.2.2
mx2.shop.example.  900 A 192.0.2.22
mx3.shop.example.      A 192.0.2.3

alias.example.         CNAME shop.example.
bare.example.      120 A 192.0.2.9
null.example.          MX 0 .
null.example.          A 192.0.2.9
half-null.example.     MX 0 .
half-null.example.     MX 10 mx1.shop.example.
text.example.          TXT "no mail here"
dead.example.          MX 10 gone.example.
partly.example.        MX 10 gone.example.
partly.example.        MX 20 mx1.shop.example.
cnamed.example.        MX 10 mail.cnamed.example.
mail.cnamed.example.   CNAME mx3.shop.example.
looped.example.        MX 10 loop.example.
loop.example.          CNAME loop.example.
)",
                                         "world.zone", "");
  EXPECT_TRUE(added) << added.error().to_string();
  return zones;
}

MxResult resolve(std::string_view domain) {
  Duration cost{};
  return resolve_mx(world(), now, domain, &cost);
}

// RFC 5321 §5.1: lower preference numbers first. Equal ones keep the answer's order here; a host listed twice counts
// with its best preference.
TEST(MxLookup, SortsByPreference) {
  const MxResult result = resolve("shop.example");
  EXPECT_EQ(result.status, MxStatus::ok);
  EXPECT_THAT(result.targets, ElementsAre(MxTarget{10, "mx1.shop.example", {ip("192.0.2.1"), ip("2001:db8::1")}},
                                          MxTarget{20, "mx2.shop.example", {ip("192.0.2.2"), ip("192.0.2.22")}},
                                          MxTarget{20, "mx3.shop.example", {ip("192.0.2.3")}}));
}

TEST(MxLookup, HoldsAsLongAsItsShortestAnswer) {
  EXPECT_EQ(resolve("shop.example").ttl_s, 60U);
}

// RFC 5321 §5.1: "If a CNAME record is found, the resulting name is processed as if it were the initial name."
TEST(MxLookup, FollowsAnAliasOfTheDomain) {
  const MxResult result = resolve("alias.example");
  EXPECT_EQ(result.status, MxStatus::ok);
  EXPECT_EQ(result.targets.size(), 3U);
}

// RFC 5321 §5.1: "If an empty list of MXs is returned, the address is treated as if it was associated with an implicit
// MX RR with a preference of 0, pointing to that host."
TEST(MxLookup, FallsBackToTheAddressOfTheDomain) {
  const MxResult result = resolve("Bare.Example.");
  EXPECT_EQ(result.status, MxStatus::ok);
  EXPECT_THAT(result.targets, ElementsAre(MxTarget{0, "bare.example", {ip("192.0.2.9")}}));
}

struct NoWay {
  const char* what;
  const char* domain;
  MxStatus status;
};

class MxLookupFails : public testing::TestWithParam<NoWay> {};

TEST_P(MxLookupFails, AsTheDnsSays) {
  const MxResult result = resolve(GetParam().domain);
  EXPECT_EQ(result.status, GetParam().status);
  EXPECT_THAT(result.targets, IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(Cases, MxLookupFails,
                         testing::Values(NoWay{"nxdomain", "nobody.example", MxStatus::no_domain},
                                         NoWay{"no_name", "shop..example", MxStatus::no_domain},
                                         NoWay{"empty", "", MxStatus::no_domain},
                                         NoWay{"root", ".", MxStatus::no_domain},
                                         // RFC 7505 §3: no mail although the domain has an address.
                                         NoWay{"null_mx", "null.example", MxStatus::no_mail},
                                         NoWay{"no_mx_no_address", "text.example", MxStatus::no_mail},
                                         NoWay{"all_hosts_gone", "dead.example", MxStatus::no_mail},
                                         NoWay{"no_host_said", "looped.example", MxStatus::temporary}),
                         [](const auto& tested) { return tested.param.what; });

TEST(MxLookup, LeavesOutHostsWithoutAddress) {
  const MxResult result = resolve("partly.example");
  EXPECT_EQ(result.status, MxStatus::ok);
  ASSERT_EQ(result.targets.size(), 1U);
  EXPECT_EQ(result.targets[0].host, "mx1.shop.example");
}

TEST(MxLookup, IgnoresANullMxBesideOthers) {
  const MxResult result = resolve("half-null.example");
  EXPECT_EQ(result.status, MxStatus::ok);
  EXPECT_EQ(result.targets.size(), 1U);
}

TEST(MxLookup, FollowsHostsThatAreAliases) {
  EXPECT_THAT(resolve("cnamed.example").targets, ElementsAre(MxTarget{10, "mail.cnamed.example", {ip("192.0.2.3")}}));
}

// RFC 5321 §4.1.3.
TEST(MxLookup, TakesAddressLiteralsAsTheyAre) {
  EXPECT_THAT(resolve("[192.0.2.1]").targets, ElementsAre(MxTarget{0, "[192.0.2.1]", {ip("192.0.2.1")}}));
  EXPECT_THAT(resolve("[IPv6:2001:db8::1]").targets,
              ElementsAre(MxTarget{0, "[IPv6:2001:db8::1]", {ip("2001:db8::1")}}));
  for (const char* broken : {"[192.0.2.300]", "[2001:db8::1]", "[IPv6:192.0.2.1]", "[192.0.2.1", "[]"}) {
    EXPECT_EQ(resolve(broken).status, MxStatus::no_domain) << broken;
  }
}

TEST(MxLookup, CostsWhatItsQuestionsCost) {
  Duration cost{};
  resolve_mx(world(), now, "bare.example", &cost);
  EXPECT_EQ(cost, 30ms);  // MX, A, AAAA
  resolve_mx(world(), now, "[192.0.2.1]", &cost);
  EXPECT_EQ(cost, 0ms);
}

Answer failed(Rcode rcode) {
  Answer answer;
  answer.rcode = rcode;
  return answer;
}

// RFC 5321 §5.1: "If a temporary error is returned, the message MUST be queued and retried later", with no fallback.
TEST(MxLookup, StopsAtATemporaryError) {
  for (const Rcode rcode : {Rcode::servfail, Rcode::refused, Rcode::formerr}) {
    MxLookup lookup("shop.example");
    EXPECT_EQ(lookup.next_question(), (Question{"shop.example", Type::mx}));
    lookup.answer(failed(rcode));
    EXPECT_FALSE(lookup.next_question());
    EXPECT_EQ(lookup.result().status, MxStatus::temporary);
    EXPECT_EQ(lookup.result().ttl_s, 0U);
  }
}

TEST(MxLookup, OneHostThatAnswersIsEnough) {
  MxLookup lookup("shop.example");
  Answer mx;
  mx.answers = {Record::mx("shop.example", 10, "a.example"), Record::mx("shop.example", 20, "b.example")};
  lookup.answer(mx);
  EXPECT_EQ(lookup.next_question(), (Question{"a.example", Type::a}));
  lookup.answer(failed(Rcode::servfail));
  EXPECT_EQ(lookup.next_question(), (Question{"a.example", Type::aaaa}));
  lookup.answer(failed(Rcode::servfail));
  EXPECT_EQ(lookup.next_question(), (Question{"b.example", Type::a}));
  Answer address;
  address.answers = {Record::address("b.example", ip("192.0.2.5"))};
  lookup.answer(address);
  lookup.answer(failed(Rcode::nxdomain));
  EXPECT_FALSE(lookup.next_question());
  EXPECT_EQ(lookup.result().status, MxStatus::ok);
  EXPECT_THAT(lookup.result().targets, ElementsAre(MxTarget{20, "b.example", {ip("192.0.2.5")}}));
}

// However often it is asked, it says what the zones say.
TEST(MxMemo, SaysWhatResolvingSays) {
  Zones zones = world();
  RrsetChange change;
  change.name = "shop.example";
  change.type = Type::mx;
  change.at = now + 1h;
  change.values = {Mx{10, "mx3.shop.example"}};
  change.propagation = 10min;
  ASSERT_TRUE(zones.schedule(change));
  Fault fault;
  fault.name = "bare.example";
  fault.from = now + 2h;
  fault.until = now + 3h;
  ASSERT_TRUE(zones.add_fault(fault));
  MxMemo memo(zones);
  for (const std::string_view domain : {"shop.example", "bare.example", "null.example", "shop.example"}) {
    for (Duration after{}; after < 4h; after += 7min) {
      Duration cost{};
      Duration remembered{};
      const MxResult fresh = resolve_mx(zones, now + after, domain, &cost);
      const MxResult& known = memo.resolve(now + after, domain, &remembered);
      EXPECT_EQ(known.status, fresh.status) << domain << " after " << to_seconds(after);
      EXPECT_EQ(known.targets.size(), fresh.targets.size()) << domain << " after " << to_seconds(after);
      EXPECT_EQ(known.ttl_s, fresh.ttl_s) << domain << " after " << to_seconds(after);
      EXPECT_EQ(remembered, cost) << domain << " after " << to_seconds(after);
    }
  }
  ASSERT_TRUE(zones.add_zone_text("bare.example. 120 MX 10 mx1.shop.example.", "more.zone", ""));
  Duration cost{};
  EXPECT_EQ(memo.resolve(now, "bare.example", &cost).targets.size(), 1U) << "zones were changed";
}

}  // namespace
}  // namespace mailrig::dns
