// Clients that mean no good, over real sockets: each gets a reply or is hung up on, nothing that was cut off is taken
// for a message, and nobody else has to wait. Model time runs 600 times as fast where time-outs are waited for, so
// that five minutes are half a second.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <netinet/in.h>

#include <atomic>
#include <thread>
#include <tuple>

#include "tests/fakes/net/provider_fixture.h"
#include "tests/fakes/net/tls_client.h"

namespace mailrig::net {
namespace {

using policy::Event;
using policy::Phase;
using policy::TlsVersion;
using testing::Client;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::Observation;
using testing::Provider;
using testing::server_tls;
using ::testing::StartsWith;
using testing::TlsOverSocket;

constexpr std::string_view to_data =
    "EHLO shop.example\r\nMAIL FROM:<a@shop.example>\r\nRCPT TO:<b@any.example>\r\nDATA\r\n";
constexpr std::uint64_t fast = 600'000;

// Says EHLO and STARTTLS; the handshake is next.
void start_tls(Client& client) {
  client.reply();
  client.ask("EHLO shop.example\r\n");
  ASSERT_THAT(client.ask("STARTTLS\r\n"), StartsWith("220 "));
}

void expect_service(const Provider& provider) {
  Client other(provider.endpoint());
  other.send(std::string(to_data) + "x\r\n.\r\nQUIT\r\n");
  EXPECT_THAT(other.rest(), HasSubstr("\r\n221 "));
}

void expect_nothing_stored(const Provider& provider) {
  for (const Observation& seen : provider.recorder.observations()) EXPECT_EQ(seen.event, Event::timeout);
}

// In TLS 1.2 a client may ask for a new handshake at any time (RFC 5246 §7.4.1.2), and the server may decline.
TEST(HostileClient, GetsNoSecondHandshake) {
  Provider provider({.tls = server_tls()});
  Client client(provider.endpoint());
  start_tls(client);
  TlsOverSocket tls(*client_context({TlsVersion::tls1_2, TlsVersion::tls1_2}), client.socket());
  ASSERT_TRUE(tls.connected());
  SSL_clear_options(tls.native(), SSL_OP_NO_RENEGOTIATION);
  ASSERT_EQ(SSL_renegotiate(tls.native()), 1);
  EXPECT_NE(SSL_do_handshake(tls.native()), 1);
  EXPECT_EQ(SSL_session_reused(tls.native()), 0);
  client.reset();
  EXPECT_TRUE(provider.recorder.wait_until_closed(1));
  expect_service(provider);
}

// The other way round: a server cannot make a sender shake hands again and again.
TEST(HostileClient, NeitherDoesAHostileServer) {
  for (const TlsContext& context : {*client_context(), server_tls()}) {
    EXPECT_NE(SSL_CTX_get_options(context->native_handle()) & SSL_OP_NO_RENEGOTIATION, 0u);
  }
}

class Truncation : public ::testing::TestWithParam<std::tuple<TlsVersion, bool>> {};

// RFC 8446 §6.1: without close_notify an attacker may have cut the connection. With it the message is as incomplete.
TEST_P(Truncation, InsideDataStoresNothing) {
  const auto [version, goodbye] = GetParam();
  for (const char* cut_off : {"Subject: never\r\n\r\nha", "Subject: never\r\n\r\nwhole?\r\n.", "all\r\n.\r"}) {
    Provider provider({.tls = server_tls()});
    Client client(provider.endpoint());
    start_tls(client);
    TlsOverSocket tls(*client_context({version, version}), client.socket());
    ASSERT_TRUE(tls.connected());
    ASSERT_TRUE(tls.send(to_data));
    std::string replies;
    while (replies.find("\r\n354 ") == std::string::npos) replies += tls.read();
    ASSERT_TRUE(tls.send(cut_off));
    if (goodbye) SSL_shutdown(tls.native());
    ::shutdown(client.socket(), SHUT_WR);
    ASSERT_TRUE(provider.recorder.wait_until_closed(1));
    const auto seen = provider.recorder.observations();
    ASSERT_EQ(seen.size(), 1u);
    EXPECT_EQ(seen[0].event, Event::timeout);
    EXPECT_EQ(seen[0].phase, Phase::data);
    EXPECT_EQ(tls.read(), "");
  }
}

INSTANTIATE_TEST_SUITE_P(Tls, Truncation,
                         ::testing::Combine(::testing::Values(TlsVersion::tls1_2, TlsVersion::tls1_3),
                                            ::testing::Bool()));

// What may stand in a ClientHello's place.
TEST(HostileClient, IsHungUpOnWhenItSendsNoClientHello) {
  Provider provider({.tls = server_tls()});
  const std::string records[] = {
      "EHLO shop.example\r\n",
      "GET / HTTP/1.1\r\n\r\n",
      std::string(100, '\0'),
      std::string("\x16\x03\x01\xff\xff\x01", 6) + std::string(70'000, 'x'),  // a record longer than records may be
      std::string("\x16\x03\x01\x00\x04\x01\x00\x00\x00", 9),                 // an empty ClientHello
      std::string("\x15\x03\x01\x00\x02\x02\x28", 7),                         // an alert
      std::string("\x80\x2e\x01\x03\x01", 5) + std::string(46, '\x01'),       // SSL 2
      std::string("\x17\x03\x03\x00\x05hello", 10),                           // data before the handshake
  };
  int sessions = 0;
  for (const std::string& record : records) {
    Client client(provider.endpoint());
    start_tls(client);
    client.send(record);
    EXPECT_THAT(client.rest(), Not(HasSubstr("250")));
    EXPECT_TRUE(provider.recorder.wait_until_closed(++sessions)) << record;
  }
  expect_service(provider);
}

// Bytes earn no time during a handshake.
TEST(HostileClient, CannotStretchAHandshake) {
  Provider provider({.speed_permille = fast, .tls = server_tls()});
  Client silent(provider.endpoint());
  start_tls(silent);
  Client client(provider.endpoint());
  start_tls(client);
  client.send({"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11});
  const auto end = std::chrono::steady_clock::now() + testing::patience;
  while (provider.recorder.closed() < 2 && std::chrono::steady_clock::now() < end) {
    client.send("x");
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  EXPECT_EQ(provider.recorder.closed(), 2);
  EXPECT_EQ(silent.rest(), "");
}

// Sends without ever waiting; what the server does not take yet is left out.
void send_what_goes(int socket, std::string_view bytes) {
  ::send(socket, bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
}

std::string many(std::string_view command, std::size_t times) {
  std::string commands;
  for (std::size_t i = 0; i < times; ++i) commands += command;
  return commands;
}

// A hundred thousand commands ask for 25 MB of replies. Once the sockets' buffers are full the server stops reading,
// and after five minutes of that it leaves.
TEST(HostileClient, IsLeftWhenItDoesNotReadItsReplies) {
  Provider provider({.speed_permille = fast, .threads = 1});
  Client client(provider.endpoint());
  client.reply();
  send_what_goes(client.socket(), many("EHLO shop.example\r\n", 100'000));
  EXPECT_TRUE(provider.recorder.wait_until_closed(1));
  expect_service(provider);
}

TEST(HostileClient, IsLeftWhenItDoesNotReadItsRepliesInsideTls) {
  Provider provider({.speed_permille = fast, .threads = 1, .tls = server_tls()});
  Client client(provider.endpoint());
  start_tls(client);
  TlsOverSocket tls(*client_context(), client.socket());
  ASSERT_TRUE(tls.connected());
  ::fcntl(client.socket(), F_SETFL, O_NONBLOCK);
  SSL_set_mode(tls.native(), SSL_MODE_ENABLE_PARTIAL_WRITE);
  const std::string commands = many("EHLO shop.example\r\n", 1000);
  for (int i = 0; i < 100 && tls.send(commands); ++i) continue;
  EXPECT_TRUE(provider.recorder.wait_until_closed(1));
  expect_service(provider);
}

// Every byte taken is progress for the kernel, not for the session.
TEST(HostileClient, IsLeftWhenItReadsItsRepliesByteByByte) {
  Provider provider({.speed_permille = fast, .threads = 1});
  Client client(provider.endpoint());
  const int small = 4096;
  ::setsockopt(client.socket(), SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
  send_what_goes(client.socket(), many("EHLO shop.example\r\n", 100'000));
  const auto end = std::chrono::steady_clock::now() + testing::patience;
  char byte;
  while (provider.recorder.closed() == 0 && std::chrono::steady_clock::now() < end) {
    static_cast<void>(::recv(client.socket(), &byte, 1, MSG_DONTWAIT));
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  EXPECT_EQ(provider.recorder.closed(), 1);
}

// The server waits for a client that it has sent away to hang up, though not while that one goes on talking, and
// serves its neighbours on the same thread meanwhile.
TEST(HostileClient, CannotStayByTalkingOn) {
  Provider provider({.threads = 1});
  Client client(provider.endpoint());
  client.reply();
  std::thread neighbour([&] { expect_service(provider); });
  const std::string rubbish = many("WHAT?\r\n", 10'000);
  const auto end = std::chrono::steady_clock::now() + testing::patience;
  while (client.send(rubbish) && std::chrono::steady_clock::now() < end) continue;
  EXPECT_LT(std::chrono::steady_clock::now(), end);
  neighbour.join();
}

TEST(HostileClient, CannotStarveItsNeighbours) {
  Provider provider({.threads = 1});
  Client client(provider.endpoint());
  client.send(to_data);
  while (!client.reply().starts_with("354")) continue;
  std::atomic<bool> enough = false;
  std::thread flood([&] {
    const std::string line(1 << 20, 'x');
    while (!enough && client.send(line)) continue;
  });
  for (int i = 0; i < 3; ++i) expect_service(provider);
  enough = true;
  flood.join();
}

// A client that has nothing more to say may still want to hear (RFC 9293 §3.6: half-closed).
TEST(HostileClient, HearsTheRepliesThoughItHasStoppedSending) {
  Provider provider;
  Client client(provider.endpoint());
  client.send(std::string(to_data) + "x\r\n.\r\nNOO");
  ::shutdown(client.socket(), SHUT_WR);
  EXPECT_THAT(client.rest(), HasSubstr("\r\n354 "));
  ASSERT_TRUE(provider.recorder.wait_until_closed(1));
  ASSERT_EQ(provider.recorder.observations().size(), 1u);
  EXPECT_EQ(provider.recorder.observations()[0].message_bytes, 3u);
}

// Open, and nothing more; some in the middle of something.
TEST(HostileClient, ManyOfThemThatSayNothingAreAllLeftInTime) {
  Provider provider({.speed_permille = fast / 2});
  std::vector<Client> clients;
  for (int i = 0; i < 300; ++i) {
    clients.emplace_back(provider.endpoint());
    if (i % 3 == 1) clients.back().send("EHLO shop.exa");
    if (i % 3 == 2) clients.back().send(std::string(to_data) + "Subject: not yet");
  }
  EXPECT_TRUE(provider.recorder.wait_until_closed(300));
  for (Client& client : clients) EXPECT_THAT(client.rest(), HasSubstr("421 4.4.2 "));
  expect_nothing_stored(provider);
}

}  // namespace
}  // namespace mailrig::net
