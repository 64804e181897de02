#include "sim/live/smtp_connection.h"

#include <gmock/gmock.h>

#include <atomic>
#include <boost/asio/post.hpp>
#include <future>

#include "tests/fakes/net/provider_fixture.h"

namespace mailrig::live {
namespace {

using net::testing::patience;
using net::testing::Provider;
using policy::TlsVersion;
using Kind = smtp::RecipientResult::Kind;
using ::testing::StartsWith;

const auto content = std::make_shared<const std::string>("Subject: hello\r\n\r\nhi\r\n.dotted\r\n");

smtp::OutgoingMessage to(std::vector<std::string> recipients) {
  return {.mail_from = "a@shop.example", .recipients = std::move(recipients)};
}

// What became of one connection, told by its callbacks.
struct Outcome {
  std::vector<smtp::TransactionResult> transactions;
  smtp::SessionFailure failure;
  bool was_ready = false;
  std::uint64_t key = 0;
  TlsVersion tls = TlsVersion::none;
};

// Opens a connection, sends each message in turn, then says QUIT. Fails the test when on_closed does not come.
class Conversation {
 public:
  Conversation(Provider& provider, SmtpConnection::Options options, std::vector<smtp::OutgoingMessage> messages)
      : messages_(std::move(messages)) {
    options.client.helo = "shop.example";
    connection_ = std::make_shared<SmtpConnection>(
        provider.pool.next(), provider.clock, std::move(options),
        SmtpConnection::Handlers{.on_ready =
                                     [this] {
                                       outcome_.key = connection_->session_key();
                                       outcome_.tls = connection_->tls_version();
                                       go_on();
                                     },
                                 .on_transaction_done =
                                     [this](smtp::TransactionResult result) {
                                       const bool usable = result.connection_usable;
                                       outcome_.transactions.push_back(std::move(result));
                                       if (usable) go_on();
                                     },
                                 .on_closed =
                                     [this](smtp::SessionFailure failure, bool was_ready) {
                                       outcome_.failure = std::move(failure);
                                       outcome_.was_ready = was_ready;
                                       closed_.set_value();  // throws when called twice
                                     }});
    connection_->start();
  }

  Outcome outcome() {
    EXPECT_EQ(closed_.get_future().wait_for(patience), std::future_status::ready);
    return outcome_;
  }

 private:
  void go_on() {
    if (next_ < messages_.size()) {
      connection_->send(messages_[next_++], content);
    } else {
      connection_->quit();
    }
  }

  std::vector<smtp::OutgoingMessage> messages_;
  std::size_t next_ = 0;
  Outcome outcome_;
  std::promise<void> closed_;
  std::shared_ptr<SmtpConnection> connection_;
};

TEST(LiveSmtpConnection, DeliversOverOneConnection) {
  Provider provider;
  const Outcome outcome = Conversation(provider, {.remote = provider.endpoint(), .client = {}},
                                       {to({"b@any.example", "c@any.example"}), to({"d@any.example"})})
                              .outcome();
  EXPECT_TRUE(outcome.was_ready);
  EXPECT_EQ(outcome.failure.stage, smtp::Stage::quit);
  ASSERT_EQ(outcome.transactions.size(), 2u);
  ASSERT_EQ(outcome.transactions[0].recipients.size(), 2u);
  for (const auto& transaction : outcome.transactions) {
    for (const auto& recipient : transaction.recipients) EXPECT_EQ(recipient.kind, Kind::delivered);
  }
  const auto seen = provider.recorder.observations();
  ASSERT_EQ(seen.size(), 3u);
  EXPECT_EQ(seen[0].message_bytes, content->size());
  EXPECT_EQ(seen[2].recipient, "d@any.example");
}

TEST(LiveSmtpConnection, BothEndsComputeTheSameKey) {
  Provider provider;
  const Outcome outcome =
      Conversation(
          provider,
          {.remote = provider.endpoint(), .source = boost::asio::ip::make_address("127.18.2.10"), .client = {}},
          {to({"b@any.example"})})
          .outcome();
  const auto seen = provider.recorder.observations();
  ASSERT_EQ(seen.size(), 1u);
  EXPECT_EQ(seen[0].key, outcome.key);
  EXPECT_EQ(outcome.key >> 16, 0x7f12020au);
  EXPECT_EQ(seen[0].client_ip.to_string(), "198.18.2.10");
}

// RFC 3207.
TEST(LiveSmtpConnection, EncryptsWhereItCan) {
  const auto authority = net::CertificateAuthority::create();
  Provider provider({.tls = *authority->server_context("mx.test.example")});
  const Outcome outcome = Conversation(provider,
                                       {.remote = provider.endpoint(),
                                        .host = "mx.test.example",
                                        .client = {.tls = smtp::TlsPolicy::required},
                                        .tls = *net::verifying_client_context(authority->certificate_pem())},
                                       {to({"b@any.example"}), to({"c@any.example"})})
                              .outcome();
  EXPECT_EQ(outcome.tls, TlsVersion::tls1_3);
  ASSERT_EQ(outcome.transactions.size(), 2u);
  const auto seen = provider.recorder.observations();
  ASSERT_EQ(seen.size(), 2u);
  EXPECT_EQ(seen[1].tls, TlsVersion::tls1_3);
}

TEST(LiveSmtpConnection, ADistrustedServerEndsItAtTheTlsStage) {
  const auto authority = net::CertificateAuthority::create();
  const auto other = net::CertificateAuthority::create();
  Provider provider({.tls = *authority->server_context("mx.test.example")});
  const Outcome outcome = Conversation(provider,
                                       {.remote = provider.endpoint(),
                                        .host = "mx.test.example",
                                        .client = {.tls = smtp::TlsPolicy::required},
                                        .tls = *net::verifying_client_context(other->certificate_pem())},
                                       {to({"b@any.example"})})
                              .outcome();
  EXPECT_FALSE(outcome.was_ready);
  EXPECT_EQ(outcome.failure.stage, smtp::Stage::tls);
  EXPECT_TRUE(provider.recorder.observations().empty());
}

TEST(LiveSmtpConnection, ACutBeforeTheReplyDefers) {
  Provider provider;
  const Outcome outcome =
      Conversation(provider, {.remote = provider.endpoint(), .client = {}}, {to({"b+drop@any.example"})}).outcome();
  ASSERT_EQ(outcome.transactions.size(), 1u);
  EXPECT_FALSE(outcome.transactions[0].connection_usable);
  EXPECT_EQ(outcome.transactions[0].recipients.at(0).kind, Kind::deferred);
  EXPECT_EQ(outcome.transactions[0].recipients.at(0).reply, std::nullopt);
  EXPECT_TRUE(outcome.was_ready);
}

TEST(LiveSmtpConnection, RefusedConnectionsFailAtConnect) {
  Provider provider;
  const auto endpoint = provider.endpoint();
  ASSERT_TRUE(provider.server->set_listening(false));
  const Outcome outcome = Conversation(provider, {.remote = endpoint, .client = {}}, {}).outcome();
  EXPECT_EQ(outcome.failure.stage, smtp::Stage::connect);
  EXPECT_FALSE(outcome.failure.timed_out);
  EXPECT_FALSE(outcome.was_ready);
}

TEST(LiveSmtpConnection, ASourceThatIsNotOursFailsAtConnect) {
  Provider provider;
  const Outcome outcome =
      Conversation(provider,
                   {.remote = provider.endpoint(), .source = boost::asio::ip::make_address("192.0.2.1"), .client = {}},
                   {})
          .outcome();
  EXPECT_EQ(outcome.failure.stage, smtp::Stage::connect);
}

// RFC 5321 §4.5.3.2.3: five minutes for the reply to RCPT.
TEST(LiveSmtpConnection, LosesPatienceWithASilentServer) {
  Provider provider({.speed_permille = 600'000});
  const Outcome outcome =
      Conversation(provider, {.remote = provider.endpoint(), .client = {}}, {to({"b+slow1h@any.example"})}).outcome();
  ASSERT_EQ(outcome.transactions.size(), 1u);
  EXPECT_EQ(outcome.transactions[0].recipients.at(0).kind, Kind::deferred);
  EXPECT_EQ(outcome.transactions[0].recipients.at(0).reply, std::nullopt);
  EXPECT_TRUE(outcome.failure.timed_out);
}

// RFC 1870 §6.1: a message larger than the SIZE offered need not be tried. Nothing is sent, so nothing is read either.
TEST(LiveSmtpConnection, ReportsMessagesThatTheServerCannotTake) {
  Provider provider({.profile = "postgrey-site"});
  const auto huge =
      std::make_shared<const std::string>("Subject: huge\r\n\r\n" + std::string(11'000'000, 'x') + "\r\n");
  std::promise<smtp::TransactionResult> done;
  std::promise<void> ready;
  std::promise<void> closed;
  net::Worker& worker = provider.pool.next();
  const auto connection = std::make_shared<SmtpConnection>(
      worker, provider.clock,
      SmtpConnection::Options{.remote = provider.endpoint(), .client = {.helo = "shop.example"}},
      SmtpConnection::Handlers{
          .on_ready = [&] { ready.set_value(); },
          .on_transaction_done = [&](smtp::TransactionResult result) { done.set_value(std::move(result)); },
          .on_closed = [&](const smtp::SessionFailure&, bool) { closed.set_value(); }});
  connection->start();
  ASSERT_EQ(ready.get_future().wait_for(patience), std::future_status::ready);
  boost::asio::post(worker.io, [&] { connection->send(to({"b@small.example"}), huge); });
  auto result = done.get_future();
  ASSERT_EQ(result.wait_for(patience), std::future_status::ready);
  EXPECT_EQ(result.get().recipients.at(0).kind, Kind::failed);
  boost::asio::post(worker.io, [&] { connection->quit(); });
  EXPECT_EQ(closed.get_future().wait_for(patience), std::future_status::ready);
}

TEST(LiveSmtpConnection, AbortDefersWhatIsUnderWay) {
  Provider provider;
  std::promise<void> closed;
  smtp::TransactionResult result;
  std::shared_ptr<SmtpConnection> connection;
  connection = std::make_shared<SmtpConnection>(
      provider.pool.next(), provider.clock,
      SmtpConnection::Options{.remote = provider.endpoint(), .client = {.helo = "shop.example"}},
      SmtpConnection::Handlers{.on_ready =
                                   [&] {
                                     connection->send(to({"b@any.example"}), content);
                                     connection->abort();
                                   },
                               .on_transaction_done = [&](smtp::TransactionResult told) { result = std::move(told); },
                               .on_closed = [&](const smtp::SessionFailure&, bool) { closed.set_value(); }});
  connection->start();
  ASSERT_EQ(closed.get_future().wait_for(patience), std::future_status::ready);
  ASSERT_EQ(result.recipients.size(), 1u);
  EXPECT_EQ(result.recipients[0].kind, Kind::deferred);
  EXPECT_FALSE(result.connection_usable);
}

TEST(LiveSmtpConnection, TwoHundredAtOnce) {
  Provider provider;
  std::vector<std::unique_ptr<Conversation>> conversations;
  for (int i = 0; i < 200; ++i) {
    conversations.push_back(
        std::make_unique<Conversation>(provider, SmtpConnection::Options{.remote = provider.endpoint(), .client = {}},
                                       std::vector{to({"b@any.example"}), to({"c@any.example"})}));
  }
  for (auto& conversation : conversations) EXPECT_EQ(conversation->outcome().transactions.size(), 2u);
  EXPECT_EQ(provider.recorder.observations().size(), 400u);
  EXPECT_EQ(provider.recorder.closed(), 200);
}

}  // namespace
}  // namespace mailrig::live
