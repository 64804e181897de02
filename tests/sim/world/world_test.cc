#include "sim/world/world.h"

#include <set>

#include "fakes/dns/mx_lookup.h"
#include "tests/sim/world/scenario_text.h"

namespace mailrig::world {
namespace {

const char* const shop_and_two_providers = R"(
senders:
  shop: { domain: shop.example, ips: [198.18.2.10], helo: mta1.shop.example, spf: "v=spf1 ip4:198.18.2.10 -all",
          dmarc: "v=DMARC1; p=reject" }
receivers: { gmail: {}, qq: {} }
lists: { few: { count: 10 } }
mail: { note: {} }
traffic: [ { mail: note, list: few, schedule: { rate: 1/s, count: 10 } } ]
)";

class WorldTest : public testing::Test {
 protected:
  void SetUp() override {
    auto built = build_world(scenario_, AddressRange::documentation, nobody);
    ASSERT_TRUE(built) << built.error().to_string();
    world_ = std::move(*built);
  }
  dns::Answer ask(const std::string& name, dns::Type type) const {
    return world_->zones.lookup(scenario_.start, {name, type});
  }

  scenario::Scenario scenario_ = parse_scenario(shop_and_two_providers);
  std::unique_ptr<World> world_;
};

TEST_F(WorldTest, MailForAProviderLeadsToItsHosts) {
  Duration cost{};
  const auto route = dns::resolve_mx(world_->zones, scenario_.start, "qq.com", &cost);
  ASSERT_EQ(route.targets.size(), 3U);
  EXPECT_EQ(route.targets.front().host, "mx3.qq.com");  // preference 10, as the profile says
  const MxHost* host = world_->host(route.targets.front().addresses.at(0));
  ASSERT_NE(host, nullptr);
  EXPECT_EQ(host->name, "mx3.qq.com");
  EXPECT_EQ(world_->receivers[host->receiver]->name(), "qq");
}

TEST_F(WorldTest, EveryHostHasAnAddressOfItsOwnWithAPtr) {
  std::set<std::string> addresses;
  for (const MxHost& host : world_->hosts) {
    EXPECT_TRUE(addresses.insert(host.address.to_string()).second) << host.name;
    EXPECT_EQ(ask(host.address.reverse_name(), dns::Type::ptr).targets(dns::Type::ptr),
              std::vector<std::string>{host.name});
  }
  EXPECT_EQ(addresses.size(), 5U + 3U + 1U);  // gmail, qq, and the sender's own MX
}

TEST_F(WorldTest, TheSenderHasItsRecordsAndAForwardConfirmedPtr) {
  EXPECT_EQ(ask("shop.example", dns::Type::txt).texts(), std::vector<std::string>{"v=spf1 ip4:198.18.2.10 -all"});
  EXPECT_EQ(ask("_dmarc.shop.example", dns::Type::txt).texts(), std::vector<std::string>{"v=DMARC1; p=reject"});
  const IpAddress ip = *IpAddress::parse("198.18.2.10");
  EXPECT_EQ(ask(ip.reverse_name(), dns::Type::ptr).targets(dns::Type::ptr),
            std::vector<std::string>{"mta1.shop.example"});
  EXPECT_EQ(ask("mta1.shop.example", dns::Type::a).addresses(), std::vector<IpAddress>{ip});
}

TEST_F(WorldTest, ASenderCanReceiveItsBounces) {
  Duration cost{};
  const auto route = dns::resolve_mx(world_->zones, scenario_.start, "shop.example", &cost);
  ASSERT_EQ(route.status, dns::MxStatus::ok);
  const MxHost* host = world_->host(route.targets.at(0).addresses.at(0));
  ASSERT_NE(host, nullptr);
  EXPECT_EQ(host->receiver, scenario_.receivers.size());  // behind the scenario's own
}

TEST_F(WorldTest, NothingElseExists) {
  EXPECT_EQ(ask("elsewhere.example", dns::Type::mx).rcode, dns::Rcode::nxdomain);
  EXPECT_EQ(world_->host(*IpAddress::parse("192.0.2.1")), nullptr);
}

TEST(WorldZones, TextOfTheUserIsAddedAndItsFaultsNamed) {
  auto scenario = parse_scenario(shop_and_two_providers);
  scenario.dns.zones.push_back(
      {"extra.example. 300 IN SOA ns.extra.example. h.extra.example. 1 2 3 4 5\n"
       "www.extra.example. 300 IN A 192.0.2.7\n",
       "", "extra.zone"});
  const auto world = build_world(scenario, AddressRange::documentation, nobody);
  ASSERT_TRUE(world) << world.error().to_string();
  EXPECT_EQ((*world)->zones.lookup({}, {"www.extra.example", dns::Type::a}).addresses().size(), 1U);

  scenario.dns.zones.push_back({"bad.example. 300 IN MX many mx.bad.example.\n", "", "bad.zone"});
  const auto broken = build_world(scenario, AddressRange::documentation, nobody);
  ASSERT_FALSE(broken);
  EXPECT_EQ(broken.error().file, "bad.zone");
  EXPECT_EQ(broken.error().line, 1);
}

}  // namespace
}  // namespace mailrig::world
