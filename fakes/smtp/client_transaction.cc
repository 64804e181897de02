// One mail transaction from the client's side (RFC 5321 §3.3), in lock-step or pipelined (RFC 2920). Lock-step is
// pipelining with a window of one command.
#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "fakes/base/check.h"
#include "fakes/smtp/client_state.h"

namespace mailrig::smtp {
namespace {

// Commands that may be unanswered at a time. Without a bound, thousands of RCPTs could fill both directions of the
// connection while each side waits for the other to read (RFC 2920 §3.1).
constexpr std::size_t pipeline_commands_max = 256;

// A large message is encoded as the connection takes it, so that it is never held twice.
constexpr std::size_t content_piece_bytes = 65'536;

bool free_of_controls(std::string_view address) {
  return std::none_of(address.begin(), address.end(),
                      [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; });
}

}  // namespace

// What the EHLO response has ruled out already need not be tried.
std::optional<Reply> ClientSession::State::ruled_out(const OutgoingMessage& outgoing) const {
  if (outgoing.smtputf8 && !offered.smtputf8) {
    return Reply{.code = 550, .text = "5.6.7 SMTPUTF8 is required, but was not offered"};  // RFC 6531 §3.5
  }
  if (offered.size && offered.size_max > 0 && outgoing.content.size() > offered.size_max) {
    return Reply{.code = 552,
                 .text = fmt::format("5.3.4 message of {} bytes exceeds the server's limit of {}",
                                     outgoing.content.size(), offered.size_max)};  // RFC 1870 §4
  }
  return std::nullopt;
}

void ClientSession::State::begin(const OutgoingMessage& outgoing) {
  CHECK(!outgoing.recipients.empty());
  CHECK(free_of_controls(outgoing.mail_from));
  CHECK(std::all_of(outgoing.recipients.begin(), outgoing.recipients.end(), free_of_controls));
  Transaction fresh(outgoing.recipients.size());
  if (phase == Phase::over) {
    // The session ended before the driver could know, and `closed` is still in the queue: that one comes last.
    CHECK(!events.empty() && events.back().kind == Kind::closed);
    fresh.interrupted(Stage::mail);
    events.insert(events.end() - 1, {.kind = Kind::transaction_done, .result = fresh.result()});
    return;
  }
  CHECK(phase == Phase::ready);
  if (const auto reason = ruled_out(outgoing)) {
    fresh.failed_by_sender(*reason);
    events.push_back({.kind = Kind::transaction_done, .result = fresh.result()});
    return;
  }
  message = &outgoing;
  transaction = std::move(fresh);
  next_command = next_reply = server_has_envelope ? rset_step : mail_step;
  phase = Phase::envelope;
  send_commands();
}

void ClientSession::State::send_commands() {
  const std::size_t window = config.pipelining && offered.pipelining ? pipeline_commands_max : 1;
  while (!transaction->over() && next_command <= data_step() && next_command - next_reply < window) {
    // Once every RCPT is answered and refused, DATA makes no sense. Pipelined, it may be on its way by then.
    if (next_command == data_step() && next_reply == data_step() && !transaction->any_accepted()) break;
    send_command(next_command++);
  }
  if (next_reply == next_command) transaction_over();
}

void ClientSession::State::send_command(std::size_t step) {
  if (step == rset_step) return say("RSET");
  if (step == data_step()) return say("DATA");
  std::string& out = output.tail();
  if (step == mail_step) {
    fmt::format_to(std::back_inserter(out), "MAIL FROM:<{}>", message->mail_from);
    if (offered.size) fmt::format_to(std::back_inserter(out), " SIZE={}", message->content.size());
    if (message->eight_bit && offered.eight_bit_mime) out += " BODY=8BITMIME";
    if (message->smtputf8) out += " SMTPUTF8";
  } else {
    fmt::format_to(std::back_inserter(out), "RCPT TO:<{}>", message->recipients[step - first_rcpt_step]);
  }
  say("");
}

void ClientSession::State::envelope_replied(const Reply& reply) {
  const std::size_t step = next_reply;
  const Stage where = stage();
  ++next_reply;
  if (step == mail_step) {
    server_has_envelope = transaction->mail_replied(reply);
  } else if (step == data_step()) {
    // 354 comes even behind refused recipients from servers that do not look back. Then a lone dot takes the turn of
    // the message (RFC 2920 §3.1).
    const bool wanted = transaction->data_replied(reply) && transaction->any_accepted();
    if (reply.code == 354) {
      encoder = DotEncoder(wanted ? message->content : std::string_view());
      phase = Phase::content;
      return send_content();
    }
  } else if (step != rset_step) {
    transaction->rcpt_replied(reply);
  }
  // The reply to RSET matters only when it says goodbye.
  if (reply.code == 421) return close({.stage = where, .reply = reply});
  send_commands();
}

void ClientSession::State::send_content() {
  encoder.encode(content_piece_bytes, output.tail());
}

void ClientSession::State::content_replied(const Reply& reply) {
  if (!encoder.done()) {
    // The server lost patience in the middle of the message. A refusal counts, an acceptance cannot be one; and what
    // it makes of the rest is unknown.
    if (!reply.positive()) transaction->message_replied(reply);
    output.clear();
    return close({.stage = Stage::data, .reply = reply, .malformed = reply.positive()});
  }
  transaction->message_replied(reply);
  server_has_envelope = false;
  if (reply.code == 421) return close({.stage = Stage::data, .reply = reply});
  transaction_over();
}

void ClientSession::State::transaction_over() {
  events.push_back({.kind = Kind::transaction_done, .result = transaction->result()});
  transaction.reset();
  message = nullptr;
  phase = Phase::ready;
}

}  // namespace mailrig::smtp
