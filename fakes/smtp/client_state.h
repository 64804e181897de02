// The inside of ClientSession: one object per connection, shared by client_session.cc (the interface, time, how a
// session begins and ends) and client_transaction.cc (one mail transaction). Private to those two files.
// Not thread-safe.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fakes/smtp/byte_queue.h"
#include "fakes/smtp/client_session.h"
#include "fakes/smtp/extensions.h"
#include "fakes/smtp/line_codec.h"
#include "fakes/smtp/reply_parser.h"

namespace mailrig::smtp {

struct ClientSession::State {
  using Kind = ClientEvent::Kind;

  // What is waited for.
  enum class Phase : std::uint8_t {
    idle,  // start() was not called
    greeting,
    ehlo,
    helo,
    starttls,
    tls_handshake,
    ready,     // nothing
    envelope,  // replies to RSET, MAIL, RCPT and DATA
    content,   // the reply to the final dot
    quit,
    over,
  };

  // The commands of a transaction are numbered: RSET, MAIL, one RCPT per recipient, DATA.
  static constexpr std::size_t rset_step = 0;
  static constexpr std::size_t mail_step = 1;
  static constexpr std::size_t first_rcpt_step = 2;
  std::size_t data_step() const { return first_rcpt_step + message->recipients.size(); }

  explicit State(ClientConfig client_config) : config(std::move(client_config)) {}

  // client_session.cc
  Stage stage() const;
  Duration patience() const;
  void say(std::string_view line);
  void say_ehlo();
  void replied(const Reply& reply);
  void greeting_replied(const Reply& reply);
  void ehlo_replied(const Reply& reply);
  void helo_replied(const Reply& reply);
  void starttls_replied(const Reply& reply);
  void greeted();
  void give_up(const Reply& reply);
  void close(SessionFailure failure);

  // client_transaction.cc
  void begin(const OutgoingMessage& outgoing);
  std::optional<Reply> ruled_out(const OutgoingMessage& outgoing) const;
  void send_commands();
  void send_command(std::size_t step);
  void envelope_replied(const Reply& reply);
  void send_content();
  void content_replied(const Reply& reply);
  void transaction_over();

  const ClientConfig config;
  Phase phase = Phase::idle;
  bool tls = false;
  Extensions offered;
  ReplyParser parser;
  ByteQueue output;
  std::vector<ClientEvent> events;

  // The transaction under way.
  const OutgoingMessage* message = nullptr;
  std::optional<Transaction> transaction;
  std::size_t next_command = 0;  // the step to be sent next
  std::size_t next_reply = 0;    // the step whose reply comes next
  DotEncoder encoder;
  // The server may still hold the envelope of a transaction that did not get as far as its message.
  bool server_has_envelope = false;

  Instant now{};  // the latest that was handed in
  Instant waiting_since{};
  Instant ended{};
};

}  // namespace mailrig::smtp
