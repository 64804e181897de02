#include "fakes/net/dns_server.h"

#include <gmock/gmock.h>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>

#include "fakes/dns/message.h"

namespace mailrig::net {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using asio::ip::udp;
using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;

const udp::endpoint any_port(asio::ip::address_v4::loopback(), 0);
const dns::Question mx_question{"shop.example", dns::Type::mx};

// A server on a thread of its own, asked with plain blocking sockets.
class DnsServerTest : public testing::Test {
 protected:
  explicit DnsServerTest(Duration cost = {}) : zones_({.cost = cost}) {
    const auto added = zones_.add_zone_text(R"(
@       MX    10 mx1
@       MX    20 mx2
mx1     A     192.0.2.1
www     CNAME mx1
)",
                                            "shop.zone", "shop.example");
    EXPECT_TRUE(added) << added.error().to_string();
    EXPECT_TRUE(zones_.add(dns::Record::txt("large.shop.example", std::string(3000, 'l'))));
    auto server = DnsServer::listen(io_, any_port, zones_, clock_);
    EXPECT_TRUE(server) << server.error().to_string();
    server_ = *server;
    thread_ = std::thread([this] { io_.run(); });
  }

  ~DnsServerTest() override {
    server_->stop();
    thread_.join();  // nothing is left to run once the server has stopped
  }

  // Sends the packets as datagrams and returns the first that comes back.
  std::string ask_udp(const std::vector<std::string>& packets) {
    udp::socket socket(client_io_, udp::v4());
    for (const std::string& packet : packets) socket.send_to(asio::buffer(packet), server_->endpoint());
    std::string response(65535, '\0');
    response.resize(socket.receive(asio::buffer(response)));
    return response;
  }

  tcp::socket connect() {
    tcp::socket socket(client_io_);
    socket.connect(tcp::endpoint(server_->endpoint().address(), server_->endpoint().port()));
    return socket;
  }
  static std::string framed(const std::string& packet) {
    return std::string{static_cast<char>(packet.size() >> 8), static_cast<char>(packet.size() & 0xff)} + packet;
  }
  static std::string read_framed(tcp::socket& socket) {
    std::array<unsigned char, 2> length{};
    asio::read(socket, asio::buffer(length));
    std::string packet(static_cast<std::size_t>(length[0] << 8 | length[1]), '\0');
    asio::read(socket, asio::buffer(packet));
    return packet;
  }

  dns::Zones zones_;
  Clock clock_{Instant{}};
  asio::io_context io_{1};
  asio::io_context client_io_;
  std::shared_ptr<DnsServer> server_;
  std::thread thread_;
};

TEST_F(DnsServerTest, AnswersOverUdp) {
  const auto response = dns::parse_response(ask_udp({dns::build_query(1, mx_question)}), 1, mx_question);
  ASSERT_TRUE(response);
  EXPECT_THAT(response->answer.mail_exchangers(),
              ElementsAre(dns::Mx{10, "mx1.shop.example"}, dns::Mx{20, "mx2.shop.example"}));
  EXPECT_EQ(server_->counts().udp_queries, 1U);
}

TEST_F(DnsServerTest, IsSilentAboutGarbageAndGoesOn) {
  const std::string response = ask_udp({"garbage", "", dns::build_query(2, mx_question)});
  EXPECT_TRUE(dns::parse_response(response, 2, mx_question));
  EXPECT_EQ(server_->counts().udp_queries, 3U);
  EXPECT_EQ(server_->counts().unanswered, 2U);
}

// RFC 7766 §6.2.1.1: a connection carries several queries, which may be sent without waiting.
TEST_F(DnsServerTest, AnswersSeveralQueriesOnOneConnection) {
  const dns::Question large{"large.shop.example", dns::Type::txt};
  tcp::socket socket = connect();
  asio::write(socket, asio::buffer(framed(dns::build_query(1, mx_question)) + framed(dns::build_query(2, large))));
  EXPECT_TRUE(dns::parse_response(read_framed(socket), 1, mx_question));
  const auto response = dns::parse_response(read_framed(socket), 2, large);
  ASSERT_TRUE(response);
  EXPECT_THAT(response->answer.texts(), ElementsAre(std::string(3000, 'l')));

  asio::write(socket, asio::buffer(framed(dns::build_query(3, mx_question))));
  EXPECT_TRUE(dns::parse_response(read_framed(socket), 3, mx_question));
  EXPECT_EQ(server_->counts().tcp_queries, 3U);
}

TEST_F(DnsServerTest, PointsToTcpWhatDoesNotFitIntoADatagram) {
  const dns::Question large{"large.shop.example", dns::Type::txt};
  const auto response = dns::parse_response(ask_udp({dns::build_query(1, large)}), 1, large);
  ASSERT_TRUE(response);
  EXPECT_TRUE(response->truncated);
}

TEST_F(DnsServerTest, HangsUpOnGarbage) {
  tcp::socket socket = connect();
  asio::write(socket, asio::buffer(framed("garbage")));
  char byte = 0;
  boost::system::error_code error;
  EXPECT_EQ(socket.read_some(asio::buffer(&byte, 1), error), 0U);
  EXPECT_TRUE(error);
}

TEST_F(DnsServerTest, BoundsItsConnections) {
  std::vector<tcp::socket> open;
  for (std::size_t i = 0; i < DnsServer::connections_max; ++i) {
    open.push_back(connect());
    // A query each, so that every connection is known to be accepted.
    asio::write(open.back(), asio::buffer(framed(dns::build_query(1, mx_question))));
    read_framed(open.back());
  }
  tcp::socket one_more = connect();
  char byte = 0;
  boost::system::error_code error;
  EXPECT_EQ(one_more.read_some(asio::buffer(&byte, 1), error), 0U);
  EXPECT_TRUE(error);
  EXPECT_EQ(server_->counts().connections_refused, 1U);
}

TEST_F(DnsServerTest, NamesTheAddressThatIsTaken) {
  const auto second = DnsServer::listen(client_io_, server_->endpoint(), zones_, clock_);
  ASSERT_FALSE(second);
  EXPECT_THAT(second.error().message,
              HasSubstr("cannot listen on 127.0.0.1:" + std::to_string(server_->endpoint().port())));
}

TEST_F(DnsServerTest, NamesTheUdpPortThatIsTaken) {
  // On an address where nobody's TCP connection can have the same number.
  udp::socket other(client_io_, udp::endpoint(asio::ip::make_address("127.78.1.1"), 0));
  const auto server = DnsServer::listen(client_io_, other.local_endpoint(), zones_, clock_);
  ASSERT_FALSE(server);
  EXPECT_THAT(server.error().message, HasSubstr("(UDP, for DNS)"));
}

class SlowDnsServerTest : public DnsServerTest {
 protected:
  SlowDnsServerTest() : DnsServerTest(150ms) {}
};

TEST_F(SlowDnsServerTest, WaitsAsLongAsTheAnswerCosts) {
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_TRUE(dns::parse_response(ask_udp({dns::build_query(1, mx_question)}), 1, mx_question));
  EXPECT_GE(std::chrono::steady_clock::now() - begin, 150ms);

  tcp::socket socket = connect();
  asio::write(socket, asio::buffer(framed(dns::build_query(1, mx_question))));
  EXPECT_TRUE(dns::parse_response(read_framed(socket), 1, mx_question));
  EXPECT_GE(std::chrono::steady_clock::now() - begin, 300ms);
}

// What other people's software makes of us.
class DigTest : public DnsServerTest {
 protected:
  void SetUp() override {
    if (std::system("command -v dig >/dev/null 2>&1") != 0) GTEST_SKIP() << "dig is not installed (bind9-dnsutils)";
  }

  std::string dig(const std::string& arguments) const {
    const std::string command = "dig @127.0.0.1 -p " + std::to_string(server_->endpoint().port()) +
                                " +time=5 +tries=1 +nocookie " + arguments + " 2>&1";
    FILE* pipe = popen(command.c_str(), "r");
    if (pipe == nullptr) return {};
    std::string output;
    std::array<char, 4096> part{};
    while (const std::size_t size = fread(part.data(), 1, part.size(), pipe)) output.append(part.data(), size);
    pclose(pipe);
    return output;
  }
};

TEST_F(DigTest, ReadsOurAnswersOverUdpAndTcp) {
  EXPECT_EQ(dig("+short MX shop.example"), "10 mx1.shop.example.\n20 mx2.shop.example.\n");
  EXPECT_EQ(dig("+short +tcp MX shop.example"), "10 mx1.shop.example.\n20 mx2.shop.example.\n");
  EXPECT_EQ(dig("+short A www.shop.example"), "mx1.shop.example.\n192.0.2.1\n");
}

TEST_F(DigTest, SeesNegativeAnswersAndTheirSoa) {
  const std::string nxdomain = dig("A nobody.shop.example");
  EXPECT_THAT(nxdomain, HasSubstr("status: NXDOMAIN"));
  EXPECT_THAT(nxdomain, HasSubstr("flags: qr aa rd ra"));
  EXPECT_THAT(nxdomain, HasSubstr("shop.example.\t\t300\tIN\tSOA\tns.shop.example. hostmaster.shop.example."));
  EXPECT_THAT(dig("AAAA mx1.shop.example"), HasSubstr("status: NOERROR"));
  EXPECT_THAT(dig("A bank.example"), HasSubstr("status: REFUSED"));
  EXPECT_THAT(dig("-c CH TXT version.bind"), HasSubstr("status: REFUSED"));
}

TEST_F(DigTest, FollowsTruncationToTcp) {
  const std::string output = dig("TXT large.shop.example");
  EXPECT_THAT(output, HasSubstr(";; Truncated, retrying in TCP mode."));
  EXPECT_THAT(output, HasSubstr("status: NOERROR"));
  EXPECT_THAT(dig("+ignore TXT large.shop.example"), HasSubstr("flags: qr aa tc rd ra"));
}

TEST_F(DigTest, AgreesOnEdns) {
  EXPECT_THAT(dig("MX shop.example"), HasSubstr("; EDNS: version: 0, flags:; udp: 1232"));
  EXPECT_THAT(dig("+dnssec MX shop.example"), HasSubstr("; EDNS: version: 0, flags: do; udp: 1232"));
  EXPECT_THAT(dig("+edns=1 +noednsnegotiation MX shop.example"), HasSubstr("status: BADVERS"));
  EXPECT_THAT(dig("+opcode=UPDATE MX shop.example"), HasSubstr("status: NOTIMP"));
}

TEST_F(DigTest, FindsNothingMalformed) {
  for (const char* question :
       {"ANY shop.example", "+noedns MX shop.example", "SOA shop.example", "TYPE65 shop.example"}) {
    const std::string output = dig(question);
    EXPECT_THAT(output, HasSubstr("status: NOERROR")) << question;
    EXPECT_THAT(output, testing::Not(HasSubstr("WARNING"))) << output;
  }
}

}  // namespace
}  // namespace mailrig::net
