// The reference sender's decisions: queue, MX choice, connection reuse, per-destination concurrency, retry, expiry.
// Pure: it is told what happened and says what to do next; a driver (live or virtual) does it.
//
// Drive it like this:
//   submit() whenever a message is handed over;
//   while (auto command = sender.next_command(now)) carry it out, or start carrying it out;
//   report back through resolved(), connected(), … as things happen;
//   drain next_event() into the ledger; come back at next_wakeup().
// Not thread-safe.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "fakes/base/draw.h"
#include "fakes/base/instant.h"
#include "fakes/base/ip_address.h"
#include "fakes/dns/mx_lookup.h"
#include "fakes/smtp/client_session.h"
#include "fakes/smtp/transaction.h"

namespace mailrig::sender {

struct Config {
  std::string name;    // entity of its draws
  std::string domain;  // where its bounces come from: MAILER-DAEMON@domain
  std::string helo;
  std::vector<IpAddress> source_ips;  // used in turn, one per connection
  std::vector<Duration> retry = {std::chrono::minutes(5), std::chrono::minutes(15), std::chrono::hours(1)};  // the last one repeats
  std::uint32_t retry_jitter_ppm = 100'000;  // each delay is drawn from delay × (1 ± jitter)
  Duration expire = std::chrono::hours(72);  // from submission; RFC 5321 §4.5.4.1 asks for 4–5 days by default
  std::uint32_t connections_per_destination_max = 4;
  std::uint32_t connections_max = 200;
  std::uint32_t messages_per_connection_max = 50;
  std::uint32_t recipients_per_transaction_max = 100;
  Duration connection_idle_max = std::chrono::seconds(5);  // kept open for reuse this long
  bool pipelining = true;
  smtp::TlsPolicy tls = smtp::TlsPolicy::opportunistic;
};

struct QueuedMessage {
  std::uint64_t id = 0;
  std::string mail_from;
  std::vector<std::string> recipients;
  std::uint64_t size_bytes = 0;
  bool smtputf8 = false;
  bool eight_bit = false;
  bool bounce = false;  // a DSN: it never causes another
};

using ConnectionId = std::uint64_t;  // never reused within a run

struct Command {
  enum class Kind : std::uint8_t {
    resolve,  // look up the MX of `domain`, then resolved()
    connect,  // to `address` (world's address, port 25) from `source`; then connected() or connection_failed()
    send,     // `message` to `recipients` (indices into QueuedMessage::recipients) on `connection`; then transaction_done()
    quit,     // close `connection` politely; then connection_closed()
  };
  Kind kind = Kind::resolve;
  std::string domain;
  ConnectionId connection = 0;
  IpAddress address;
  std::string host;  // MX host name
  IpAddress source;
  std::uint64_t message = 0;
  std::vector<std::uint32_t> recipients;
};

struct Event {
  enum class Kind : std::uint8_t {
    attempt,  // one try for one recipient ended: `result`
    final,    // nothing more will be tried for one recipient: `outcome`
    bounce,   // some recipients of `message` failed for good (`failures`): the driver sends a DSN to its mail_from
    done,     // no recipient of `message` is waiting any more: its content can be forgotten
  };
  enum class Outcome : std::uint8_t { delivered, rejected_by_receiver, rejected_by_sender, expired };
  struct Failure {
    std::uint32_t recipient = 0;
    Outcome outcome = Outcome::expired;
    std::optional<smtp::Reply> reply;  // the last one received
    std::string remote_host;           // MX host that said so; empty when none was reached
  };

  Kind kind = Kind::attempt;
  Instant at{};
  std::uint64_t message = 0;
  std::uint32_t recipient = 0;
  std::uint32_t attempt = 0;    // of this recipient, from 1
  ConnectionId connection = 0;  // 0 when no connection was opened
  IpAddress address;            // the MX address tried; 0.0.0.0 when none
  std::string host;
  smtp::RecipientResult result;
  Outcome outcome = Outcome::delivered;
  std::vector<Failure> failures;
};

struct QueueSizes {
  std::uint64_t messages = 0;    // with at least one waiting recipient
  std::uint64_t recipients = 0;  // waiting or in flight
  std::uint64_t connections = 0;
};

class Sender {
 public:
  Sender(Config config, Draw draw);
  ~Sender();
  Sender(const Sender&) = delete;
  Sender& operator=(const Sender&) = delete;

  const Config& config() const;
  void submit(Instant now, QueuedMessage message);

  std::optional<Command> next_command(Instant now);
  std::optional<Event> next_event();
  // When next_command() may have something new without further news; `never` when the queue is empty.
  Instant next_wakeup() const;

  void resolved(Instant now, std::string_view domain, const dns::MxResult& result);
  void connected(Instant now, ConnectionId connection);  // greeted, EHLO said, TLS done: ready
  void connection_failed(Instant now, ConnectionId connection, const smtp::SessionFailure& failure);
  void transaction_done(Instant now, ConnectionId connection, const smtp::TransactionResult& result);
  // After connected(): the connection is gone. A transaction under way was reported before.
  void connection_closed(Instant now, ConnectionId connection);

  const QueuedMessage* find(std::uint64_t message) const;  // null once done
  QueueSizes sizes() const;
  // Every recipient still waiting, in submission order: (message, recipient index).
  std::vector<std::pair<std::uint64_t, std::uint32_t>> waiting() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace mailrig::sender
