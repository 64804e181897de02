#include "fakes/net/smtp_server.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <unistd.h>

#include "tests/fakes/net/provider_fixture.h"

namespace mailrig::net {
namespace {

using testing::Client;
using ::testing::HasSubstr;
using testing::Provider;
using ::testing::StartsWith;

// Ports that are closed and opened again must not be taken by a neighbour meanwhile, so each test process has a
// loopback address of its own.
std::string own_address() {
  const int id = ::getpid();
  return fmt::format("127.77.{}.{}", id / 250 % 250, 1 + id % 250);
}

TEST(SmtpServer, SaysWhichPortIsTakenAndWhatToDo) {
  Provider provider;
  const auto taken = provider.endpoint();
  const auto second =
      SmtpServer::open(provider.pool, provider.locked, provider.addresses, {.listeners = {{"mx2", taken, nullptr}}});
  ASSERT_FALSE(second);
  EXPECT_THAT(second.error().message,
              StartsWith(fmt::format("cannot listen on 127.0.0.1:{}: Address already in use", taken.port())));
  EXPECT_THAT(second.error().message, HasSubstr("choose another port"));
}

TEST(SmtpServer, TakesAllOfItsAddressesOrNone) {
  Provider provider;
  const boost::asio::ip::tcp::endpoint free_one(boost::asio::ip::make_address("127.0.0.1"), 0);
  const auto second =
      SmtpServer::open(provider.pool, provider.locked, provider.addresses,
                       {.listeners = {{"mx1", free_one, nullptr}, {"mx2", provider.endpoint(), nullptr}}});
  EXPECT_FALSE(second);
}

TEST(SmtpServer, ServesEachHostUnderItsName) {
  Provider provider;
  const boost::asio::ip::tcp::endpoint any_port(boost::asio::ip::make_address("127.0.0.1"), 0);
  const auto second = SmtpServer::open(
      provider.pool, provider.locked, provider.addresses,
      {.listeners = {{"mx1.test.example", any_port, nullptr}, {"mx2.test.example", any_port, nullptr}}});
  ASSERT_TRUE(second);
  EXPECT_EQ(Client((*second)->endpoints().at(0)).reply(), "220 mx1.test.example ESMTP\r\n");
  EXPECT_EQ(Client((*second)->endpoints().at(1)).reply(), "220 mx2.test.example ESMTP\r\n");
}

TEST(SmtpServer, RefusesNewConnectionsWhileDown) {
  Provider provider({.address = own_address()});
  const auto endpoint = provider.endpoint();
  Client early(endpoint);
  early.reply();
  ASSERT_TRUE(provider.server->set_listening(false));
  EXPECT_FALSE(Client(endpoint).connected());
  EXPECT_THAT(early.ask("NOOP\r\n"), StartsWith("250 "));
  ASSERT_TRUE(provider.server->set_listening(true));
  EXPECT_EQ(provider.endpoint(), endpoint);
  EXPECT_THAT(Client(endpoint).reply(), StartsWith("220 "));
}

TEST(SmtpServer, HangsUpOnMoreConnectionsThanItTakes) {
  Provider provider({.connections_max = 2});
  Client first(provider.endpoint());
  Client second(provider.endpoint());
  first.reply();
  second.reply();
  EXPECT_EQ(Client(provider.endpoint()).rest(), "");
  EXPECT_THAT(first.ask("NOOP\r\n"), StartsWith("250 "));
  EXPECT_EQ(provider.recorder.opened(), 2);
}

TEST(SmtpServer, StopEndsEveryConnectionAndTellsTheReceiver) {
  const auto authority = CertificateAuthority::create();
  ASSERT_TRUE(authority);
  Provider provider({.tls = *authority->server_context("mx.test.example"), .address = own_address()});
  Client greeted(provider.endpoint());
  Client inside_data(provider.endpoint());
  Client handshaking(provider.endpoint());
  Client waiting(provider.endpoint());
  for (Client* client : {&greeted, &inside_data, &handshaking, &waiting}) {
    client->reply();
    client->ask("EHLO shop.example\r\n");
    client->ask("MAIL FROM:<a@shop.example>\r\n");
  }
  inside_data.ask("RCPT TO:<b@any.example>\r\n");
  inside_data.ask("DATA\r\n");
  handshaking.ask("RSET\r\n");
  handshaking.ask("STARTTLS\r\n");
  EXPECT_THAT(waiting.ask("NOOP\r\nRCPT TO:<b+slow1h@any.example>\r\n"), StartsWith("250 "));

  provider.server->stop();
  EXPECT_EQ(provider.server->open_connections(), 0u);
  EXPECT_EQ(provider.recorder.opened(), 4);
  EXPECT_EQ(provider.recorder.closed(), 4);
  for (Client* client : {&greeted, &inside_data, &handshaking, &waiting}) EXPECT_EQ(client->rest(), "");
  EXPECT_FALSE(Client(provider.endpoint()).connected());
}

}  // namespace
}  // namespace mailrig::net
