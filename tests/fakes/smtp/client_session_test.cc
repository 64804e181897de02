// The client engine against a scripted server: every test shows both sides of the dialogue.
#include "fakes/smtp/client_session.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace mailrig::smtp {
namespace {

using Kind = ClientEvent::Kind;
using Outcome = RecipientResult::Kind;
using std::chrono::minutes;

constexpr Instant connected_at{std::chrono::hours(1)};

// Speaks the server's part.
class Server {
 public:
  explicit Server(ClientConfig config = {}) : session(with_name(std::move(config))) { session.start(connected_at); }

  // The server says `bytes`; returns what the client says to that.
  std::string says(std::string_view bytes) {
    session.receive(connected_at, bytes);
    return heard();
  }

  std::string heard() {
    std::string said;
    while (!session.output().empty()) {
      said += session.output();
      session.consume(session.output().size());
    }
    return said;
  }

  // Up to the first transaction, in clear text.
  void greets(const std::string& ehlo_reply) {
    ASSERT_EQ(says("220 mx.example\r\n"), "EHLO client.example\r\n");
    ASSERT_EQ(says(ehlo_reply), "");
    ASSERT_EQ(event(), Kind::ready);
  }

  std::string sends(const OutgoingMessage& message) {
    session.send(connected_at, message);
    return heard();
  }

  // The kind of the next event; its data is in `last`.
  std::optional<Kind> event() {
    auto next = session.next_event();
    if (!next) return std::nullopt;
    last = std::move(*next);
    return last.kind;
  }

  ClientSession session;
  ClientEvent last;

 private:
  static ClientConfig with_name(ClientConfig config) {
    config.helo = "client.example";
    return config;
  }
};

OutgoingMessage message_to(std::vector<std::string> recipients) {
  return {.mail_from = "a@b.example", .recipients = std::move(recipients), .content = "Subject: x\r\n\r\n.dot\r\n"};
}

const std::string plain = "250 mx.example\r\n";
const std::string pipelining = "250-mx.example\r\n250 PIPELINING\r\n";

void expect(const RecipientResult& result, Outcome kind, Stage stage, int code) {
  EXPECT_EQ(result.kind, kind);
  EXPECT_EQ(result.stage, stage);
  EXPECT_EQ(result.reply ? result.reply->code : 0, code);
}

void expect_closed(Server& server, Stage stage, int code) {
  ASSERT_EQ(server.event(), Kind::closed);
  EXPECT_EQ(server.last.failure.stage, stage);
  EXPECT_EQ(server.last.failure.reply ? server.last.failure.reply->code : 0, code);
  EXPECT_FALSE(server.event()) << "closed is the last event";
  EXPECT_TRUE(server.session.finished());
}

TEST(ClientSession, SendsInLockStepWithoutPipelining) {
  // RFC 5321 §4.1.1, one command at a time
  Server server;
  server.greets(plain);
  const auto message = message_to({"c@d.example", "e@d.example"});
  EXPECT_EQ(server.sends(message), "MAIL FROM:<a@b.example>\r\n");
  EXPECT_EQ(server.says("250 ok\r\n"), "RCPT TO:<c@d.example>\r\n");
  EXPECT_EQ(server.says("250 ok\r\n"), "RCPT TO:<e@d.example>\r\n");
  EXPECT_EQ(server.says("550 5.1.1 no\r\n"), "DATA\r\n");
  EXPECT_EQ(server.says("354 go\r\n"), "Subject: x\r\n\r\n..dot\r\n.\r\n");
  EXPECT_EQ(server.says("250 2.0.0 queued\r\n"), "");
  ASSERT_EQ(server.event(), Kind::transaction_done);
  expect(server.last.result.recipients[0], Outcome::delivered, Stage::data, 250);
  expect(server.last.result.recipients[1], Outcome::failed, Stage::rcpt, 550);
  EXPECT_TRUE(server.last.result.connection_usable);
  server.session.quit(connected_at);
  EXPECT_EQ(server.heard(), "QUIT\r\n");
  server.says("221 bye\r\n");
  expect_closed(server, Stage::quit, 221);
}

TEST(ClientSession, SendsTheEnvelopeInOneGroupWithPipelining) {
  // RFC 2920 §3.1
  Server server;
  server.greets(pipelining);
  const auto message = message_to({"c@d.example", "e@d.example"});
  EXPECT_EQ(server.sends(message),
            "MAIL FROM:<a@b.example>\r\nRCPT TO:<c@d.example>\r\nRCPT TO:<e@d.example>\r\nDATA\r\n");
  EXPECT_EQ(server.says("250 ok\r\n250 ok\r\n450 4.2.0 later\r\n354 go\r\n"), "Subject: x\r\n\r\n..dot\r\n.\r\n");
  server.says("250 2.0.0 queued\r\n");
  ASSERT_EQ(server.event(), Kind::transaction_done);
  expect(server.last.result.recipients[0], Outcome::delivered, Stage::data, 250);
  expect(server.last.result.recipients[1], Outcome::deferred, Stage::rcpt, 450);
}

TEST(ClientSession, PipelinesOnlyWhereAllowed) {
  Server server({.pipelining = false});
  server.greets(pipelining);
  const auto message = message_to({"c@d.example"});
  EXPECT_EQ(server.sends(message), "MAIL FROM:<a@b.example>\r\n");
}

TEST(ClientSession, LimitsTheCommandsInFlight) {
  // RFC 2920 §3.1: both sides must not end up waiting for the other to read.
  Server server;
  server.greets(pipelining);
  const auto message = message_to(std::vector<std::string>(1'000, "c@d.example"));
  std::string said = server.sends(message);
  int replies = 0;
  while (!said.ends_with("DATA\r\n")) {
    EXPECT_LT(said.size(), 10'000u);
    ASSERT_LT(replies, 1'001) << "DATA must follow the last RCPT";
    said = server.says("250 ok\r\n");
    ++replies;
  }
  for (; replies < 1'001; ++replies) ASSERT_EQ(server.says("250 ok\r\n"), "");
  EXPECT_EQ(server.says("354 go\r\n"), "Subject: x\r\n\r\n..dot\r\n.\r\n");
}

TEST(ClientSession, SendsALoneDotWhenNobodyIsThereFor354) {
  // RFC 2920 §3.1: where DATA is accepted though no recipient was, the client should send a single dot.
  Server server;
  server.greets(pipelining);
  const auto message = message_to({"c@d.example"});
  server.sends(message);
  EXPECT_EQ(server.says("250 ok\r\n550 no\r\n354 go\r\n"), ".\r\n");
  EXPECT_FALSE(server.event());
  server.says("554 no valid recipients\r\n");
  ASSERT_EQ(server.event(), Kind::transaction_done);
  expect(server.last.result.recipients[0], Outcome::failed, Stage::rcpt, 550);
  // The dot ended the server's transaction: no RSET is due.
  EXPECT_EQ(server.sends(message), "MAIL FROM:<a@b.example>\r\nRCPT TO:<c@d.example>\r\nDATA\r\n");
}

TEST(ClientSession, SendsALoneDotEvenBehindARefusedMail) {
  Server server;
  server.greets(pipelining);
  const auto message = message_to({"c@d.example"});
  server.sends(message);
  EXPECT_EQ(server.says("450 4.7.1 later\r\n250 ok\r\n354 go\r\n"), ".\r\n");
  server.says("250 ok\r\n");
  ASSERT_EQ(server.event(), Kind::transaction_done);
  expect(server.last.result.recipients[0], Outcome::deferred, Stage::mail, 450);
  EXPECT_FALSE(server.last.result.recipients[0].rcpt_answered);
}

TEST(ClientSession, WaitsForAllRepliesOfARefusedGroup) {
  Server server;
  server.greets(pipelining);
  const auto message = message_to({"c@d.example"});
  server.sends(message);
  server.says("550 5.7.1 no\r\n503 need MAIL\r\n");
  EXPECT_FALSE(server.event());
  server.says("503 need MAIL\r\n");
  ASSERT_EQ(server.event(), Kind::transaction_done);
  expect(server.last.result.recipients[0], Outcome::failed, Stage::mail, 550);
  EXPECT_TRUE(server.last.result.connection_usable);
  EXPECT_TRUE(server.sends(message).starts_with("MAIL FROM:")) << "nothing to reset";
}

TEST(ClientSession, ResetsBeforeTheNextWhenNoRecipientWasAccepted) {
  // RFC 5321 §3.3: the server still holds the sender; a second MAIL would be 503 (§4.1.4).
  Server server;
  server.greets(plain);
  const auto message = message_to({"c@d.example"});
  server.sends(message);
  server.says("250 ok\r\n");
  EXPECT_EQ(server.says("550 no\r\n"), "") << "no DATA";
  ASSERT_EQ(server.event(), Kind::transaction_done);
  expect(server.last.result.recipients[0], Outcome::failed, Stage::rcpt, 550);
  EXPECT_EQ(server.sends(message), "RSET\r\n");
  EXPECT_EQ(server.says("250 ok\r\n"), "MAIL FROM:<a@b.example>\r\n");
}

TEST(ClientSession, ResetsBeforeTheNextWhenDataWasRefused) {
  Server server;
  server.greets(pipelining);
  const auto message = message_to({"c@d.example"});
  server.sends(message);
  server.says("250 ok\r\n250 ok\r\n451 4.3.0 not now\r\n");
  ASSERT_EQ(server.event(), Kind::transaction_done);
  expect(server.last.result.recipients[0], Outcome::deferred, Stage::data, 451);
  EXPECT_EQ(server.sends(message), "RSET\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<c@d.example>\r\nDATA\r\n");
  EXPECT_EQ(server.says("250 ok\r\n250 ok\r\n250 ok\r\n354 go\r\n"), "Subject: x\r\n\r\n..dot\r\n.\r\n");
}

TEST(ClientSession, DeclaresWhatTheServerUnderstands) {
  // RFC 1870 §4, RFC 6152 §3, RFC 6531 §3.4
  Server all;
  all.greets("250-mx.example\r\n250-SIZE 1000\r\n250-8BITMIME\r\n250 smtputf8\r\n");
  auto message = message_to({"c@d.example"});
  message.mail_from = "jörg@b.example";
  message.smtputf8 = true;
  message.eight_bit = true;
  EXPECT_EQ(all.sends(message), "MAIL FROM:<jörg@b.example> SIZE=20 BODY=8BITMIME SMTPUTF8\r\n");

  Server none;
  none.greets(plain);
  auto eight_bit = message_to({"c@d.example"});
  eight_bit.eight_bit = true;
  EXPECT_EQ(none.sends(eight_bit), "MAIL FROM:<a@b.example>\r\n");
}

TEST(ClientSession, DoesNotTryWhatEhloRulesOut) {
  Server server;
  server.greets("250-mx.example\r\n250 SIZE 19\r\n");
  auto large = message_to({"c@d.example", "e@d.example"});
  EXPECT_EQ(server.sends(large), "");
  ASSERT_EQ(server.event(), Kind::transaction_done);
  ASSERT_EQ(server.last.result.recipients.size(), 2u);
  expect(server.last.result.recipients[1], Outcome::failed, Stage::mail, 552);
  EXPECT_EQ(server.last.result.recipients[1].reply->enhanced()->to_string(), "5.3.4");
  EXPECT_TRUE(server.last.result.recipients[1].by_sender);
  EXPECT_TRUE(server.last.result.connection_usable);

  auto international = message_to({"c@d.example"});
  international.content = "x\r\n";
  international.smtputf8 = true;
  EXPECT_EQ(server.sends(international), "");
  ASSERT_EQ(server.event(), Kind::transaction_done);
  EXPECT_EQ(server.last.result.recipients[0].reply->enhanced()->to_string(), "5.6.7");
}

TEST(ClientSession, FallsBackToHelo) {
  // RFC 5321 §3.2
  Server server;
  server.says("220 mx.example SMTP\r\n");
  EXPECT_EQ(server.says("500 what?\r\n"), "HELO client.example\r\n");
  server.says("250 hello\r\n");
  EXPECT_EQ(server.event(), Kind::ready);
}

TEST(ClientSession, GivesUpOnARefusedGreetingOrHelo) {
  // RFC 5321 §3.1: QUIT is due even then; §3.8: behind 421 the server is gone.
  Server permanent;
  EXPECT_EQ(permanent.says("554-no\r\n554 service here\r\n"), "QUIT\r\n");
  expect_closed(permanent, Stage::greeting, 554);
  EXPECT_EQ(permanent.last.failure.reply->text, "no\nservice here");

  Server busy;
  EXPECT_EQ(busy.says("421 busy\r\n"), "");
  expect_closed(busy, Stage::greeting, 421);

  Server no_ehlo;
  no_ehlo.says("220 x\r\n");
  EXPECT_EQ(no_ehlo.says("450 later\r\n"), "QUIT\r\n");
  expect_closed(no_ehlo, Stage::helo, 450);

  Server no_helo;
  no_helo.says("220 x\r\n");
  no_helo.says("502 x\r\n");
  EXPECT_EQ(no_helo.says("550 go away\r\n"), "QUIT\r\n");
  expect_closed(no_helo, Stage::helo, 550);
}

TEST(ClientSession, UpgradesToTlsAndSaysEhloAgain) {
  // RFC 3207 §4.2
  Server server;
  server.says("220 x\r\n");
  EXPECT_EQ(server.says("250-x\r\n250-PIPELINING\r\n250 STARTTLS\r\n"), "STARTTLS\r\n");
  server.says("220 go ahead\r\n");
  ASSERT_EQ(server.event(), Kind::start_tls);
  server.session.tls_started(connected_at);
  EXPECT_EQ(server.heard(), "EHLO client.example\r\n");
  server.says("250-x\r\n250 STARTTLS\r\n");
  EXPECT_EQ(server.event(), Kind::ready) << "no second STARTTLS";
  // What was offered in clear text is forgotten.
  const auto message = message_to({"c@d.example"});
  EXPECT_EQ(server.sends(message), "MAIL FROM:<a@b.example>\r\n");
}

TEST(ClientSession, ForgetsRepliesInjectedBeforeTls) {
  // suite: smtp-hostile/response_injection_client
  Server server;
  server.says("220 x\r\n");
  server.says("250-x\r\n250 STARTTLS\r\n");
  server.says("220 go ahead\r\n250-fake\r\n250 AUTH PLAIN\r\n250-half");
  ASSERT_EQ(server.event(), Kind::start_tls);
  server.says("250 later\r\n");
  server.session.tls_started(connected_at);
  EXPECT_EQ(server.heard(), "EHLO client.example\r\n");
  EXPECT_FALSE(server.event());
  server.says("250 x\r\n");
  EXPECT_EQ(server.event(), Kind::ready);
}

TEST(ClientSession, GoesOnInClearTextOnlyWhenTlsIsOptional) {
  Server optional;
  optional.says("220 x\r\n");
  optional.says("250-x\r\n250 STARTTLS\r\n");
  EXPECT_EQ(optional.says("454 4.7.0 not now\r\n"), "");
  EXPECT_EQ(optional.event(), Kind::ready);

  Server refused({.tls = TlsPolicy::required});
  refused.says("220 x\r\n");
  refused.says("250-x\r\n250 STARTTLS\r\n");
  EXPECT_EQ(refused.says("454 4.7.0 not now\r\n"), "QUIT\r\n");
  expect_closed(refused, Stage::tls, 454);

  Server missing({.tls = TlsPolicy::required});
  missing.says("220 x\r\n");
  EXPECT_EQ(missing.says("250 x\r\n"), "QUIT\r\n");
  expect_closed(missing, Stage::tls, 0);

  // Who asks for proof never goes on in the clear either.
  Server unproven({.tls = TlsPolicy::verify});
  unproven.says("220 x\r\n");
  EXPECT_EQ(unproven.says("250 x\r\n"), "QUIT\r\n");
  expect_closed(unproven, Stage::tls, 0);

  Server unwanted({.tls = TlsPolicy::never});
  unwanted.greets("250-x\r\n250 STARTTLS\r\n");
}

TEST(ClientSession, FailedHandshakeEndsTheSession) {
  Server server;
  server.says("220 x\r\n");
  server.says("250-x\r\n250 STARTTLS\r\n");
  server.says("220 go\r\n");
  ASSERT_EQ(server.event(), Kind::start_tls);
  server.session.tls_failed(connected_at);
  expect_closed(server, Stage::tls, 0);
}

TEST(ClientSession, GoodbyeInATransactionDefersTheRest) {
  // RFC 5321 §3.8
  Server server;
  server.greets(pipelining);
  const auto message = message_to({"c@d.example", "e@d.example", "f@d.example"});
  server.sends(message);
  EXPECT_EQ(server.says("250 ok\r\n250 ok\r\n421 4.7.0 bye\r\n"), "");
  ASSERT_EQ(server.event(), Kind::transaction_done);
  EXPECT_FALSE(server.last.result.connection_usable);
  expect(server.last.result.recipients[0], Outcome::deferred, Stage::rcpt, 0);
  expect(server.last.result.recipients[1], Outcome::deferred, Stage::rcpt, 421);
  expect(server.last.result.recipients[2], Outcome::deferred, Stage::rcpt, 0);
  expect_closed(server, Stage::rcpt, 421);
}

TEST(ClientSession, GoodbyeInsteadOfTheMessagesReplyDefers) {
  Server server;
  server.greets(plain);
  const auto message = message_to({"c@d.example"});
  server.sends(message);
  server.says("250 ok\r\n");
  server.says("250 ok\r\n");
  server.says("354 go\r\n");
  server.says("421 4.3.2 shutting down\r\n");
  ASSERT_EQ(server.event(), Kind::transaction_done);
  expect(server.last.result.recipients[0], Outcome::deferred, Stage::data, 421);
  EXPECT_FALSE(server.last.result.connection_usable);
  expect_closed(server, Stage::data, 421);
}

TEST(ClientSession, GoodbyeWhileIdle) {
  Server server;
  server.greets(plain);
  server.says("421 4.4.2 timeout\r\n");
  // The driver has not looked yet and sends the next message: it gets its result before `closed`.
  const auto message = message_to({"c@d.example"});
  EXPECT_EQ(server.sends(message), "");
  ASSERT_EQ(server.event(), Kind::transaction_done);
  expect(server.last.result.recipients[0], Outcome::deferred, Stage::mail, 0);
  EXPECT_FALSE(server.last.result.connection_usable);
  expect_closed(server, Stage::quit, 421);
}

TEST(ClientSession, CutConnectionDefersWhatWasUnderWay) {
  // RFC 5321 §3.8: as if a 451 had been received
  Server server;
  server.greets(plain);
  const auto message = message_to({"c@d.example"});
  server.sends(message);
  server.says("250 ok\r\n");
  server.says("250 ok\r\n");
  server.says("354 go\r\n");
  server.says("250 queued\r");  // half a reply is none
  server.session.peer_closed(connected_at);
  ASSERT_EQ(server.event(), Kind::transaction_done);
  expect(server.last.result.recipients[0], Outcome::deferred, Stage::data, 0);
  expect_closed(server, Stage::data, 0);
  EXPECT_FALSE(server.last.failure.timed_out);
}

TEST(ClientSession, CutConnectionBetweenTransactionsFailsNothing) {
  Server server;
  server.greets(plain);
  server.session.peer_closed(connected_at);
  server.session.peer_closed(connected_at);
  expect_closed(server, Stage::quit, 0);
}

TEST(ClientSession, MalformedReplyEndsTheSession) {
  Server server;
  server.greets(plain);
  const auto message = message_to({"c@d.example"});
  server.sends(message);
  EXPECT_EQ(server.says("what?\r\n250 ok\r\n"), "");
  ASSERT_EQ(server.event(), Kind::transaction_done);
  expect(server.last.result.recipients[0], Outcome::deferred, Stage::mail, 0);
  expect_closed(server, Stage::mail, 0);
  EXPECT_TRUE(server.last.failure.malformed);
}

TEST(ClientSession, SurplusReplyEndsTheSession) {
  Server server;
  server.greets(plain);
  server.says("250 nobody asked\r\n");
  expect_closed(server, Stage::quit, 250);
  EXPECT_TRUE(server.last.failure.malformed);
}

TEST(ClientSession, RefusalInTheMiddleOfTheMessageCounts) {
  Server server;
  server.greets(plain);
  const std::string content(1'000'000, 'x');
  auto message = message_to({"c@d.example"});
  message.content = content;
  server.sends(message);
  server.says("250 ok\r\n");
  server.says("250 ok\r\n");
  server.session.receive(connected_at, "354 go\r\n");
  EXPECT_LT(server.session.output().size(), 100'000u) << "encoded as it is taken";
  server.session.receive(connected_at, "552 5.3.4 too much\r\n");
  EXPECT_EQ(server.session.output(), "");
  ASSERT_EQ(server.event(), Kind::transaction_done);
  expect(server.last.result.recipients[0], Outcome::failed, Stage::data, 552);
  EXPECT_FALSE(server.last.result.connection_usable);
  expect_closed(server, Stage::data, 552);
}

TEST(ClientSession, TimesOutPhaseByPhase) {
  // RFC 5321 §4.5.3.2
  Server greeting({.greeting_timeout = minutes(1)});
  EXPECT_EQ(greeting.session.deadline(), connected_at + minutes(1));
  greeting.session.expire(connected_at + minutes(1) - Duration(1));
  EXPECT_FALSE(greeting.session.finished());
  greeting.session.expire(connected_at + minutes(1));
  expect_closed(greeting, Stage::greeting, 0);
  EXPECT_TRUE(greeting.last.failure.timed_out);

  Server server({.command_timeout = minutes(2), .data_timeout = minutes(3)});
  server.says("220 x\r\n");
  EXPECT_EQ(server.session.deadline(), connected_at + minutes(2));
  server.says("250 x\r\n");
  ASSERT_EQ(server.event(), Kind::ready);
  EXPECT_EQ(server.session.deadline(), never);
  const auto message = message_to({"c@d.example"});
  server.session.send(connected_at + minutes(60), message);
  EXPECT_EQ(server.session.deadline(), connected_at + minutes(62));
  server.session.receive(connected_at + minutes(61), "250 ok\r\n");
  EXPECT_EQ(server.session.deadline(), connected_at + minutes(63));
  server.session.receive(connected_at + minutes(61), "250 ok\r\n");
  server.session.receive(connected_at + minutes(61), "354 go\r\n");
  EXPECT_EQ(server.session.deadline(), connected_at + minutes(64));
  server.session.expire(connected_at + minutes(64));
  ASSERT_EQ(server.event(), Kind::transaction_done);
  expect(server.last.result.recipients[0], Outcome::deferred, Stage::data, 0);
  expect_closed(server, Stage::data, 0);
  EXPECT_TRUE(server.last.failure.timed_out);
}

}  // namespace
}  // namespace mailrig::smtp
