// The reference sender's decisions: queue, MX choice, connection reuse, per-destination concurrency, retry, expiry.
// Pure: it is told what happened and says what to do next; a driver (live or virtual) does it.
//
// Drive it like this:
//   submit() whenever a message is handed over;
//   while (auto command = sender.next_command(now)) carry it out, or start carrying it out;
//   report back through resolved(), connected(), … as things happen;
//   drain next_event() into the ledger; come back at next_wakeup().
//
// How it behaves, in the order of a message's life:
// - A message is split by recipient domain, and by recipients_per_transaction_max within a domain. Each part is queued
//   for its destination, first due first served; destinations take turns.
// - The MX of a destination are asked for once and kept for the answer's TTL. Hosts are tried by preference, equals in
//   an order drawn per connection, every address of a host (RFC 5321 §5.1); one that failed within the last minute is
//   tried last. A 5yz greeting counts as a failure of that host, like a refused connection (so does Postfix by default,
//   smtp_skip_5xx_greeting). When no address is left, whatever is ready for that destination is deferred, unless
//   another connection to it works: then the sender makes do with that one for a minute.
// - Idle connections are used before new ones are opened. When connections_max is reached, idle ones of other
//   destinations are closed to make room, and destinations wait in line for the places.
// - A reused connection that turns out to be closed (421, or no reply at all, to MAIL) says nothing about the message:
//   its recipients get one try on a fresh connection at once. It counts as an attempt, not as a step of the back-off.
// - With a warm-up, mail waits at a gate for a place among the day's copies of one of the sender's addresses
//   (warmup_gate.h), what was tried on an earlier day before what is new. Each address then has its own connections to
//   each destination, with connections_per_destination_max for itself. A message expires by the time since its first
//   place: what the gate holds does not grow old before it was tried once. Bounces pass by the gate.
// - Where waiting mail has priorities, what is urgent goes first wherever something waits: for a connection, and for a
//   place in the warm-up.
// - An address that the sender cannot connect from (source_failed()) rests for a minute: mail goes out from the others.
//   With a warm-up, what had a place at it gets one at another address, as far as that one's day has room.
// - A destination with a shaping of its own has its own limits. A reply rule that pauses it stops all its mail,
// untried.
// - An address that turned out to be no good is suppressed, where a sender keeps such a list: what is handed over for
//   it later is not tried. A stream whose first tries of the day fail too often is stopped, if there is a rule for it:
//   what was not tried yet never is.
// - A deferred try is repeated after retry[n-1], jittered, and at the latest when the message expires: that try is the
//   last one.
// Not thread-safe.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "fakes/base/draw.h"
#include "fakes/base/instant.h"
#include "fakes/base/ip_address.h"
#include "fakes/dns/mx_lookup.h"
#include "fakes/smtp/client_session.h"
#include "fakes/smtp/transaction.h"
#include "sim/pacing/sender_warmup.h"
#include "sim/sender/shape.h"
#include "sim/sender/suppression.h"
#include "sim/sender/warmup_gate.h"

namespace mailrig::sender {

struct Config {
  std::string name{};    // entity of its draws
  std::string domain{};  // where its bounces come from: MAILER-DAEMON@domain
  std::string helo{};
  std::vector<IpAddress>
      source_ips{};  // used in turn, one per connection to a destination, by family; none: the driver's choice
  // Waits between tries, each above 0; the last one repeats.
  std::vector<Duration> retry = {std::chrono::minutes(5), std::chrono::minutes(15), std::chrono::hours(1)};
  std::uint32_t retry_jitter_ppm = 100'000;  // each delay is drawn from delay × (1 ± jitter)
  Duration expire = std::chrono::hours(72);  // from submission; RFC 5321 §4.5.4.1 asks for 4–5 days by default
  std::uint32_t connections_per_destination_max = 4;
  std::uint32_t connections_max = 200;
  std::uint32_t messages_per_connection_max = 50;
  std::uint32_t recipients_per_transaction_max = 100;
  Duration connection_idle_max = std::chrono::seconds(5);  // kept open for reuse this long
  std::string smarthost{};  // takes all mail, whatever its domain; empty: mail goes to its own MX
  bool pipelining = true;
  smtp::TlsPolicy tls = smtp::TlsPolicy::opportunistic;
  // With it, source_ips are of one family, and at least one.
  std::optional<pacing::SenderWarmup> warmup{};
  // Domains (in lower case) that share a warm-up's caps; any other is a group by itself, numbered behind these.
  std::vector<std::vector<std::string>> warmup_groups{};
  std::vector<Shaping> shapings{};           // no domain is in two
  std::optional<Suppression> suppression{};  // none: every address is tried every time
  std::optional<pacing::Trigger> stop{};     // stops a stream for good
};

using pacing::priorities;
using pacing::Priority;

struct QueuedMessage {
  std::uint64_t id = 0;
  std::string mail_from{};
  std::vector<std::string> recipients{};
  std::uint64_t size_bytes = 0;
  bool smtputf8 = false;
  bool eight_bit = false;
  bool bounce = false;  // a DSN: it never causes another, and is always tried
  std::uint32_t stream = 0;
  Priority priority = Priority::normal;
};

using ConnectionId = std::uint64_t;  // never 0, never reused within a run

// Its views stay valid as long as the sender, `recipients` until the transaction is reported.
struct Command {
  enum class Kind : std::uint8_t {
    resolve,  // look up the MX of `domain`, then resolved()
    connect,  // to `address` (world's address, port 25) from `source`; then connected() or connection_failed()
    send,     // `message` to `recipients` (indices into QueuedMessage::recipients) on `connection`; then
              // transaction_done()
    quit,     // close `connection` politely (it is never busy); then connection_closed()
  };
  Kind kind = Kind::resolve;
  std::string_view domain;  // in lower case
  ConnectionId connection = 0;
  IpAddress address;
  std::string_view host;  // MX host name
  IpAddress source;
  std::uint64_t message = 0;
  std::span<const std::uint32_t> recipients;
};

// Its views stay valid as long as the sender.
struct Event {
  enum class Kind : std::uint8_t {
    attempt,  // one try for one recipient ended: `result`
    final,    // nothing more will be tried for one recipient: `outcome`
    bounce,   // recipients of `message` failed for good at this moment: the driver sends a DSN to its mail_from
    done,     // no recipient of `message` is waiting any more: its content can be forgotten
    stopped,  // what was not tried yet of `stream` never is; about no message
  };
  enum class Outcome : std::uint8_t { delivered, rejected_by_receiver, rejected_by_sender, expired, suppressed };
  struct Failure {
    std::uint32_t recipient = 0;
    Outcome outcome = Outcome::expired;
    smtp::Stage stage = smtp::Stage::dns;  // where the last try ended
    std::optional<smtp::Reply> reply;      // the answer to it, or our own words; none: cut, refused or timed out
    std::string_view remote_host;          // MX host of the last try; empty when there was none
  };

  Kind kind = Kind::attempt;
  Instant at{};
  std::uint64_t message = 0;
  std::uint32_t recipient = 0;
  std::uint32_t attempt = 0;    // of this recipient, from 1
  ConnectionId connection = 0;  // 0 when no connection was opened
  IpAddress address;            // the MX address tried; 0.0.0.0 when none
  std::string_view host;
  smtp::RecipientResult result;  // of a `final`, the reply is there only when it is the sender's own words
  Outcome outcome = Outcome::delivered;
  std::vector<Failure> failures;
  std::uint32_t stream = 0;
};

struct QueueSizes {
  std::uint64_t messages = 0;    // with at least one waiting recipient
  std::uint64_t recipients = 0;  // waiting or in flight
  std::uint64_t connections = 0;
  std::uint64_t held = 0;  // of the recipients, those that wait for a place in the warm-up
};

class Sender {
 public:
  Sender(Config config, Draw draw);
  ~Sender();
  Sender(const Sender&) = delete;
  Sender& operator=(const Sender&) = delete;

  const Config& config() const;
  // At least one recipient, and an id that no message in the queue has.
  void submit(Instant now, QueuedMessage message);

  std::optional<Command> next_command(Instant now);
  std::optional<Event> next_event();
  // What changed in the warm-up since it was last asked.
  std::optional<WarmupDay> next_warmup_change();
  // When next_command() may have something new without further news; `never` when the queue is empty.
  Instant next_wakeup() const;

  void resolved(Instant now, std::string_view domain, const dns::MxResult& result);
  void connected(Instant now, ConnectionId connection);  // greeted, EHLO said, TLS done: ready
  void connection_failed(Instant now, ConnectionId connection, const smtp::SessionFailure& failure);
  // Instead of connection_failed(): there is no connecting from the source address, whatever the target.
  void source_failed(Instant now, ConnectionId connection);
  // A connection that the result calls unusable is the driver's to close: no `quit` is asked for.
  void transaction_done(Instant now, ConnectionId connection, smtp::TransactionResult result);
  // After connected(): the connection is gone. A transaction under way should have been reported before; else it counts
  // as cut, and is deferred.
  void connection_closed(Instant now, ConnectionId connection);

  // A report of a receiver's feedback loop: the reader at `address` called a message of `stream`, which had come from
  // `source`, spam. It counts in the rules of the day, and the address is suppressed where there is such a list.
  void complained(Instant now, std::uint32_t stream, const IpAddress& source, std::string_view address);
  // By hand: an address is put on the suppression list of a sender that has one, or taken off.
  void suppress(Instant now, std::string_view address, bool suppressed);

  // Null once `done` was taken from next_event(). Stays where it is until then.
  const QueuedMessage* find(std::uint64_t message) const;
  QueueSizes sizes() const;
  // Every recipient waiting or in flight, in submission order: (message, recipient index).
  std::vector<std::pair<std::uint64_t, std::uint32_t>> waiting() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace mailrig::sender
