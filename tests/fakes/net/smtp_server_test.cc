#include "fakes/net/smtp_server.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <unistd.h>

#include "tests/fakes/net/tls_client.h"

namespace mailrig::net {
namespace {

using testing::Client;
using ::testing::HasSubstr;
using ::testing::Not;
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

// The serial number of the certificate that a new connection is shown; nothing when there is no handshake.
std::string serial_shown(Client& client, const TlsContext& context) {
  const testing::TlsOverSocket tls(context, client.socket());
  X509* const certificate = tls.connected() ? SSL_get1_peer_certificate(tls.native()) : nullptr;
  if (certificate == nullptr) return {};
  const ASN1_INTEGER* const number = X509_get0_serialNumber(certificate);
  std::string serial(reinterpret_cast<const char*>(number->data), static_cast<std::size_t>(number->length));
  X509_free(certificate);
  return serial;
}

Client ready_for_tls(const Provider& provider) {
  Client client(provider.endpoint());
  client.reply();
  client.ask("EHLO shop.example\r\n");
  EXPECT_THAT(client.ask("STARTTLS\r\n"), StartsWith("220 "));
  return client;
}

TEST(SmtpServer, NewCertificatesAreForNewConnections) {
  const auto authority = CertificateAuthority::create();
  ASSERT_TRUE(authority);
  Provider provider({.tls = *authority->server_context("mx.test.example"), .address = own_address()});
  const TlsContext context = *client_context();
  Client inside = ready_for_tls(provider);
  testing::TlsOverSocket session(context, inside.socket());
  ASSERT_TRUE(session.connected());
  Client accepted_before = ready_for_tls(provider);
  Client another = ready_for_tls(provider);
  const std::string before = serial_shown(another, context);

  provider.server->set_tls({*authority->server_context("mx.test.example")});
  EXPECT_THAT(session.ask("NOOP\r\n"), StartsWith("250 "));
  EXPECT_EQ(serial_shown(accepted_before, context), before);
  Client later = ready_for_tls(provider);
  const std::string after = serial_shown(later, context);
  EXPECT_FALSE(after.empty());
  EXPECT_NE(after, before);

  // It outlives the listener, too.
  ASSERT_TRUE(provider.server->set_listening(false));
  provider.server->set_tls({nullptr});
  ASSERT_TRUE(provider.server->set_listening(true));
  Client plain(provider.endpoint());
  plain.reply();
  EXPECT_THAT(plain.ask("EHLO shop.example\r\n"), Not(HasSubstr("STARTTLS")));
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
