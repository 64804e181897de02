#include "fakes/dns/caching_resolver.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <optional>
#include <tuple>
#include <vector>

namespace mailrig::dns {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;

const Instant noon = *parse_rfc3339("2026-03-02T12:00:00Z");
const Question spf{"shop.example", Type::txt};

Zones zones_with(std::string_view text, std::uint32_t ttl_s = 300) {
  Zones zones({.cost = 20ms});
  EXPECT_TRUE(zones.add_zone("shop.example"));
  EXPECT_TRUE(zones.add(Record::txt("shop.example", text, ttl_s)));
  return zones;
}

// Zones do not change during a run, but what they answer does; here the whole world is exchanged instead.
class CachingResolverTest : public ::testing::Test {
 protected:
  Zones zones_ = zones_with("v=spf1 -all");
  CachingResolver resolver_{zones_};

  std::vector<std::string> texts_at(Duration after) {
    resolver_.set_now(noon + after);
    return resolver_.lookup(spf).texts();
  }
};

TEST_F(CachingResolverTest, AnswersFromMemoryUntilTheTtlHasRunOut) {
  EXPECT_THAT(texts_at(0s), ElementsAre("v=spf1 -all"));
  zones_ = zones_with("v=spf1 ip4:198.18.2.10 -all");
  EXPECT_THAT(texts_at(299s), ElementsAre("v=spf1 -all"));
  EXPECT_THAT(texts_at(300s), ElementsAre("v=spf1 ip4:198.18.2.10 -all"));
}

TEST_F(CachingResolverTest, WhatIsKeptCountsDown) {
  texts_at(0s);
  resolver_.set_now(noon + 100s + 900ms);
  EXPECT_EQ(resolver_.lookup(spf).ttl_s(), 200U);
}

TEST_F(CachingResolverTest, OnlyTheFirstQuestionCostsTime) {
  resolver_.set_now(noon);
  EXPECT_EQ(resolver_.lookup(spf).cost, 20ms);
  EXPECT_EQ(resolver_.lookup(spf).cost, 0ms);
  EXPECT_EQ(resolver_.lookup({"SHOP.example.", Type::txt}).cost, 0ms) << "the same name";
  EXPECT_EQ(resolver_.lookup({"shop.example", Type::mx}).cost, 20ms) << "another question";
}

// RFC 2308 §5: "the TTL of this record is set from the minimum of the MINIMUM field of the SOA record and the TTL of
// the SOA itself"; 300 s by default here.
TEST_F(CachingResolverTest, ThatThereIsNothingIsKeptToo) {
  const Question question{"_dmarc.shop.example", Type::txt};
  resolver_.set_now(noon);
  EXPECT_EQ(resolver_.lookup(question).rcode, Rcode::nxdomain);
  EXPECT_TRUE(zones_.add(Record::txt("_dmarc.shop.example", "v=DMARC1; p=none")));
  resolver_.set_now(noon + 299s);
  const Answer kept = resolver_.lookup(question);
  EXPECT_EQ(kept.rcode, Rcode::nxdomain);
  EXPECT_EQ(kept.ttl_s(), 1U);
  resolver_.set_now(noon + 300s);
  EXPECT_THAT(resolver_.lookup(question).texts(), ElementsAre("v=DMARC1; p=none"));
}

TEST_F(CachingResolverTest, ATtlOfZeroIsNotKept) {
  zones_ = zones_with("v=spf1 -all", 0);
  texts_at(0s);
  zones_ = zones_with("v=spf1 +all", 0);
  EXPECT_THAT(texts_at(0s), ElementsAre("v=spf1 +all"));
}

// RFC 9520 §3.2: "Resolvers MUST cache resolution failures for at least 1 second."
TEST_F(CachingResolverTest, AFailureIsKeptForASecond) {
  const Question elsewhere{"elsewhere.example", Type::txt};
  resolver_.set_now(noon);
  EXPECT_TRUE(resolver_.lookup(elsewhere).temporary());
  EXPECT_TRUE(zones_.add_zone("elsewhere.example"));
  resolver_.set_now(noon + 999ms);
  EXPECT_TRUE(resolver_.lookup(elsewhere).temporary());
  resolver_.set_now(noon + 1s);
  EXPECT_FALSE(resolver_.lookup(elsewhere).temporary());
}

class AskAgainTest : public CachingResolverTest {
 protected:
  AskAgainTest() {
    EXPECT_TRUE(zones_.add(Record::address("mail.shop.example", *IpAddress::parse("198.18.2.10"), 60)));
    resolver_.set_now(noon);
    for (const Question& question : {spf, mail}) {
      resolver_.lookup(question);
      asked_.push_back(resolver_.asked());
    }
  }

  std::optional<CachingResolver::Renewal> again_at(Duration after) {
    cost_ = {};
    resolver_.set_now(noon + after);
    return resolver_.ask_again(asked_, cost_);
  }

  const Question mail{"mail.shop.example", Type::a};
  std::vector<Asked> asked_;
  Duration cost_{};
};

TEST_F(AskAgainTest, CostsAndHoldsAsLookupsDo) {
  // (seconds after noon, cost in ms, seconds that all of it holds): 60 s for one and 300 s for the other.
  for (const auto& [after, cost, ttl_s] : {std::tuple(59s, 0ms, 1U), std::tuple(60s, 20ms, 60U),
                                           std::tuple(270s, 20ms, 30U), std::tuple(330s, 40ms, 60U)}) {
    const auto renewal = again_at(after);
    ASSERT_TRUE(renewal) << after.count();
    EXPECT_EQ(cost_, cost) << after.count();
    EXPECT_EQ(renewal->ttl_s, ttl_s) << after.count();
    EXPECT_EQ(resolver_.lookup(spf).cost, 0ms) << "what was asked again is in memory";
  }
}

TEST_F(AskAgainTest, FindsWhatHasChanged) {
  zones_ = zones_with("v=spf1 ip4:198.18.2.10 -all");
  EXPECT_TRUE(zones_.add(Record::address("mail.shop.example", *IpAddress::parse("198.18.2.10"), 60)));
  EXPECT_TRUE(again_at(299s)) << "the old record is still in memory";
  EXPECT_FALSE(again_at(300s));
  EXPECT_EQ(cost_, 20ms);
  EXPECT_THAT(resolver_.lookup(spf).texts(), ElementsAre("v=spf1 ip4:198.18.2.10 -all"));
  EXPECT_FALSE(again_at(301s)) << "and it stays changed";
}

TEST_F(AskAgainTest, FindsWhatWasScheduled) {
  RrsetChange change;
  change.name = "shop.example";
  change.at = noon + 400s;
  change.values = {Txt::of("v=spf1 ~all")};
  ASSERT_TRUE(zones_.schedule(change));
  EXPECT_TRUE(again_at(350s));
  EXPECT_TRUE(again_at(649s));
  EXPECT_FALSE(again_at(650s));
}

TEST_F(AskAgainTest, AFailureIsAnotherAnswer) {
  Fault fault;
  fault.name = "mail.shop.example";
  fault.from = noon + 100s;
  fault.until = noon + 200s;
  ASSERT_TRUE(zones_.add_fault(fault));
  EXPECT_TRUE(again_at(99s));
  EXPECT_TRUE(again_at(158s));
  EXPECT_FALSE(again_at(159s));
  EXPECT_FALSE(again_at(159s + 500ms)) << "kept for a second";
}

// Another TTL is no other answer: what followed from it still does.
TEST_F(AskAgainTest, TtlsMayChange) {
  zones_ = zones_with("v=spf1 -all", 10);
  EXPECT_TRUE(zones_.add(Record::address("mail.shop.example", *IpAddress::parse("198.18.2.10"), 60)));
  const auto renewal = again_at(300s);
  ASSERT_TRUE(renewal);
  EXPECT_EQ(renewal->ttl_s, 10U);
}

TEST_F(CachingResolverTest, MemoryIsBoundedAndWhatIsUsedStays) {
  CachingResolver small(zones_, {}, 10);
  small.set_now(noon);
  small.lookup(spf);
  for (int i = 0; i < 1000; ++i) {
    small.lookup({fmt::format("n{}.shop.example", i), Type::a});
    EXPECT_EQ(small.lookup(spf).cost, 0ms);
  }
  EXPECT_LE(small.size(), 20U);
}

}  // namespace
}  // namespace mailrig::dns
