#include "fakes/net/smtp_connection.h"

#include <gmock/gmock.h>

#include <thread>

#include "tests/fakes/net/provider_fixture.h"
#include "tests/fakes/net/tls_client.h"

namespace mailrig::net {
namespace {

using policy::Event;
using policy::Phase;
using policy::TlsVersion;
using testing::Client;
using ::testing::HasSubstr;
using testing::Provider;
using testing::server_tls;
using ::testing::StartsWith;
using testing::TlsOverSocket;

constexpr std::string_view envelope = "MAIL FROM:<a@shop.example>\r\nRCPT TO:<b@any.example>\r\nDATA\r\n";
constexpr std::string_view message = "Subject: hello\r\n\r\nhi\r\n";

TEST(SmtpConnection, TakesAMessage) {
  Provider provider;
  Client client(provider.endpoint());
  EXPECT_EQ(client.reply(), "220 mx.test.example ESMTP\r\n");
  EXPECT_THAT(client.ask("EHLO shop.example\r\n"), StartsWith("250-mx.test.example\r\n"));
  EXPECT_THAT(client.ask("MAIL FROM:<a@shop.example>\r\n"), StartsWith("250 "));
  EXPECT_THAT(client.ask("RCPT TO:<b@any.example>\r\n"), StartsWith("250 "));
  EXPECT_THAT(client.ask("DATA\r\n"), StartsWith("354 "));
  EXPECT_THAT(client.ask(std::string(message) + ".\r\n"), StartsWith("250 "));
  EXPECT_THAT(client.ask("QUIT\r\n"), StartsWith("221 "));
  EXPECT_EQ(client.rest(), "");

  const auto seen = provider.recorder.observations();
  ASSERT_EQ(seen.size(), 1u);
  EXPECT_EQ(seen[0].recipient, "b@any.example");
  EXPECT_EQ(seen[0].mx_host, "mx.test.example");
  EXPECT_EQ(seen[0].message_bytes, message.size());
  EXPECT_EQ(seen[0].tls, TlsVersion::none);
  // The receiver hears of the end before the client reads 221, so that a client who comes again is not counted twice.
  EXPECT_EQ(provider.recorder.closed(), 1);
}

TEST(SmtpConnection, KnowsTheClientByItsWorldAddress) {
  Provider provider;
  Client client(provider.endpoint(), "127.18.2.10");
  client.reply();
  client.ask("HELO shop.example\r\n");
  client.send(std::string(envelope) + std::string(message) + ".\r\nQUIT\r\n");
  client.rest();
  const auto seen = provider.recorder.observations();
  ASSERT_EQ(seen.size(), 1u);
  EXPECT_EQ(seen[0].client_ip.to_string(), "198.18.2.10");
  EXPECT_EQ(seen[0].key, ((0x7f12020aULL) << 16) | client.port());
}

// RFC 2920 §3.1: a client may send commands without waiting; replies come in order.
TEST(SmtpConnection, AnswersAPipelinedSession) {
  Provider provider;
  Client client(provider.endpoint());
  std::string all = "EHLO shop.example\r\n";
  for (int i = 0; i < 3; ++i) all.append(envelope).append(message).append(".\r\n");
  client.reply();
  client.send(all + "QUIT\r\n");
  EXPECT_THAT(client.reply(), StartsWith("250-mx.test.example"));
  for (int i = 0; i < 3; ++i) {
    for (const char* code : {"250 2.1.0", "250 2.1.5", "354", "250 2.0.0"}) {
      EXPECT_THAT(client.reply(), StartsWith(code));
    }
  }
  EXPECT_THAT(client.reply(), StartsWith("221 "));
  EXPECT_EQ(provider.recorder.observations().size(), 3u);
}

TEST(SmtpConnection, TakesMessagesLargerThanItsBuffers) {
  Provider provider;
  Client client(provider.endpoint());
  const std::string line(98, 'x');
  std::string large;
  for (int i = 0; i < 20'000; ++i) large.append(line).append("\r\n");
  client.reply();
  client.send("EHLO shop.example\r\n" + std::string(envelope) + large + ".\r\nQUIT\r\n");
  EXPECT_THAT(client.rest(), HasSubstr("221 "));
  ASSERT_EQ(provider.recorder.observations().size(), 1u);
  EXPECT_EQ(provider.recorder.observations()[0].message_bytes, large.size());
}

TEST(SmtpConnection, ServesTwoHundredClientsAtOnce) {
  Provider provider;
  std::vector<Client> clients;
  for (int i = 0; i < 200; ++i) clients.emplace_back(provider.endpoint());
  for (Client& client : clients) EXPECT_THAT(client.reply(), StartsWith("220 "));
  EXPECT_EQ(provider.server->open_connections(), 200u);
  for (Client& client : clients) client.send("EHLO shop.example\r\n" + std::string(envelope));
  for (Client& client : clients) client.send(std::string(message) + ".\r\nQUIT\r\n");
  for (Client& client : clients) EXPECT_THAT(client.rest(), HasSubstr("221 "));
  EXPECT_EQ(provider.recorder.observations().size(), 200u);
  EXPECT_EQ(provider.recorder.closed(), 200);
}

// RFC 5321 §4.5.3.2.7: a server should wait five minutes for the next command; §3.8 lets it close with 421 then.
TEST(SmtpConnection, EndsIdleSessionsWith421) {
  Provider provider({.speed_permille = 600'000});
  Client client(provider.endpoint());
  client.reply();
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_THAT(client.rest(), StartsWith("421 4.4.2 "));
  EXPECT_GE(std::chrono::steady_clock::now() - begin, std::chrono::milliseconds(450));  // 300 s at 600 ×
  EXPECT_EQ(provider.recorder.closed(), 1);
}

TEST(SmtpConnection, BytesWithoutACommandEarnNoTime) {
  Provider provider({.speed_permille = 600'000});
  Client client(provider.endpoint());
  client.reply();
  const auto end = std::chrono::steady_clock::now() + testing::patience;
  while (!client.can_read() && client.send("X") && std::chrono::steady_clock::now() < end) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  EXPECT_THAT(client.rest(), StartsWith("421 4.4.2 "));
}

TEST(SmtpConnection, ResetInTheMiddleOfDataIsToldOnce) {
  Provider provider;
  Client client(provider.endpoint());
  client.reply();
  client.ask("EHLO shop.example\r\n");
  client.send(std::string(envelope));
  while (!client.reply().starts_with("354")) continue;
  client.send("Subject: never");
  client.reset();
  ASSERT_TRUE(provider.recorder.wait_until_closed(1));
  provider.server->stop();
  EXPECT_EQ(provider.recorder.closed(), 1);
  ASSERT_EQ(provider.recorder.observations().size(), 1u);
  EXPECT_EQ(provider.recorder.observations()[0].event, Event::timeout);
  EXPECT_EQ(provider.recorder.observations()[0].phase, Phase::data);
}

TEST(SmtpConnection, CommandedDropCutsWithoutAReply) {
  Provider provider({.profile = "sink"});
  Client client(provider.endpoint());
  client.reply();
  client.ask("EHLO shop.example\r\n");
  client.ask("MAIL FROM:<a@shop.example>\r\n");
  client.ask("RCPT TO:<b+drop@any.example>\r\n");
  EXPECT_THAT(client.ask("DATA\r\n"), StartsWith("354 "));
  client.send(std::string(message) + ".\r\n");
  EXPECT_EQ(client.rest(), "");
}

TEST(SmtpConnection, ASlowReplyHoldsUpNobodyElse) {
  Provider provider({.speed_permille = 10'000, .threads = 1});
  Client slow(provider.endpoint());
  Client other(provider.endpoint());
  slow.reply();
  slow.ask("EHLO shop.example\r\n");
  // The reply to MAIL comes at once although it was pipelined with the slow RCPT.
  EXPECT_THAT(slow.ask("MAIL FROM:<a@shop.example>\r\nRCPT TO:<b+slow10s@any.example>\r\n"), StartsWith("250 2.1.0"));
  const auto begin = std::chrono::steady_clock::now();
  other.reply();
  other.send("EHLO shop.example\r\n" + std::string(envelope) + std::string(message) + ".\r\nQUIT\r\n");
  EXPECT_THAT(other.rest(), HasSubstr("221 "));
  EXPECT_THAT(slow.reply(), StartsWith("250 2.1.5"));
  EXPECT_GE(std::chrono::steady_clock::now() - begin, std::chrono::milliseconds(900));
  EXPECT_EQ(provider.recorder.observations().size(), 1u);
}

// A server that closes a socket with unread input resets the connection, which can destroy the reply on its way.
TEST(SmtpConnection, ItsLastWordsArriveThoughTheClientKeepsTalking) {
  Provider provider;
  Client client(provider.endpoint());
  client.reply();
  std::string rubbish;
  for (int i = 0; i < 2000; ++i) rubbish.append("WHAT?\r\n");
  client.send(rubbish);
  EXPECT_THAT(client.rest(), HasSubstr("\r\n421 4.7.0 "));
}

TEST(SmtpConnection, OffersStarttlsOnlyWithAContext) {
  Provider plain;
  Provider secure({.tls = server_tls()});
  for (Provider* provider : {&plain, &secure}) {
    Client client(provider->endpoint());
    client.reply();
    EXPECT_EQ(client.ask("EHLO shop.example\r\n").find("STARTTLS") != std::string::npos, provider == &secure);
  }
}

class SmtpConnectionTls : public ::testing::TestWithParam<TlsVersion> {};

// RFC 3207 §4: after the 220 the handshake, then a new EHLO.
TEST_P(SmtpConnectionTls, TakesAMessageAndRecordsTheVersion) {
  Provider provider({.tls = server_tls({GetParam(), GetParam()})});
  Client client(provider.endpoint());
  client.reply();
  client.ask("EHLO shop.example\r\n");
  EXPECT_THAT(client.ask("STARTTLS\r\n"), StartsWith("220 "));
  TlsOverSocket tls(*client_context(), client.socket());
  ASSERT_TRUE(tls.connected());
  EXPECT_THAT(tls.ask("EHLO shop.example\r\n"), ::testing::Not(HasSubstr("STARTTLS")));
  EXPECT_THAT(tls.ask("MAIL FROM:<a@shop.example>\r\n"), StartsWith("250 "));
  EXPECT_THAT(tls.ask("RCPT TO:<b@any.example>\r\n"), StartsWith("250 "));
  EXPECT_THAT(tls.ask("DATA\r\n"), StartsWith("354 "));
  const std::string large = "Subject: large\r\n\r\n" + std::string(100'000, 'x') + "\r\n";
  EXPECT_THAT(tls.ask(large + ".\r\n"), StartsWith("250 "));
  EXPECT_THAT(tls.ask("QUIT\r\n"), StartsWith("221 "));
  EXPECT_TRUE(tls.ended_properly());

  const auto seen = provider.recorder.observations();
  ASSERT_EQ(seen.size(), 1u);
  EXPECT_EQ(seen[0].tls, GetParam());
  EXPECT_EQ(seen[0].message_bytes, large.size());
}

INSTANTIATE_TEST_SUITE_P(Versions, SmtpConnectionTls,
                         ::testing::Values(TlsVersion::tls1_0, TlsVersion::tls1_1, TlsVersion::tls1_2,
                                           TlsVersion::tls1_3));

TEST(SmtpConnection, AFailedHandshakeEndsTheSession) {
  Provider provider({.tls = server_tls()});
  Client client(provider.endpoint());
  client.reply();
  client.ask("EHLO shop.example\r\n");
  client.ask("STARTTLS\r\n");
  client.send("this is no handshake, and long enough to be seen as none\r\n");
  client.rest();
  EXPECT_TRUE(provider.recorder.wait_until_closed(1));
}

TEST(SmtpConnection, TimesOutInsideTlsToo) {
  Provider provider({.speed_permille = 600'000, .tls = server_tls()});
  Client client(provider.endpoint());
  client.reply();
  client.ask("EHLO shop.example\r\n");
  client.ask("STARTTLS\r\n");
  TlsOverSocket tls(*client_context(), client.socket());
  ASSERT_TRUE(tls.connected());
  EXPECT_THAT(tls.ask("EHLO shop.example"), StartsWith("421 4.4.2 "));  // an unfinished line
}

}  // namespace
}  // namespace mailrig::net
