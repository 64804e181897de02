#include "sim/world/player.h"

#include "sim/world/world.h"
#include "tests/sim/world/scenario_text.h"

namespace mailrig::world {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

std::string with_traffic(const std::string& traffic) {
  return "senders: { shop: { domain: shop.example } }\nreceivers: { outlook: {} }\nlists: { few: { count: 100 } }\n"
         "mail: { note: {}, code: {} }\ntraffic: " +
         traffic + "\n";
}

struct Playing {
  explicit Playing(const std::string& yaml) : scenario(parse_scenario(with_traffic(yaml))) {}

  scenario::Scenario scenario;
  plan::Traffic traffic = plan::Traffic::create(scenario, receiver_domains(scenario)).value();
  Player player{traffic, scenario.start};
  Instant at(Duration offset) const { return scenario.start + offset; }
};

TEST(Player, GivesMessagesOfAllEntriesInTheOrderOfTheirTimes) {
  Playing p(
      "[ { mail: note, list: few, schedule: { rate: 2/s, count: 3 } },"
      "  { mail: code, list: few, schedule: { rate: 1/s, count: 2 }, at: 250ms } ]");
  EXPECT_EQ(p.player.expected(), 5U);
  std::vector<std::pair<Duration, std::uint32_t>> order;
  while (p.player.next() != never) {
    const auto message = p.player.take(p.player.next());
    ASSERT_TRUE(message);
    order.emplace_back(message->intended - p.scenario.start, message->mail);
  }
  EXPECT_EQ(order, (std::vector<std::pair<Duration, std::uint32_t>>{{milliseconds(0), 0},
                                                                    {milliseconds(250), 1},
                                                                    {milliseconds(500), 0},
                                                                    {milliseconds(1000), 0},
                                                                    {milliseconds(1250), 1}}));
  EXPECT_TRUE(p.player.exhausted(p.at(seconds(2))));
  EXPECT_EQ(p.player.last_intended(), p.at(milliseconds(1250)));
}

TEST(Player, NothingIsTakenBeforeItsTime) {
  Playing p("[ { mail: note, list: few, schedule: { rate: 1/s, count: 2 }, at: 5s } ]");
  EXPECT_EQ(p.player.next(), p.at(seconds(5)));
  EXPECT_FALSE(p.player.take(p.at(milliseconds(4999))));
  EXPECT_FALSE(p.player.exhausted(p.at(milliseconds(4999))));
}

TEST(Player, AClosedLoopKeepsSoManyUnfinished) {
  Playing p("[ { mail: note, list: few, schedule: { saturate: { in_flight: 2 }, count: 3 } } ]");
  const Instant t = p.at(seconds(0));
  EXPECT_TRUE(p.player.take(t));
  EXPECT_TRUE(p.player.take(t));
  EXPECT_FALSE(p.player.take(t));
  EXPECT_EQ(p.player.next(), never);
  EXPECT_FALSE(p.player.exhausted(t));
  // The next one is intended at the moment there is room for it.
  p.player.finished(p.at(seconds(7)), 0);
  EXPECT_EQ(p.player.next(), p.at(seconds(7)));
  const auto last = p.player.take(p.at(seconds(7)));
  ASSERT_TRUE(last);
  EXPECT_EQ(last->intended, p.at(seconds(7)));
  EXPECT_TRUE(p.player.exhausted(p.at(seconds(7))));
}

TEST(Player, AClosedLoopEndsWithItsTime) {
  Playing p("[ { mail: note, list: few, schedule: { saturate: { in_flight: 1 }, for: 10s } } ]");
  EXPECT_TRUE(p.player.take(p.at(seconds(0))));
  p.player.finished(p.at(seconds(11)), 0);
  EXPECT_EQ(p.player.next(), never);
  EXPECT_TRUE(p.player.exhausted(p.at(seconds(11))));
}

}  // namespace
}  // namespace mailrig::world
