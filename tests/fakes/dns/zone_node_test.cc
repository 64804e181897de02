// The serial of a zone. What a node holds as time goes by is tested with the zones.
#include "fakes/dns/zone_node.h"

#include <gmock/gmock.h>

#include "fakes/dns/zones.h"

namespace mailrig::dns {
namespace {

using namespace std::chrono_literals;

constexpr Instant start{std::chrono::hours(500'000)};

class ZoneSerial : public testing::Test {
 protected:
  ZoneSerial() {
    Soa soa;
    soa.serial = 2026010100;
    EXPECT_TRUE(zones_.add_zone("shop.example", soa));
    soa.serial = 7;
    EXPECT_TRUE(zones_.add_zone("bank.example", soa));
  }

  void change(const std::string& name, Duration at, Duration propagation = {}) {
    RrsetChange change;
    change.name = name;
    change.at = start + at;
    change.values = {Txt::of(to_rfc3339(change.at))};
    change.propagation = propagation;
    ASSERT_TRUE(zones_.schedule(change));
  }
  std::uint32_t serial(const std::string& apex, Duration at, std::string_view region = {}) const {
    const Answer answer = zones_.lookup(start + at, {apex, Type::soa}, region);
    return answer.answers.empty() ? 0 : std::get<Soa>(answer.answers.front().data).serial;
  }

  Zones zones_;
};

// RFC 1034 §4.3.5: whenever a change is made to the zone, its serial is advanced.
TEST_F(ZoneSerial, RisesWithEveryChange) {
  change("a.shop.example", 2h);
  change("shop.example", 1h);
  EXPECT_EQ(serial("shop.example", 1h - 1ns), 2026010100U);
  EXPECT_EQ(serial("shop.example", 1h), 2026010101U);
  EXPECT_EQ(serial("shop.example", 2h), 2026010102U);
  EXPECT_EQ(serial("bank.example", 2h), 7U);
}

TEST_F(ZoneSerial, IsThatOfNegativeAnswersToo) {
  change("shop.example", 1h);
  const Answer answer = zones_.lookup(start + 1h, {"nobody.shop.example", Type::a});
  ASSERT_EQ(answer.authority.size(), 1U);
  EXPECT_EQ(std::get<Soa>(answer.authority.front().data).serial, 2026010101U);
}

TEST_F(ZoneSerial, RisesWithEveryTurnOfWhatAlternates) {
  RrsetChange flapping;
  flapping.name = "cdn.shop.example";
  flapping.at = start;
  flapping.every = 1min;
  flapping.alternating = {{Txt::of("one")}, {Txt::of("two")}};
  ASSERT_TRUE(zones_.schedule(flapping));
  EXPECT_EQ(serial("shop.example", 59s), 2026010101U);
  EXPECT_EQ(serial("shop.example", 10min), 2026010111U);
}

TEST_F(ZoneSerial, SpreadsWithTheChange) {
  change("shop.example", 1h, 10h);
  const Duration delay = propagation_delay(10h, "cn", "shop.example");
  EXPECT_EQ(serial("shop.example", 1h + delay - 1ns, "cn"), 2026010100U);
  EXPECT_EQ(serial("shop.example", 1h + delay, "cn"), 2026010101U);
}

// A selector that the timeline is to publish is absent from the beginning of time.
TEST_F(ZoneSerial, DoesNotCountWhatHasAlwaysBeenSo) {
  RrsetChange absent;
  absent.name = "s1._domainkey.shop.example";
  ASSERT_TRUE(zones_.schedule(absent));
  EXPECT_EQ(serial("shop.example", 0h), 2026010100U);
}

}  // namespace
}  // namespace mailrig::dns
