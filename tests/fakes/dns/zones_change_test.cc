// Zones whose records change with time, differ between regions, or fail.
#include <gmock/gmock.h>

#include "fakes/dns/zones.h"

namespace mailrig::dns {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

constexpr Instant change_begin{std::chrono::hours(500'000)};

class ZonesChange : public testing::Test {
 protected:
  ZonesChange() {
    EXPECT_TRUE(zones_.add_zone("shop.example"));
    add(Record::txt("shop.example", "v=spf1 -all"));
    add(Record::txt("shop.example", "verification=1"));
    add(Record::txt("s1._domainkey.shop.example", "v=DKIM1; p=one"));
    add(Record::txt("*.any.shop.example", "wild"));
    add(Record::address("host.any.shop.example", *IpAddress::parse("192.0.2.1")));
  }

  void add(Record record) {
    const auto added = zones_.add(std::move(record));
    EXPECT_TRUE(added) << added.error().to_string();
  }
  void schedule(RrsetChange change) {
    const auto scheduled = zones_.schedule(std::move(change));
    EXPECT_TRUE(scheduled) << scheduled.error().to_string();
  }
  static RrsetChange txt(std::string name, Duration at, std::vector<std::string> texts) {
    RrsetChange change;
    change.name = std::move(name);
    change.at = change_begin + at;
    for (const std::string& text : texts) change.values.emplace_back(Txt::of(text));
    return change;
  }
  std::vector<std::string> texts(Duration at, const std::string& name = "shop.example",
                                 std::string_view region = {}) const {
    return zones_.lookup(change_begin + at, {name, Type::txt}, region).texts();
  }
  Rcode rcode(Duration at, const std::string& name, Type type = Type::txt, std::string_view region = {}) const {
    return zones_.lookup(change_begin + at, {name, type}, region).rcode;
  }

  Zones zones_;
};

TEST_F(ZonesChange, AnswersAsOfTheInstant) {
  schedule(txt("shop.example", 2h, {"third"}));
  schedule(txt("shop.example", 1h, {"second"}));
  EXPECT_THAT(texts(1h - 1ns), ElementsAre("v=spf1 -all", "verification=1"));
  EXPECT_THAT(texts(1h), ElementsAre("second"));
  EXPECT_THAT(texts(2h - 1ns), ElementsAre("second"));
  EXPECT_THAT(texts(2h), ElementsAre("third"));
}

TEST_F(ZonesChange, GivesTheTtlOfTheVersion) {
  RrsetChange change = txt("shop.example", 1h, {"second"});
  change.ttl_s = 60;
  schedule(change);
  EXPECT_EQ(zones_.lookup(change_begin, {"shop.example", Type::txt}).ttl_s(), Record::default_ttl_s);
  EXPECT_EQ(zones_.lookup(change_begin + 1h, {"shop.example", Type::txt}).ttl_s(), 60U);
}

TEST_F(ZonesChange, ReplacesOnlyTheTextsThatBeginSo) {
  RrsetChange spf = txt("shop.example", 1h, {"v=spf1 mx -all"});
  spf.txt_prefix = "v=spf1";
  RrsetChange gone = txt("shop.example", 3h, {});
  gone.txt_prefix = "v=spf1";
  schedule(gone);
  schedule(spf);
  EXPECT_THAT(texts(1h), UnorderedElementsAre("v=spf1 mx -all", "verification=1"));
  EXPECT_THAT(texts(3h), ElementsAre("verification=1"));
  // What holds before every change may come after it.
  add(Record::txt("shop.example", "late"));
  EXPECT_THAT(texts(3h), UnorderedElementsAre("verification=1", "late"));
}

// A key that is withdrawn leaves no name behind; what is below another name, or beside it, stays.
TEST_F(ZonesChange, MakesNamesComeAndGo) {
  schedule(txt("s1._domainkey.shop.example", 1h, {}));
  schedule(txt("s1._domainkey.shop.example", 2h, {"v=DKIM1; p=two"}));
  schedule(txt("s2._domainkey.shop.example", 2h, {"v=DKIM1; p=new"}));
  EXPECT_EQ(rcode(0h, "s1._domainkey.shop.example"), Rcode::noerror);
  EXPECT_EQ(rcode(1h, "s1._domainkey.shop.example"), Rcode::nxdomain);
  EXPECT_EQ(rcode(1h, "_domainkey.shop.example"), Rcode::noerror);
  EXPECT_THAT(texts(2h, "s1._domainkey.shop.example"), ElementsAre("v=DKIM1; p=two"));
  EXPECT_EQ(rcode(2h - 1ns, "s2._domainkey.shop.example"), Rcode::nxdomain);
  EXPECT_THAT(texts(2h, "s2._domainkey.shop.example"), ElementsAre("v=DKIM1; p=new"));
}

TEST_F(ZonesChange, LetsTheWildcardAnswerForWhatIsGone) {
  schedule(txt("a.any.shop.example", 1h, {"own"}));
  schedule(txt("a.any.shop.example", 2h, {}));
  EXPECT_THAT(texts(0h, "a.any.shop.example"), ElementsAre("wild"));
  EXPECT_THAT(texts(1h, "a.any.shop.example"), ElementsAre("own"));
  EXPECT_THAT(texts(2h, "a.any.shop.example"), ElementsAre("wild"));
}

TEST_F(ZonesChange, FollowsACnameThatChanges) {
  RrsetChange change;
  change.name = "www.shop.example";
  change.type = Type::cname;
  change.at = change_begin + 1h;
  change.values = {Target{"HOST.any.shop.example."}};
  schedule(change);
  EXPECT_EQ(rcode(0h, "www.shop.example", Type::a), Rcode::nxdomain);
  EXPECT_THAT(zones_.lookup(change_begin + 1h, {"www.shop.example", Type::a}).addresses(),
              ElementsAre(*IpAddress::parse("192.0.2.1")));
}

TEST_F(ZonesChange, AlternatesBetweenSets) {
  RrsetChange change = txt("shop.example", 0h, {});
  change.alternating = {{Txt::of("one")}, {Txt::of("two")}, {}};
  change.every = 5min;
  schedule(change);
  schedule(txt("shop.example", 1h, {"settled"}));
  EXPECT_THAT(texts(4min), ElementsAre("one"));
  EXPECT_THAT(texts(5min), ElementsAre("two"));
  EXPECT_THAT(texts(10min), IsEmpty());
  EXPECT_THAT(texts(15min), ElementsAre("one"));
  EXPECT_THAT(texts(1h), ElementsAre("settled"));
  EXPECT_THAT(texts(1h + 5min), ElementsAre("settled"));
}

TEST_F(ZonesChange, ReachesOneRegionAfterTheOther) {
  RrsetChange change = txt("shop.example", 1h, {"second"});
  change.propagation = 4h;
  schedule(change);
  EXPECT_THAT(texts(1h), ElementsAre("v=spf1 -all", "verification=1"));
  for (const char* region : {"cn", "eu", "us"}) {
    const Duration seen = 1h + propagation_delay(4h, region, "shop.example");
    EXPECT_THAT(texts(seen - 1ns, "shop.example", region), ElementsAre("v=spf1 -all", "verification=1"));
    EXPECT_THAT(texts(seen, "shop.example", region), ElementsAre("second"));
  }
  EXPECT_THAT(texts(5h), ElementsAre("second"));
}

// Zones are copied as a whole: who has the later change has the earlier one as well, and never goes back.
TEST_F(ZonesChange, NeverFallsBackToAnOlderVersion) {
  RrsetChange slow = txt("shop.example", 1h, {"second"});
  slow.propagation = 4h;
  schedule(slow);
  schedule(txt("shop.example", 1h + 1ms, {"third"}));
  for (Duration at = 1h + 1ms; at < 6h; at += 10min) EXPECT_THAT(texts(at, "shop.example", "cn"), ElementsAre("third"));
}

TEST_F(ZonesChange, AnswersEachRegionItsOwn) {
  RrsetChange change = txt("shop.example", 0h, {"for cn"});
  change.regions = {"cn", "hk"};
  schedule(change);
  EXPECT_THAT(texts(0h, "shop.example", "cn"), ElementsAre("for cn"));
  EXPECT_THAT(texts(0h, "shop.example", "hk"), ElementsAre("for cn"));
  EXPECT_THAT(texts(0h, "shop.example", "eu"), ElementsAre("v=spf1 -all", "verification=1"));
  EXPECT_THAT(texts(0h), ElementsAre("v=spf1 -all", "verification=1"));
  // What holds everywhere does not reach a region that has its own.
  schedule(txt("shop.example", 1h, {"second"}));
  EXPECT_THAT(texts(1h, "shop.example", "cn"), ElementsAre("for cn"));
  EXPECT_THAT(texts(1h, "shop.example", "eu"), ElementsAre("second"));
}

TEST_F(ZonesChange, ListsOnlyWhatIsThereForAny) {
  schedule(txt("s1._domainkey.shop.example", 1h, {"v=DKIM1; p=two"}));
  EXPECT_THAT(zones_.lookup(change_begin + 1h, {"s1._domainkey.shop.example", Type::any}).texts(),
              ElementsAre("v=DKIM1; p=two"));
}

TEST_F(ZonesChange, RefusesWhatCannotBe) {
  const auto message = [this](RrsetChange change) {
    const auto scheduled = zones_.schedule(std::move(change));
    return scheduled ? "" : scheduled.error().message;
  };
  EXPECT_THAT(message(txt("shop..example", 0h, {"x"})), HasSubstr("is no domain name"));
  EXPECT_THAT(message(txt("other.example", 0h, {"x"})), HasSubstr("outside every zone"));
  RrsetChange soa = txt("shop.example", 0h, {});
  soa.type = Type::soa;
  EXPECT_THAT(message(soa), HasSubstr("SOA"));
  RrsetChange restless = txt("shop.example", 0h, {});
  restless.alternating = {{Txt::of("one")}};
  EXPECT_THAT(message(restless), HasSubstr("longer than 0"));
  RrsetChange long_text = txt("shop.example", 0h, {});
  long_text.values = {Txt{{std::string(256, 'x')}}};
  EXPECT_THAT(message(long_text), HasSubstr("255"));
}

Fault fault(std::string name, FaultKind kind) {
  Fault made;
  made.name = std::move(name);
  made.kind = kind;
  return made;
}

TEST_F(ZonesChange, FailsWhereAndWhenAFaultSaysSo) {
  Fault window = fault("Shop.example", FaultKind::servfail);
  window.type = Type::txt;
  window.from = change_begin + 1h;
  window.until = change_begin + 2h;
  ASSERT_TRUE(zones_.add_fault(window));
  EXPECT_EQ(rcode(1h - 1ns, "shop.example"), Rcode::noerror);
  EXPECT_EQ(rcode(1h, "shop.example"), Rcode::servfail);
  EXPECT_THAT(texts(1h), IsEmpty());
  EXPECT_EQ(rcode(1h, "shop.example", Type::mx), Rcode::noerror) << "another type";
  EXPECT_EQ(rcode(1h, "s1._domainkey.shop.example"), Rcode::noerror) << "below it";
  EXPECT_EQ(rcode(2h, "shop.example"), Rcode::noerror);
}

TEST_F(ZonesChange, FailsBelowANameAndInARegion) {
  Fault below = fault("_domainkey.shop.example", FaultKind::refused);
  below.subtree = true;
  below.regions = {"cn"};
  ASSERT_TRUE(zones_.add_fault(below));
  EXPECT_EQ(rcode(0h, "s1._domainkey.shop.example", Type::txt, "cn"), Rcode::refused);
  EXPECT_EQ(rcode(0h, "s1._domainkey.shop.example", Type::txt, "eu"), Rcode::noerror);
  EXPECT_EQ(rcode(0h, "shop.example", Type::txt, "cn"), Rcode::noerror);
}

TEST_F(ZonesChange, TimesOutAtACost) {
  ASSERT_TRUE(zones_.add_fault(fault("shop.example", FaultKind::timeout)));
  const Answer answer = zones_.lookup(change_begin, {"shop.example", Type::txt});
  EXPECT_TRUE(answer.timed_out);
  EXPECT_TRUE(answer.temporary());
  EXPECT_EQ(answer.cost, 10s);
}

// RFC 2308 §2.1: whoever keeps the answer needs the SOA.
TEST_F(ZonesChange, DeniesANameWithItsSoa) {
  ASSERT_TRUE(zones_.add_fault(fault("shop.example", FaultKind::nxdomain)));
  const Answer answer = zones_.lookup(change_begin, {"shop.example", Type::txt});
  EXPECT_EQ(answer.rcode, Rcode::nxdomain);
  EXPECT_EQ(answer.ttl_s(), 300U);
}

TEST_F(ZonesChange, AddsUpDelayAndTruncation) {
  Fault slow = fault("shop.example", FaultKind::slow);
  slow.cost = 3s;
  ASSERT_TRUE(zones_.add_fault(slow));
  ASSERT_TRUE(zones_.add_fault(fault("shop.example", FaultKind::truncated)));
  const Answer answer = zones_.lookup(change_begin, {"shop.example", Type::txt});
  EXPECT_EQ(answer.cost, 3s);
  EXPECT_TRUE(answer.truncated_over_udp);
  EXPECT_EQ(answer.texts().size(), 2U);
}

TEST_F(ZonesChange, MeetsAFaultBehindACname) {
  add(Record::cname("alias.shop.example", "s1._domainkey.shop.example"));
  ASSERT_TRUE(zones_.add_fault(fault("s1._domainkey.shop.example", FaultKind::servfail)));
  EXPECT_EQ(rcode(0h, "alias.shop.example"), Rcode::servfail);
  EXPECT_THAT(texts(0h, "alias.shop.example"), IsEmpty());
}

// RFC 4592 §3.3.1: the closest encloser exists; a name that is yet to come, or gone, is none.
TEST_F(ZonesChange, WildcardsReachPastWhatDoesNotExist) {
  schedule(txt("new.any.shop.example", 1h, {"new"}));
  EXPECT_THAT(texts(0h, "x.new.any.shop.example"), ElementsAre("wild"));
  EXPECT_EQ(rcode(1h, "x.new.any.shop.example"), Rcode::nxdomain);
}

TEST_F(ZonesChange, AreSteadyInBetween) {
  EXPECT_EQ(zones_.steady_until(change_begin), never);
  RrsetChange spreading = txt("shop.example", 2h, {"v=spf1 ~all"});
  spreading.propagation = 1h;
  schedule(spreading);
  Fault fault;
  fault.name = "shop.example";
  fault.from = change_begin + 5h;
  fault.until = change_begin + 6h;
  ASSERT_TRUE(zones_.add_fault(fault));
  const auto steady_until = [this](Duration at) { return zones_.steady_until(change_begin + at) - change_begin; };
  EXPECT_EQ(steady_until(0h), 2h);
  EXPECT_EQ(steady_until(2h), 2h) << "regions see it one after the other";
  EXPECT_EQ(steady_until(3h), 3h) << "the last one now, perhaps";
  EXPECT_EQ(steady_until(3h + 1ns), 5h);
  EXPECT_EQ(steady_until(5h), 6h);
  EXPECT_EQ(zones_.steady_until(change_begin + 6h), never);
  RrsetChange alternating = txt("s1._domainkey.shop.example", 10h, {});
  alternating.alternating = {{Txt::of("v=DKIM1; p=one")}, {Txt::of("v=DKIM1; p=two")}};
  alternating.every = 10min;
  schedule(alternating);
  EXPECT_EQ(steady_until(6h), 10h);
  EXPECT_EQ(steady_until(1000h), 1000h) << "for ever in turn";
}

}  // namespace
}  // namespace mailrig::dns
