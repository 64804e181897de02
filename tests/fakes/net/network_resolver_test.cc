#include "fakes/net/network_resolver.h"

#include <gmock/gmock.h>

#include <thread>

#include "fakes/dns/message.h"
#include "fakes/net/dns_server.h"

namespace mailrig::net {
namespace {

namespace asio = boost::asio;
using asio::ip::udp;
using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const udp::endpoint any_port(asio::ip::address_v4::loopback(), 0);

struct ServerText {
  const char* text;
  const char* address;
  std::uint16_t port;
};

class DnsServerText : public testing::TestWithParam<ServerText> {};

TEST_P(DnsServerText, IsRead) {
  const auto server = parse_dns_server(GetParam().text);
  ASSERT_TRUE(server) << server.error().to_string();
  EXPECT_EQ(server->address().to_string(), GetParam().address);
  EXPECT_EQ(server->port(), GetParam().port);
}

INSTANTIATE_TEST_SUITE_P(NetworkResolver, DnsServerText,
                         testing::Values(ServerText{"192.0.2.53", "192.0.2.53", 53},
                                         ServerText{"192.0.2.53:5353", "192.0.2.53", 5353},
                                         ServerText{"2001:db8::53", "2001:db8::53", 53},
                                         ServerText{"[2001:db8::53]", "2001:db8::53", 53},
                                         ServerText{"[2001:db8::53]:5353", "2001:db8::53", 5353}));

class NoDnsServerText : public testing::TestWithParam<const char*> {};

TEST_P(NoDnsServerText, IsRefusedWithAnExample) {
  const auto server = parse_dns_server(GetParam());
  ASSERT_FALSE(server);
  EXPECT_THAT(server.error().message, HasSubstr("127.0.0.1:5353"));
}

INSTANTIATE_TEST_SUITE_P(NetworkResolver, NoDnsServerText,
                         testing::Values("", "dns.example", "192.0.2.53:", "192.0.2.53:0", "192.0.2.53:65536",
                                         "192.0.2.53:5353x", "[", "[]", "[::1", "[::1]x", "[::1]:", ":53"));

// A server with `zones` on a thread of its own.
class Served {
 public:
  explicit Served(const dns::Zones& zones) {
    auto server = DnsServer::listen(io_, any_port, zones, clock_);
    EXPECT_TRUE(server) << server.error().to_string();
    server_ = *server;
    thread_ = std::thread([this] { io_.run(); });
  }
  ~Served() {
    server_->stop();
    thread_.join();
  }
  const DnsServer& operator*() const { return *server_; }
  const DnsServer* operator->() const { return server_.get(); }

 private:
  Clock clock_{Instant{}};
  asio::io_context io_{1};
  std::shared_ptr<DnsServer> server_;
  std::thread thread_;
};

dns::Zones shop() {
  dns::Zones zones;
  const auto added = zones.add_zone_text(R"(
@       MX    10 mx1
mx1     A     192.0.2.1
www     CNAME web
web     CNAME mx1
loop    CNAME loop2
loop2   CNAME loop
bare    CNAME empty
empty   TXT   only
away    CNAME host.elsewhere.example.
)",
                                         "shop.zone", "shop.example");
  EXPECT_TRUE(added) << added.error().to_string();
  EXPECT_TRUE(zones.add(dns::Record::txt("large.shop.example", std::string(3000, 'l'))));
  return zones;
}

TEST(NetworkResolver, BringsWhatTheServerHolds) {
  const dns::Zones zones = shop();
  Served server(zones);
  NetworkResolver resolver(server->endpoint());
  const dns::Answer answer = resolver.lookup({"Shop.Example.", dns::Type::mx});
  EXPECT_THAT(answer.mail_exchangers(), ElementsAre(dns::Mx{10, "mx1.shop.example"}));
  EXPECT_FALSE(answer.timed_out);

  const dns::Answer none = resolver.lookup({"nobody.shop.example", dns::Type::a});
  EXPECT_EQ(none.rcode, dns::Rcode::nxdomain);
  EXPECT_EQ(none.ttl_s(), 300U) << "the SOA came along";
  EXPECT_EQ(resolver.lookup({"shop..example", dns::Type::a}).rcode, dns::Rcode::formerr);
}

TEST(NetworkResolver, FetchesLargeAnswersOverTcp) {
  const dns::Zones zones = shop();
  Served server(zones);
  NetworkResolver resolver(server->endpoint());
  EXPECT_THAT(resolver.lookup({"large.shop.example", dns::Type::txt}).texts(), ElementsAre(std::string(3000, 'l')));
  EXPECT_EQ(server->counts().tcp_queries, 1U);
}

TEST(NetworkResolver, FollowsTheChainInTheAnswer) {
  const dns::Zones zones = shop();
  Served server(zones);
  NetworkResolver resolver(server->endpoint());
  const dns::Answer answer = resolver.lookup({"www.shop.example", dns::Type::a});
  EXPECT_THAT(answer.targets(dns::Type::cname), ElementsAre("web.shop.example", "mx1.shop.example"));
  EXPECT_THAT(answer.addresses(), ElementsAre(*IpAddress::parse("192.0.2.1")));
  EXPECT_EQ(server->counts().udp_queries, 1U);

  EXPECT_THAT(resolver.lookup({"www.shop.example", dns::Type::cname}).targets(dns::Type::cname),
              ElementsAre("web.shop.example"));
  const dns::Answer no_data = resolver.lookup({"bare.shop.example", dns::Type::a});
  EXPECT_EQ(no_data.rcode, dns::Rcode::noerror);
  EXPECT_THAT(no_data.addresses(), IsEmpty());
  EXPECT_EQ(resolver.lookup({"loop.shop.example", dns::Type::a}).rcode, dns::Rcode::servfail);
}

// A server that knows one zone only leaves the chain open; a client that stopped there would see no data.
TEST(NetworkResolver, AsksForTheTargetThatTheServerLeftOpen) {
  const dns::Zones zones = shop();
  Served server(zones);
  NetworkResolver resolver(server->endpoint());
  EXPECT_EQ(resolver.lookup({"away.shop.example", dns::Type::a}).rcode, dns::Rcode::refused);
  EXPECT_EQ(server->counts().udp_queries, 2U);
}

TEST(NetworkResolver, LeavesOutWhatIsNotOnTheChain) {
  asio::io_context io;
  udp::socket socket(io, any_port);
  std::thread server([&] {
    std::string packet(512, '\0');
    udp::endpoint client;
    packet.resize(socket.receive_from(asio::buffer(packet), client));
    dns::Answer answer;
    answer.answers = {dns::Record::txt("bank.example", "planted"), dns::Record::txt("shop.example", "asked for")};
    socket.send_to(asio::buffer(dns::build_response(*dns::parse_query(packet), answer, 512)), client);
  });
  NetworkResolver resolver(socket.local_endpoint());
  const dns::Answer answer = resolver.lookup({"shop.example", dns::Type::txt});
  server.join();
  EXPECT_THAT(answer.texts(), ElementsAre("asked for"));
}

TEST(NetworkResolver, GivesUpOnASilentServer) {
  asio::io_context io;
  udp::socket silent(io, any_port);
  NetworkResolver resolver(silent.local_endpoint(), 20ms);
  const dns::Answer answer = resolver.lookup({"shop.example", dns::Type::mx});
  EXPECT_EQ(answer.rcode, dns::Rcode::servfail);
  EXPECT_TRUE(answer.timed_out);
}

}  // namespace
}  // namespace mailrig::net
