#include "fakes/smtp/server_session.h"

#include <algorithm>
#include <utility>

#include "fakes/base/check.h"
#include "fakes/smtp/server_state.h"

namespace mailrig::smtp {
namespace {

// Unprocessed input and unwritten output beyond these stop the work until the driver has caught up. A client that
// sends HELP without ever reading must not be able to make us keep its replies.
constexpr std::size_t backlog_bytes_max = 65'536;
constexpr std::size_t output_bytes_max = 65'536;

Extensions offered_by(const ServerConfig& config) {
  Extensions offered;
  for (const auto& line : config.extensions) offered.add(line);
  return offered;
}

}  // namespace

ServerSession::State::State(ServerConfig server_config)
    : config(std::move(server_config)), offered(offered_by(config)), lines(config.command_line_bytes_max) {}

void ServerSession::State::emit(ServerEvent new_event) {
  CHECK(!event && !awaiting);
  event = std::move(new_event);
}

void ServerSession::State::finish(ServerEvent::CloseReason reason) {
  if (phase == Phase::over) return;
  phase = Phase::over;
  ended = now;
  // Whatever was still to be decided no longer matters to anybody.
  awaiting.reset();
  event.emplace();
  event->kind = Kind::closed;
  event->reason = reason;
  input.clear();
  content.start({}, 0);
}

void ServerSession::State::say(std::string_view line) {
  output.append(line);
  output.append("\r\n");
}

void ServerSession::State::say(const Reply& configured, std::string_view otherwise) {
  if (configured.code == 0) {
    say(otherwise);
  } else {
    configured.append_wire(output.tail());
  }
}

void ServerSession::State::fault(std::string_view line) {
  if (++errors <= config.errors_max) {
    say(line);
    return;
  }
  say(config.too_many_errors, "421 4.7.0 " + config.host_name + " Error: too many errors");
  finish(ServerEvent::CloseReason::too_many_errors);
}

void ServerSession::State::refuse(Refusal refusal) {
  // What a well-behaved client can run into, such as a SIZE beyond the limit, is no error of the protocol.
  if (refusal.starts_with("50") || refusal.starts_with("555")) {
    fault(refusal);
  } else {
    say(refusal);
  }
}

bool ServerSession::State::paused() const {
  return event.has_value() || awaiting.has_value() || phase == Phase::over || output.size() > output_bytes_max;
}

// Does what the input asks for, until the driver is needed or the input is used up.
void ServerSession::State::work(std::string_view& rest) {
  while (!paused()) {
    switch (phase) {
      case Phase::commands: {
        std::string_view line;
        const auto status = lines.next(rest, line);
        if (status == LineSplitter::Status::incomplete) return;
        last_command = now;
        if (status == LineSplitter::Status::too_long) {
          fault("500 5.5.2 Error: line too long");
        } else {
          command_line(line);
        }
        break;
      }
      case Phase::data:
        if (!dots.decode(rest, content)) return;
        end_of_message();
        break;
      case Phase::chunk:
        if (rest.empty()) return;
        take_chunk(rest);
        break;
      case Phase::tls_handshake:
      case Phase::over:
        return;
    }
    // RFC 3207 §4.2: what was sent behind STARTTLS in clear text may be an attacker's.
    if (phase == Phase::tls_handshake) rest = {};
  }
}

void ServerSession::State::work_on_backlog() {
  if (input.empty()) return;
  std::string_view rest = input.view();
  const std::size_t before = rest.size();
  work(rest);
  // The end of the session has cleared the input already.
  if (!input.empty()) input.consume(before - rest.size());
}

// Slow clients must end. Among commands, the clock runs since the last complete line (or our answer to it), so that
// one byte a second earns no time; inside message data it runs since the last bytes, because RFC 5321 §4.5.3.2.5
// grants the time per block and a large message may take long. The session's own limit bounds both.
Instant ServerSession::State::client_deadline() const {
  const bool inside_message = phase == Phase::data || phase == Phase::chunk;
  return later(inside_message ? last_bytes : last_command, config.command_timeout);
}

ServerSession::ServerSession(ServerConfig config) : state_(std::make_unique<State>(std::move(config))) {}
ServerSession::~ServerSession() = default;
ServerSession::ServerSession(ServerSession&&) noexcept = default;
ServerSession& ServerSession::operator=(ServerSession&&) noexcept = default;

void ServerSession::start(Instant now, bool implicit_tls) {
  State& s = *state_;
  s.now = s.started = s.last_command = s.last_bytes = now;
  s.tls = implicit_tls;
  s.emit({.kind = ServerEvent::Kind::connected});
}

void ServerSession::receive(Instant now, std::string_view bytes) {
  State& s = *state_;
  s.now = now;
  if (s.phase == State::Phase::over || s.phase == State::Phase::tls_handshake) return;
  s.last_bytes = now;
  if (!s.input.empty()) {
    s.input.append(bytes);
    s.work_on_backlog();
    return;
  }
  // The usual case: nothing is waiting, so commands and content are taken from where they lie.
  s.work(bytes);
  if (s.phase != State::Phase::over) s.input.append(bytes);
}

void ServerSession::peer_closed(Instant now) {
  State& s = *state_;
  s.now = now;
  s.finish(ServerEvent::CloseReason::peer_closed);
  s.output.clear();
}

void ServerSession::expire(Instant now) {
  State& s = *state_;
  s.now = now;
  if (now < deadline()) return;
  if (s.phase == State::Phase::over) {
    s.output.clear();
    return;
  }
  // In the middle of a handshake there is no way to say anything.
  if (s.phase != State::Phase::tls_handshake) {
    s.say(s.config.timeout, "421 4.4.2 " + s.config.host_name + " Error: timeout exceeded");
  }
  s.finish(ServerEvent::CloseReason::timeout);
}

Instant ServerSession::deadline() const {
  const State& s = *state_;
  if (s.phase == State::Phase::over) return s.output.empty() ? never : later(s.ended, s.config.command_timeout);
  const Instant session_end = later(s.started, s.config.session_timeout);
  // While the driver owes an answer, it is not the client who is slow.
  const bool ours = s.awaiting.has_value() || (s.event.has_value() && s.event->wants_answer());
  return ours ? session_end : std::min(session_end, s.client_deadline());
}

bool ServerSession::wants_input() const {
  const State& s = *state_;
  // An event may have come up while output was consumed; who went to read now could wait for a client that waits for
  // us.
  return s.phase != State::Phase::over && !s.event && s.output.size() <= output_bytes_max &&
         s.input.size() <= backlog_bytes_max + s.config.command_line_bytes_max;
}

std::optional<ServerEvent> ServerSession::next_event() {
  State& s = *state_;
  if (!s.event) s.work_on_backlog();
  if (!s.event) return std::nullopt;
  if (s.event->wants_answer()) s.awaiting = s.event->kind;
  return std::exchange(s.event, std::nullopt);
}

void ServerSession::answer(Instant now, const ServerAnswer& answer) {
  State& s = *state_;
  s.now = now;
  if (s.phase == State::Phase::over) return;
  CHECK(s.awaiting.has_value());
  const auto kind = *std::exchange(s.awaiting, std::nullopt);
  s.last_command = now;
  s.last_bytes = now;
  if (answer.reply.code == 0) {
    answer.reply.append_wire(s.output.tail());
    return s.finish(ServerEvent::CloseReason::refused);
  }
  switch (kind) {
    case ServerEvent::Kind::connected:
      s.connected_answered(answer);
      break;
    case ServerEvent::Kind::helo:
      s.helo_answered(answer);
      break;
    case ServerEvent::Kind::mail:
      s.mail_answered(answer);
      break;
    case ServerEvent::Kind::rcpt:
      s.rcpt_answered(answer);
      break;
    case ServerEvent::Kind::message:
      s.message_answered(answer);
      break;
    case ServerEvent::Kind::reset:
    case ServerEvent::Kind::start_tls:
    case ServerEvent::Kind::closed:
      CHECK(false);
  }
  if (answer.close) return s.finish(ServerEvent::CloseReason::refused);
  s.work_on_backlog();
}

void ServerSession::tls_started(Instant now) {
  State& s = *state_;
  s.now = now;
  if (s.phase == State::Phase::over) return;
  CHECK(s.phase == State::Phase::tls_handshake);
  s.phase = State::Phase::commands;
  s.tls = true;
  s.last_command = now;
}

std::string_view ServerSession::output() const {
  return state_->output.view();
}

void ServerSession::consume(std::size_t bytes) {
  State& s = *state_;
  s.output.consume(bytes);
  s.work_on_backlog();
}

bool ServerSession::finished() const {
  return state_->phase == State::Phase::over;
}

}  // namespace mailrig::smtp
