#include "fakes/smtp/client_session.h"

#include <utility>

#include "fakes/base/check.h"
#include "fakes/smtp/client_state.h"

namespace mailrig::smtp {
void ClientSession::State::say(std::string_view line) {
  output.append(line);
  output.append("\r\n");
  waiting_since = now;
}

void ClientSession::State::say_ehlo() {
  phase = Phase::ehlo;
  offered = {};
  say("EHLO " + config.helo);
}

// Where the session stands, for those who want to know where it ended.
Stage ClientSession::State::stage() const {
  switch (phase) {
    case Phase::idle:
      return Stage::connect;
    case Phase::greeting:
      return Stage::greeting;
    case Phase::ehlo:
    case Phase::helo:
      return Stage::helo;
    case Phase::starttls:
    case Phase::tls_handshake:
      return Stage::tls;
    case Phase::envelope:
      if (next_reply <= mail_step) return Stage::mail;
      return next_reply < data_step() ? Stage::rcpt : Stage::data;
    case Phase::content:
      return Stage::data;
    case Phase::ready:
    case Phase::quit:
    case Phase::over:
      return Stage::quit;
  }
  CHECK(false);
}

Duration ClientSession::State::patience() const {
  if (phase == Phase::greeting) return config.greeting_timeout;
  return phase == Phase::content ? config.data_timeout : config.command_timeout;
}

void ClientSession::State::close(SessionFailure failure) {
  if (phase == Phase::over) return;
  if (transaction) {
    transaction->interrupted(failure.stage);
    ClientEvent done{.kind = Kind::transaction_done, .result = transaction->result()};
    done.result.connection_usable = false;
    events.push_back(std::move(done));
    transaction.reset();
  }
  events.push_back({.kind = Kind::closed, .failure = std::move(failure)});
  phase = Phase::over;
  ended = now;
}

// The server does not let us go on. QUIT is due even then (RFC 5321 §4.1.1.10), except behind a 421, but its answer is
// not worth waiting for.
void ClientSession::State::give_up(const Reply& reply) {
  close({.stage = stage(), .reply = reply});
  if (!reply.closing()) say("QUIT");
}

void ClientSession::State::replied(const Reply& reply) {
  waiting_since = now;
  switch (phase) {
    case Phase::greeting:
      return greeting_replied(reply);
    case Phase::ehlo:
      return ehlo_replied(reply);
    case Phase::helo:
      return helo_replied(reply);
    case Phase::starttls:
      return starttls_replied(reply);
    case Phase::envelope:
      return envelope_replied(reply);
    case Phase::content:
      return content_replied(reply);
    case Phase::quit:
      return close({.stage = Stage::quit, .reply = reply});
    case Phase::ready:
      // Nobody asked. A 421 says goodbye (RFC 5321 §3.8); with anything else replies and commands no longer match.
      return close({.stage = Stage::quit, .reply = reply, .malformed = !reply.closing()});
    case Phase::idle:
    case Phase::tls_handshake:
    case Phase::over:
      return;
  }
}

void ClientSession::State::greeting_replied(const Reply& reply) {
  if (reply.completed()) return say_ehlo();
  give_up(reply);
}

void ClientSession::State::ehlo_replied(const Reply& reply) {
  if (reply.completed()) {
    // The first line is the server's name, each further one an extension (§4.1.1.1).
    std::string_view rest = reply.text;
    for (auto newline = rest.find('\n'); newline != std::string_view::npos; newline = rest.find('\n')) {
      rest.remove_prefix(newline + 1);
      offered.add(rest.substr(0, rest.find('\n')));
    }
    return greeted();
  }
  if (!reply.permanent()) return give_up(reply);
  // §3.2: a server that does not know EHLO may know HELO.
  phase = Phase::helo;
  say("HELO " + config.helo);
}

void ClientSession::State::helo_replied(const Reply& reply) {
  if (reply.completed()) return greeted();
  give_up(reply);
}

void ClientSession::State::greeted() {
  if (!tls && config.tls != TlsPolicy::never) {
    if (offered.starttls) {
      phase = Phase::starttls;
      return say("STARTTLS");
    }
    if (demands_tls(config.tls)) {
      close({.stage = Stage::tls});
      return say("QUIT");
    }
  }
  phase = Phase::ready;
  events.push_back({.kind = Kind::ready});
}

void ClientSession::State::starttls_replied(const Reply& reply) {
  if (reply.completed()) {
    phase = Phase::tls_handshake;
    events.push_back({.kind = Kind::start_tls});
    return;
  }
  if (reply.closing() || demands_tls(config.tls)) return give_up(reply);
  phase = Phase::ready;
  events.push_back({.kind = Kind::ready});
}

ClientSession::ClientSession(ClientConfig config) : state_(std::make_unique<State>(std::move(config))) {}
ClientSession::~ClientSession() = default;
ClientSession::ClientSession(ClientSession&&) noexcept = default;
ClientSession& ClientSession::operator=(ClientSession&&) noexcept = default;

void ClientSession::start(Instant now, bool implicit_tls) {
  State& s = *state_;
  CHECK(s.phase == State::Phase::idle);
  s.now = s.waiting_since = now;
  s.tls = implicit_tls;
  s.phase = State::Phase::greeting;
}

void ClientSession::receive(Instant now, std::string_view bytes) {
  State& s = *state_;
  s.now = now;
  // What lies behind the reply to STARTTLS in clear text may be an attacker's (RFC 3207 §6): it ends the loop unread.
  while (!bytes.empty() && s.phase != State::Phase::tls_handshake && s.phase != State::Phase::over) {
    switch (s.parser.next(bytes)) {
      case ReplyParser::Status::incomplete:
        return;
      case ReplyParser::Status::complete:
        s.replied(s.parser.reply());
        break;
      case ReplyParser::Status::malformed:
        s.output.clear();
        return s.close({.stage = s.stage(), .malformed = true});
    }
  }
}

void ClientSession::peer_closed(Instant now) {
  State& s = *state_;
  s.now = now;
  s.output.clear();
  s.close({.stage = s.stage()});
}

void ClientSession::expire(Instant now) {
  State& s = *state_;
  s.now = now;
  if (now < deadline()) return;
  s.output.clear();
  s.close({.stage = s.stage(), .timed_out = true});
}

Instant ClientSession::deadline() const {
  const State& s = *state_;
  switch (s.phase) {
    case State::Phase::idle:
    case State::Phase::ready:
      return never;
    case State::Phase::over:
      return s.output.empty() ? never : later(s.ended, s.config.command_timeout);
    default:
      return later(s.waiting_since, s.patience());
  }
}

std::optional<ClientEvent> ClientSession::next_event() {
  auto& events = state_->events;
  if (events.empty()) return std::nullopt;
  ClientEvent event = std::move(events.front());
  events.erase(events.begin());
  return event;
}

void ClientSession::send(Instant now, const OutgoingMessage& message) {
  State& s = *state_;
  s.now = now;
  s.begin(message);
}

void ClientSession::quit(Instant now) {
  State& s = *state_;
  s.now = now;
  if (s.phase == State::Phase::over) return;
  CHECK(s.phase == State::Phase::ready);
  s.phase = State::Phase::quit;
  s.say("QUIT");
}

void ClientSession::tls_started(Instant now) {
  State& s = *state_;
  s.now = now;
  if (s.phase == State::Phase::over) return;
  CHECK(s.phase == State::Phase::tls_handshake);
  s.tls = true;
  s.parser.reset();
  s.say_ehlo();
}

void ClientSession::tls_failed(Instant now) {
  State& s = *state_;
  s.now = now;
  s.output.clear();
  s.close({.stage = Stage::tls});
}

std::string_view ClientSession::output() const {
  return state_->output.view();
}

void ClientSession::consume(std::size_t bytes) {
  State& s = *state_;
  s.output.consume(bytes);
  if (s.phase == State::Phase::content && s.output.empty()) s.send_content();
}

bool ClientSession::finished() const {
  return state_->phase == State::Phase::over;
}

}  // namespace mailrig::smtp
