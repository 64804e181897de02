// The server's side of one SMTP connection (RFC 5321, with PIPELINING 2920, SIZE 1870, CHUNKING 3030, STARTTLS 3207,
// SMTPUTF8 6531, DSN 3461) as bytes in, events and bytes out. No sockets, no clock, no policy: it knows the grammar,
// the order of commands and the limits; what to answer to a well-formed command it asks its driver.
//
// Drive it like this:
//   session.start(now);
//   loop: write session.output(), consume what was written;
//         while (auto event = session.next_event()) decide and session.answer(now, answer);
//         session.receive(now, bytes) or, past session.deadline(), session.expire(now);
// An unanswered event holds back everything behind it, so replies keep the order of commands. Not thread-safe.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fakes/base/instant.h"
#include "fakes/smtp/content_budget.h"
#include "fakes/smtp/reply.h"

namespace mailrig::smtp {

struct ServerConfig {
  std::string host_name{};                // in the engine's own replies
  std::string ehlo_greeting{};            // text of EHLO's first line, placeholders already filled; default host_name
  std::vector<std::string> extensions{};  // EHLO lines exactly as advertised: "SIZE 157286400", "8BITMIME", "OK"
  bool starttls = false;                  // offered; the line "STARTTLS" is left out of EHLO when false or TLS is on
  std::uint64_t message_bytes_max = 50'000'000;
  std::size_t command_line_bytes_max = 2048;  // RFC 5321 §4.5.3.1.4 asks for 512 at least, extensions add to it
  std::size_t recipients_max = 1000;          // the engine's own bound; profiles refuse earlier
  // A message with a longer line is refused with 500; 0: any length. RFC 5321 §4.5.3.1.6 asks for 1000 at least; by
  // default only what no mail program writes is refused, so that a line without an end costs no memory.
  std::size_t text_line_bytes_max = 1 << 20;
  // Shared with other sessions; outlives them. Messages that do not fit are answered with 452 (RFC 5321 §4.2.3). Null:
  // no bound on what all hold together.
  ContentBudget* content_budget = nullptr;
  bool refuse_bare_newlines = false;  // answer a message that holds a bare CR or LF with 550; they never end it anyway
  int errors_max = 20;  // syntax errors and bad sequences that are answered one by one; then 421 and close
  Duration command_timeout = std::chrono::minutes(5);  // RFC 5321 §4.5.3.2.7
  Duration session_timeout = std::chrono::hours(1);    // whatever the client does
  // Replies that profiles word in their own way; {host} etc. already filled. Code 0 keeps the engine's default.
  Reply help{}, vrfy{}, quit{}, too_many_errors{}, timeout{}, too_large{}, data_go_ahead{}, bad_recipient{};
};

struct ServerEvent {
  enum class Kind : std::uint8_t {
    connected,  // the greeting is wanted
    helo,       // `argument`; `extended` when EHLO
    mail,       // `argument` is the reverse-path without brackets
    rcpt,       // `argument` is the forward-path without brackets
    message,    // end of data: `content` is the message, dot-unstuffed, CRLF line ends
    reset,      // the transaction is over: RSET, or the engine refused the message at its end; then `argument` is
                // the reply's first line, "552 5.3.4 …" (the engine replies itself; no answer wanted)
    start_tls,  // 220 is in output(): flush it, do the handshake, then tls_started() (no answer wanted)
    closed,     // the session is over; `reason` says why. Always the last event.
  };
  enum class CloseReason : std::uint8_t { quit, peer_closed, timeout, refused, too_many_errors };

  Kind kind = Kind::connected;
  std::string argument{};
  bool extended = false;
  std::uint64_t declared_size = 0;
  bool smtputf8 = false;
  bool eight_bit = false;        // BODY=8BITMIME or BINARYMIME
  std::string dsn_parameters{};  // RET=, ENVID= or NOTIFY=, ORCPT= as received
  std::string content{};
  CloseReason reason = CloseReason::quit;

  bool wants_answer() const { return kind != Kind::reset && kind != Kind::start_tls && kind != Kind::closed; }
};

struct ServerAnswer {
  Reply reply;         // to helo: a 2yz is replaced by the EHLO lines of the configuration when `extended`
  bool close = false;  // after the reply; a reply with code 0 closes without a word, whatever this says
};

class ServerSession {
 public:
  explicit ServerSession(ServerConfig config);
  ~ServerSession();
  ServerSession(ServerSession&&) noexcept;
  ServerSession& operator=(ServerSession&&) noexcept;

  // `implicit_tls`: the connection is already inside TLS.
  void start(Instant now, bool implicit_tls = false);
  void receive(Instant now, std::string_view bytes);
  void peer_closed(Instant now);
  // Call when now >= deadline() (earlier it does nothing): queues the time-out reply and ends the session. Once
  // finished() the deadline is that of the last replies; expire() then drops what the peer did not take.
  void expire(Instant now);
  Instant deadline() const;
  // False: the driver should not read from the socket for now, because there is an event to fetch, or enough lies here
  // unprocessed or unsent.
  bool wants_input() const;

  std::optional<ServerEvent> next_event();
  // Answers the event that was fetched last. Ignored when the session has ended meanwhile.
  void answer(Instant now, const ServerAnswer& answer);
  // After Kind::start_tls: the handshake succeeded. Input received in clear text before it is forgotten (RFC 3207
  // §4.2).
  void tls_started(Instant now);

  // Valid until the next call that is not const.
  std::string_view output() const;
  void consume(std::size_t bytes);
  // No more output will come and the connection is to be closed once output() is flushed.
  bool finished() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace mailrig::smtp
