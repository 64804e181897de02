// The client's side of one SMTP connection as bytes in, events and bytes out: greeting, EHLO (HELO as fallback),
// STARTTLS, then transactions one after another, pipelined where the server offers it. No sockets, no clock.
//
// Drive it like this:
//   loop: write output(), consume; receive(now, bytes); handle next_event(); past deadline() call expire(now).
// Not thread-safe.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fakes/base/instant.h"
#include "fakes/smtp/reply.h"
#include "fakes/smtp/transaction.h"

namespace mailrig::smtp {

enum class TlsPolicy : std::uint8_t {
  never,
  opportunistic,  // where it is offered, with whomever (RFC 7435)
  required,       // with whomever
  verify,         // required, and the server must prove that it is the host that was to be reached
};

// Nothing is sent in the clear then.
constexpr bool demands_tls(TlsPolicy policy) {
  return policy == TlsPolicy::required || policy == TlsPolicy::verify;
}

struct ClientConfig {
  std::string helo{};
  bool pipelining = true;  // use it when offered
  TlsPolicy tls = TlsPolicy::opportunistic;
  Duration greeting_timeout = std::chrono::minutes(5);  // RFC 5321 §4.5.3.2.1
  Duration command_timeout = std::chrono::minutes(5);   // §4.5.3.2.2 and 3
  Duration data_timeout = std::chrono::minutes(10);     // §4.5.3.2.6; from 354 to the answer to the final dot
};

struct ClientEvent {
  enum class Kind : std::uint8_t {
    ready,             // a transaction can be started
    start_tls,         // do the handshake, then tls_started() or tls_failed()
    transaction_done,  // `result`; the session is ready for the next one unless `closed` follows
    closed,            // the session is over; `failure` says in which phase and with which reply. Always the last
                       // event. Stage::quit: no transaction was under way, nothing failed.
  };
  Kind kind = Kind::ready;
  TransactionResult result{};
  SessionFailure failure{};
};

// What goes over the wire in one transaction; must outlive it. Addresses must be free of control characters: a CRLF
// in one would be a command.
struct OutgoingMessage {
  std::string mail_from{};  // without angle brackets; empty is the null sender
  std::vector<std::string> recipients{};
  std::string_view content{};  // CRLF line ends, not dot-stuffed
  bool smtputf8 = false;
  bool eight_bit = false;  // declared where 8BITMIME is offered, and sent as it is where not
};

class ClientSession {
 public:
  explicit ClientSession(ClientConfig config);
  ~ClientSession();
  ClientSession(ClientSession&&) noexcept;
  ClientSession& operator=(ClientSession&&) noexcept;

  void start(Instant now, bool implicit_tls = false);
  void receive(Instant now, std::string_view bytes);
  void peer_closed(Instant now);  // end of file, reset, or a failed write
  // Call when now >= deadline(); earlier it does nothing. Once finished() it drops output that the server does not
  // take.
  void expire(Instant now);
  Instant deadline() const;  // `never` while ready: how long to keep an idle connection is the driver's decision

  std::optional<ClientEvent> next_event();
  // Only when ready. With a message that the server's EHLO rules out (too large, no SMTPUTF8) `transaction_done`
  // comes without anything being sent; should the session have ended while the driver was not looking, it comes too.
  void send(Instant now, const OutgoingMessage& message);
  // Only when ready. Sends QUIT; `closed` follows.
  void quit(Instant now);
  void tls_started(Instant now);  // EHLO is said again (RFC 3207 §4.2)
  void tls_failed(Instant now);   // the connection is of no use any more

  // Valid until the next call that is not const.
  std::string_view output() const;
  void consume(std::size_t bytes);
  bool finished() const;  // close the socket once output() is flushed

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace mailrig::smtp
