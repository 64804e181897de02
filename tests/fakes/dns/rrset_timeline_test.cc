#include "fakes/dns/rrset_timeline.h"

#include <gmock/gmock.h>

#include <set>

namespace mailrig::dns {
namespace {

using namespace std::chrono_literals;

TEST(PropagationDelay, LiesWithinThePropagation) {
  std::set<Duration> delays;
  for (int i = 0; i < 200; ++i) {
    const Duration delay = propagation_delay(10min, "region" + std::to_string(i), "shop.example");
    EXPECT_GT(delay, 0s);
    EXPECT_LE(delay, 10min);
    delays.insert(delay);
  }
  EXPECT_LT(*delays.begin(), 1min) << "some are early";
  EXPECT_GT(*delays.rbegin(), 9min) << "and some are late";
}

TEST(PropagationDelay, IsOfTheRegionAndTheName) {
  const Duration one = propagation_delay(1h, "cn", "shop.example");
  EXPECT_EQ(propagation_delay(1h, "cn", "shop.example"), one);
  EXPECT_NE(propagation_delay(1h, "eu", "shop.example"), one);
  EXPECT_NE(propagation_delay(1h, "cn", "_dmarc.shop.example"), one);
  EXPECT_EQ(propagation_delay(0s, "cn", "shop.example"), 0s);
}

TEST(RrsetTimeline, CoversItsRegions) {
  EXPECT_TRUE(RrsetTimeline(Type::a, {}).covers("cn"));
  EXPECT_TRUE(RrsetTimeline(Type::a, {}).covers(""));
  EXPECT_TRUE(RrsetTimeline(Type::a, {"cn"}).covers("cn"));
  EXPECT_FALSE(RrsetTimeline(Type::a, {"cn"}).covers(""));
}

}  // namespace
}  // namespace mailrig::dns
