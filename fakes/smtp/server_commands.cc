// What each command does (RFC 5321 §4.1, §4.3.2), and what the driver's answers to it change.
#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "fakes/mail/text.h"
#include "fakes/smtp/server_state.h"
#include "fakes/smtp/words.h"

namespace mailrig::smtp {
namespace {

constexpr std::string_view no_mail = "503 5.5.1 Error: need MAIL command";
constexpr std::string_view no_rcpt = "503 5.5.1 Error: need RCPT command";
constexpr std::string_view no_valid_recipients = "554 5.5.1 Error: no valid recipients";
constexpr std::string_view no_storage = "452 4.3.1 Insufficient system storage";
constexpr std::string_view too_large = "552 5.3.4 Message size exceeds fixed limit";

// The parameters of one command that belong to DSN, as they were received.
std::string join(std::string_view first, std::string_view second) {
  std::string joined(first);
  if (!first.empty() && !second.empty()) joined += ' ';
  return joined.append(second);
}

std::string first_line(const Reply& reply) {
  return fmt::format("{:03} {}", reply.code, std::string_view(reply.text).substr(0, reply.text.find('\n')));
}

}  // namespace

void ServerSession::State::command_line(std::string_view line) {
  const Command command = parse_command(line);
  if (!command.refusal.empty()) return fault(command.refusal);
  if (greeting_refused && command.verb != Verb::quit) {
    return fault("503 5.5.1 Error: no service here, please QUIT");
  }
  switch (command.verb) {
    case Verb::helo:
    case Verb::ehlo:
      return helo(command);
    case Verb::mail:
      return mail(command);
    case Verb::rcpt:
      return rcpt(command);
    case Verb::data:
      return data(command);
    case Verb::bdat:
      return bdat(command);
    case Verb::rset:
      return rset(command);
    case Verb::noop:
      return say("250 2.0.0 Ok");
    case Verb::vrfy:
      return vrfy(command);
    case Verb::help:
      return say(config.help, "214 2.0.0 See RFC 5321");
    case Verb::quit:
      return quit(command);
    case Verb::starttls:
      return starttls(command);
    case Verb::unimplemented:
    case Verb::unknown:
      return fault("502 5.5.1 Error: command not implemented");
  }
}

// A client that pipelined its commands behind a MAIL that was then refused has broken no rule (RFC 2920 §3.1), so
// that its RCPTs and DATA are refused but not held against it.
void ServerSession::State::out_of_sequence(std::string_view line) {
  if (envelope.mail_refused) {
    say(line);
  } else {
    fault(line);
  }
}

void ServerSession::State::connected_answered(const ServerAnswer& answer) {
  answer.reply.append_wire(output.tail());
  greeting_refused = !answer.reply.positive();
}

void ServerSession::State::helo(const Command& command) {
  const bool extended = command.verb == Verb::ehlo;
  if (command.argument.empty()) {
    return fault(extended ? "501 5.5.4 Syntax: EHLO hostname" : "501 5.5.4 Syntax: HELO hostname");
  }
  if (!mail::is_ascii(command.argument)) return fault("501 5.5.2 Error: non-ASCII host name");
  helo_extended = extended;
  emit({.kind = Kind::helo, .argument = std::string(command.argument), .extended = extended});
}

void ServerSession::State::helo_answered(const ServerAnswer& answer) {
  if (!answer.reply.positive()) {
    // RFC 5321 §4.1.4: after a refused EHLO the server stays in the state it was in.
    answer.reply.append_wire(output.tail());
    return;
  }
  said_helo = true;
  envelope = {};  // §4.1.4: a later EHLO clears everything as RSET does.
  if (helo_extended) {
    say_extensions();
  } else {
    answer.reply.append_wire(output.tail());
  }
}

void ServerSession::State::say_extensions() {
  Reply reply{.code = 250, .text = config.ehlo_greeting.empty() ? config.host_name : config.ehlo_greeting};
  for (const auto& line : config.extensions) {
    std::string_view rest = line;
    if (mail::equals_ignoring_case(take_word(rest), "STARTTLS") && (!config.starttls || tls)) continue;
    reply.text += '\n';
    reply.text += line;
  }
  reply.append_wire(output.tail());
}

void ServerSession::State::mail(const Command& command) {
  if (!said_helo) return fault("503 5.5.1 Error: send EHLO or HELO first");
  if (envelope.open) return fault("503 5.5.1 Error: nested MAIL command");
  MailCommand parsed;
  if (const Refusal refusal = parse_mail(command.argument, offered, parsed); !refusal.empty()) {
    envelope.mail_refused = true;
    return refuse(refusal);
  }
  if (parsed.declared_size > config.message_bytes_max) {
    // RFC 1870 §6.1: refused before any of it is sent.
    envelope.mail_refused = true;
    return say(config.too_large, too_large);
  }
  envelope = {.declared_size = parsed.declared_size,
              .smtputf8 = parsed.smtputf8,
              .eight_bit = parsed.eight_bit,
              .binary = parsed.binary};
  emit({.kind = Kind::mail,
        .argument = std::string(parsed.reverse_path),
        .declared_size = parsed.declared_size,
        .smtputf8 = parsed.smtputf8,
        .eight_bit = parsed.eight_bit,
        .dsn_parameters = join(parsed.ret, parsed.envid)});
}

void ServerSession::State::mail_answered(const ServerAnswer& answer) {
  answer.reply.append_wire(output.tail());
  envelope.open = answer.reply.positive();
  envelope.mail_refused = !envelope.open;
}

void ServerSession::State::rcpt(const Command& command) {
  if (!envelope.open) return out_of_sequence(no_mail);
  if (envelope.chunked) return fault("503 5.5.1 Error: RCPT after BDAT");
  envelope.rcpt_seen = true;
  RcptCommand parsed;
  if (const Refusal refusal = parse_rcpt(command.argument, offered, envelope.smtputf8, parsed); !refusal.empty()) {
    const Reply& worded = config.bad_recipient;
    if (refusal != bad_recipient_syntax || worded.code == 0) return refuse(refusal);
    return refuse(std::to_string(worded.code) + " " + worded.text);
  }
  // RFC 5321 §4.5.3.1.10: 452, so that the client keeps the rest for another transaction.
  if (envelope.recipients >= config.recipients_max) return say("452 4.5.3 Error: too many recipients");
  emit({.kind = Kind::rcpt,
        .argument = std::string(parsed.forward_path),
        .dsn_parameters = join(parsed.notify, parsed.orcpt)});
}

void ServerSession::State::rcpt_answered(const ServerAnswer& answer) {
  answer.reply.append_wire(output.tail());
  if (answer.reply.positive()) ++envelope.recipients;
}

// Why message content is not welcome now; empty when it is.
Refusal ServerSession::State::why_no_content() const {
  if (!envelope.open) return no_mail;
  if (envelope.recipients > 0) return {};
  return envelope.rcpt_seen ? no_valid_recipients : no_rcpt;
}

void ServerSession::State::data(const Command& command) {
  if (!command.argument.empty()) return fault("501 5.5.4 Syntax: DATA");
  if (const Refusal refusal = why_no_content(); refusal == no_valid_recipients) {
    return say(refusal);  // Pipelined behind RCPTs that were all refused: no error of the client's.
  } else if (!refusal.empty()) {
    return out_of_sequence(refusal);
  }
  if (envelope.chunked) return fault("503 5.5.1 Error: DATA after BDAT");            // RFC 3030 §2
  if (envelope.binary) return fault("503 5.5.1 Error: BODY=BINARYMIME needs BDAT");  // RFC 3030 §3
  say(config.data_go_ahead, "354 End data with <CR><LF>.<CR><LF>");
  content.start(content_limits(), envelope.declared_size);
  dots.reset();
  last_bytes = now;
  phase = Phase::data;
}

void ServerSession::State::bdat(const Command& command) {
  if (!offered.chunking) return fault("502 5.5.1 Error: command not implemented");
  BdatCommand parsed;
  if (const Refusal refusal = parse_bdat(command.argument, parsed); !refusal.empty()) {
    // Nobody knows where the chunk ends and the next command begins: going on would run content as commands.
    fault(refusal);
    return finish(ServerEvent::CloseReason::too_many_errors);
  }
  // RFC 3030 §2: even a chunk that is refused has to be read.
  chunk = {.bytes = parsed.bytes, .bytes_left = parsed.bytes, .last = parsed.last, .refusal = why_no_content()};
  if (chunk.refusal.empty() && !envelope.chunked) {
    envelope.chunked = true;
    content.start(content_limits(), std::max(envelope.declared_size, parsed.last ? parsed.bytes : 0));
  }
  last_bytes = now;
  phase = Phase::chunk;
  if (chunk.bytes_left == 0) end_of_chunk();
}

void ServerSession::State::take_chunk(std::string_view& rest) {
  const std::size_t count = static_cast<std::size_t>(std::min<std::uint64_t>(chunk.bytes_left, rest.size()));
  if (chunk.refusal.empty()) content.append(rest.substr(0, count));
  rest.remove_prefix(count);
  chunk.bytes_left -= count;
  if (chunk.bytes_left == 0) end_of_chunk();
}

void ServerSession::State::end_of_chunk() {
  phase = Phase::commands;
  last_command = now;
  if (chunk.refusal == no_valid_recipients) return say(chunk.refusal);
  if (!chunk.refusal.empty()) return out_of_sequence(chunk.refusal);
  if (chunk.last) return end_of_message();
  // Later chunks of a message that has grown too large get the same answer, as a pipelining client expects one each.
  if (content.over_limit()) return say(config.too_large, too_large);
  if (content.over_budget()) return say(no_storage);
  say(fmt::format("250 2.0.0 {} octets received", chunk.bytes));
}

void ServerSession::State::end_of_message() {
  phase = Phase::commands;
  last_command = now;
  if (content.over_limit()) return message_refused(config.too_large, too_large);
  if (content.over_budget()) return message_refused({}, no_storage);
  if (!envelope.binary) {
    if (line_too_long()) return message_refused({}, "500 5.5.2 Line too long");  // RFC 5321 §4.5.3.1.9
    if (config.refuse_bare_newlines && has_bare_newline(content.view())) {
      return message_refused({}, "550 5.5.2 Message contains a bare CR or LF");
    }
  }
  emit({.kind = Kind::message,
        .declared_size = envelope.declared_size,
        .smtputf8 = envelope.smtputf8,
        .eight_bit = envelope.eight_bit,
        .content = content.take()});
}

// Binary content has no lines (RFC 3030 §3).
ContentBuffer::Limits ServerSession::State::content_limits() const {
  return {.bytes_max = config.message_bytes_max,
          .line_bytes_max = envelope.binary ? 0 : config.text_line_bytes_max,
          .budget = config.content_budget};
}

bool ServerSession::State::line_too_long() const {
  // Most messages are shorter than the longest line allowed and need no look.
  const std::size_t limit = config.text_line_bytes_max;
  if (limit == 0 || content.size() <= limit) return false;
  return content.line_over_limit() || longest_line_bytes(content.view()) > limit;
}

void ServerSession::State::message_refused(const Reply& configured, std::string_view otherwise) {
  say(configured, otherwise);
  envelope = {};
  content.start({}, 0);
  emit({.kind = Kind::reset, .argument = configured.code == 0 ? std::string(otherwise) : first_line(configured)});
}

void ServerSession::State::message_answered(const ServerAnswer& answer) {
  answer.reply.append_wire(output.tail());
  envelope = {};
}

void ServerSession::State::rset(const Command& command) {
  if (!command.argument.empty()) return fault("501 5.5.4 Syntax: RSET");
  envelope = {};
  say("250 2.0.0 Ok");
  emit({.kind = Kind::reset});
}

void ServerSession::State::vrfy(const Command& command) {
  if (command.argument.empty()) return fault("501 5.5.4 Syntax: VRFY address");
  say(config.vrfy, "252 2.0.0 Cannot VRFY user, but will accept message and attempt delivery");
}

void ServerSession::State::quit(const Command& command) {
  if (!command.argument.empty()) return fault("501 5.5.4 Syntax: QUIT");
  say(config.quit, "221 2.0.0 Bye");
  finish(ServerEvent::CloseReason::quit);
}

// RFC 3207 §4. work() throws away what the client has sent behind the command.
void ServerSession::State::starttls(const Command& command) {
  if (!command.argument.empty()) return fault("501 5.5.4 Syntax: STARTTLS");
  if (tls) return fault("503 5.5.1 Error: TLS already active");
  if (!config.starttls) return fault("502 5.5.1 Error: command not implemented");
  say("220 2.0.0 Ready to start TLS");
  phase = Phase::tls_handshake;
  said_helo = false;  // §4.2: whatever was learnt in clear text is forgotten.
  envelope = {};
  emit({.kind = Kind::start_tls});
}

}  // namespace mailrig::smtp
