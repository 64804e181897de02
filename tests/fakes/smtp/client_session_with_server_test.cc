// Both engines against each other in memory, with segments of every size.
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "fakes/smtp/client_session.h"
#include "fakes/smtp/server_session.h"

namespace mailrig::smtp {
namespace {

constexpr Instant now{std::chrono::hours(1)};

struct Received {
  std::string from;
  std::vector<std::string> to;
  std::string content;
  bool operator==(const Received&) const = default;
};

struct Case {
  std::size_t segment;  // bytes per delivery
  bool pipelining;
  bool tls;
};

class ClientAndServer : public testing::TestWithParam<Case> {
 protected:
  ClientAndServer() : client_(client_config(GetParam())), server_(server_config(GetParam())) {
    server_.start(now);
    client_.start(now);
  }

  static ClientConfig client_config(const Case& c) {
    return {
        .helo = "client.example", .pipelining = c.pipelining, .tls = c.tls ? TlsPolicy::required : TlsPolicy::never};
  }

  static ServerConfig server_config(const Case& c) {
    ServerConfig config;
    config.host_name = "mx.example";
    config.extensions = {"PIPELINING", "SIZE 50000000", "8BITMIME", "SMTPUTF8", "STARTTLS"};
    config.starttls = c.tls;
    config.errors_max = 0;
    return config;
  }

  // Runs until neither side has anything left to do.
  void run() {
    while (serve() || order() || carry()) {
    }
  }

  bool serve() {
    auto event = server_.next_event();
    if (!event) return false;
    switch (event->kind) {
      case ServerEvent::Kind::mail:
        open_ = {.from = event->argument, .to = {}, .content = {}};
        break;
      case ServerEvent::Kind::rcpt:
        if (event->argument.starts_with("bad")) {
          server_.answer(now, {.reply = {.code = 550, .text = "5.1.1 no"}});
          return true;
        }
        open_.to.push_back(event->argument);
        break;
      case ServerEvent::Kind::message:
        open_.content = event->content;
        received_.push_back(open_);
        break;
      case ServerEvent::Kind::start_tls:
        server_in_tls_ = true;
        break;
      case ServerEvent::Kind::closed:
        close_reason_ = event->reason;
        break;
      default:
        break;
    }
    if (event->wants_answer()) {
      const bool first = event->kind == ServerEvent::Kind::connected;
      server_.answer(now, {.reply = {.code = static_cast<std::uint16_t>(first ? 220 : 250), .text = "fine\nindeed"}});
    }
    return true;
  }

  bool order() {
    auto event = client_.next_event();
    if (!event) return false;
    switch (event->kind) {
      case ClientEvent::Kind::start_tls:
        // The handshake: nothing is on its way by now.
        EXPECT_TRUE(server_in_tls_);
        server_.tls_started(now);
        client_.tls_started(now);
        return true;
      case ClientEvent::Kind::transaction_done:
        results_.push_back(event->result);
        break;
      case ClientEvent::Kind::closed:
        EXPECT_EQ(event->failure.stage, Stage::quit);
        return true;
      case ClientEvent::Kind::ready:
        break;
    }
    if (next_ < outgoing_.size()) {
      client_.send(now, outgoing_[next_++]);
    } else {
      client_.quit(now);
    }
    return true;
  }

  bool carry() {
    const std::string up(client_.output().substr(0, GetParam().segment));
    client_.consume(up.size());
    if (!up.empty()) server_.receive(now, up);
    const std::string down(server_.output().substr(0, GetParam().segment));
    server_.consume(down.size());
    if (!down.empty()) client_.receive(now, down);
    return !up.empty() || !down.empty();
  }

  ClientSession client_;
  ServerSession server_;
  bool server_in_tls_ = false;
  std::vector<OutgoingMessage> outgoing_;
  std::size_t next_ = 0;
  std::vector<TransactionResult> results_;
  Received open_;
  std::vector<Received> received_;
  std::optional<ServerEvent::CloseReason> close_reason_;
};

TEST_P(ClientAndServer, MessagesArriveAsTheyWere) {
  const std::string dots = ".\r\n..\r\n.a\r\n\r\nb\r\n.\r\n";
  std::string large;
  for (int i = 0; large.size() < 150'000; ++i) large += (i % 3 == 0 ? ".line " : "line ") + std::to_string(i) + "\r\n";
  outgoing_ = {
      {.mail_from = "", .recipients = {"one@d.example"}, .content = dots},
      {.mail_from = "a@b.example", .recipients = {"bad@d.example"}, .content = "nobody wants it\r\n"},
      {.mail_from = "a@b.example", .recipients = {"bad@d.example", "two@d.example"}, .content = large},
      {.mail_from = "jörg@b.example", .recipients = {"three@d.example"}, .content = "", .smtputf8 = true},
  };
  run();
  EXPECT_EQ(received_, (std::vector<Received>{{.from = "", .to = {"one@d.example"}, .content = dots},
                                              {.from = "a@b.example", .to = {"two@d.example"}, .content = large},
                                              {.from = "jörg@b.example", .to = {"three@d.example"}, .content = ""}}));
  ASSERT_EQ(results_.size(), 4u);
  EXPECT_EQ(results_[0].recipients[0].kind, RecipientResult::Kind::delivered);
  EXPECT_EQ(results_[1].recipients[0].kind, RecipientResult::Kind::failed);
  EXPECT_EQ(results_[2].recipients[0].kind, RecipientResult::Kind::failed);
  EXPECT_EQ(results_[2].recipients[1].kind, RecipientResult::Kind::delivered);
  EXPECT_EQ(results_[3].recipients[0].kind, RecipientResult::Kind::delivered);
  // Not one of the client's commands was an error (errors_max is 0).
  EXPECT_EQ(close_reason_, ServerEvent::CloseReason::quit);
  EXPECT_TRUE(client_.finished());
  EXPECT_TRUE(server_.finished());
}

TEST_P(ClientAndServer, ThousandsOfRecipientsDoNotLockUp) {
  OutgoingMessage message{.mail_from = "a@b.example", .recipients = {}, .content = "x\r\n"};
  for (int i = 0; i < 2'000; ++i) message.recipients.push_back("user" + std::to_string(i) + "@d.example");
  outgoing_ = {message};
  run();
  ASSERT_EQ(results_.size(), 1u);
  int delivered = 0;
  for (const auto& r : results_[0].recipients) delivered += r.kind == RecipientResult::Kind::delivered ? 1 : 0;
  EXPECT_EQ(delivered, 1'000) << "recipients_max";
  EXPECT_EQ(results_[0].recipients.back().reply->code, 452);
  EXPECT_EQ(results_[0].recipients.back().kind, RecipientResult::Kind::deferred);
}

INSTANTIATE_TEST_SUITE_P(Segments, ClientAndServer,
                         testing::Values(Case{1, true, false}, Case{1, false, true}, Case{7, true, true},
                                         Case{1'460, true, false}, Case{1'460, false, false},
                                         Case{1 << 20, true, true}),
                         [](const auto& param_info) {
                           const Case& c = param_info.param;
                           return std::to_string(c.segment) + (c.pipelining ? "_pipelining" : "_lock_step") +
                                  (c.tls ? "_tls" : "");
                         });

}  // namespace
}  // namespace mailrig::smtp
