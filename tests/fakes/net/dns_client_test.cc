#include "fakes/net/dns_client.h"

#include <gmock/gmock.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>
#include <future>

#include "fakes/dns/message.h"
#include "fakes/net/dns_server.h"

namespace mailrig::net {
namespace {

namespace asio = boost::asio;
using asio::ip::udp;
using namespace std::chrono_literals;
using testing::ElementsAre;

const udp::endpoint any_port(asio::ip::address_v4::loopback(), 0);

// Client and servers share one io_context on the test's thread.
class DnsClientTest : public testing::Test {
 protected:
  DnsClientTest() {
    EXPECT_TRUE(zones_.add_zone("shop.example"));
    EXPECT_TRUE(zones_.add(dns::Record::mx("shop.example", 10, "mx1.shop.example")));
    EXPECT_TRUE(zones_.add(dns::Record::txt("large.shop.example", std::string(3000, 'l'))));
  }

  dns::Answer ask(const udp::endpoint& server, const dns::Question& question, std::chrono::nanoseconds timeout = 10s) {
    auto answer = asio::co_spawn(io_, client_.query(server, question, timeout), asio::use_future);
    io_.restart();
    while (answer.wait_for(0s) != std::future_status::ready) io_.run_one();
    return answer.get();
  }

  std::shared_ptr<DnsServer> serve() {
    auto server = DnsServer::listen(io_, any_port, zones_, clock_);
    EXPECT_TRUE(server) << server.error().to_string();
    return *server;
  }

  dns::Zones zones_;
  Clock clock_{Instant{}};
  asio::io_context io_{1};
  DnsClient client_{io_, Draw(7)};
};

TEST_F(DnsClientTest, BringsTheAnswer) {
  const auto server = serve();
  const dns::Answer answer = ask(server->endpoint(), {"shop.example", dns::Type::mx});
  EXPECT_THAT(answer.mail_exchangers(), ElementsAre(dns::Mx{10, "mx1.shop.example"}));
  EXPECT_FALSE(answer.timed_out);
  EXPECT_EQ(ask(server->endpoint(), {"nobody.shop.example", dns::Type::a}).rcode, dns::Rcode::nxdomain);
  EXPECT_EQ(server->counts().udp_queries, 2U);
}

TEST_F(DnsClientTest, AsksAgainOverTcpWhenTruncated) {
  const auto server = serve();
  const dns::Answer answer = ask(server->endpoint(), {"large.shop.example", dns::Type::txt});
  EXPECT_THAT(answer.texts(), ElementsAre(std::string(3000, 'l')));
  EXPECT_EQ(server->counts().tcp_queries, 1U);
}

TEST_F(DnsClientTest, GivesUpAfterThreeAttempts) {
  udp::socket silent(io_, any_port);
  const dns::Answer answer = ask(silent.local_endpoint(), {"shop.example", dns::Type::mx}, 20ms);
  EXPECT_EQ(answer.rcode, dns::Rcode::servfail);
  EXPECT_TRUE(answer.timed_out);

  silent.non_blocking(true);
  std::array<char, 512> packet{};
  boost::system::error_code error;
  int queries = 0;
  for (silent.receive(asio::buffer(packet), 0, error); !error; silent.receive(asio::buffer(packet), 0, error)) {
    ++queries;
  }
  EXPECT_EQ(queries, DnsClient::attempts_max);
}

TEST_F(DnsClientTest, ReportsAServerThatIsNotThere) {
  udp::endpoint closed;
  {
    udp::socket socket(io_, any_port);
    closed = socket.local_endpoint();
  }
  const dns::Answer answer = ask(closed, {"shop.example", dns::Type::mx}, 1s);
  EXPECT_EQ(answer.rcode, dns::Rcode::servfail);
  EXPECT_TRUE(answer.timed_out);
}

TEST_F(DnsClientTest, AsksNothingForABrokenName) {
  EXPECT_EQ(ask(any_port, {"shop..example", dns::Type::mx}).rcode, dns::Rcode::formerr);
}

// RFC 5452 §9.1: forged answers, with another id or for another question, are passed over.
TEST_F(DnsClientTest, PassesOverForgedAnswers) {
  udp::socket server(io_, any_port);
  const dns::Question question{"shop.example", dns::Type::mx};
  std::string packet(512, '\0');
  udp::endpoint client;
  server.async_receive_from(asio::buffer(packet), client,
                            [&](const boost::system::error_code& error, std::size_t size) {
                              ASSERT_FALSE(error);
                              auto query = *dns::parse_query({packet.data(), size});
                              const auto reply = [&](const dns::Query& to, std::uint16_t preference) {
                                dns::Answer answer;
                                answer.answers = {dns::Record::mx("shop.example", preference, "mx.shop.example")};
                                server.send_to(asio::buffer(dns::build_response(to, answer, 512)), client);
                              };
                              dns::Query other_id = query;
                              other_id.id ^= 1;
                              reply(other_id, 66);
                              dns::Query other_question = query;
                              other_question.name_as_asked = "bank.example";
                              reply(other_question, 66);
                              reply(query, 10);
                            });
  EXPECT_THAT(ask(server.local_endpoint(), question).mail_exchangers(), ElementsAre(dns::Mx{10, "mx.shop.example"}));
}

}  // namespace
}  // namespace mailrig::net
