// The book of a run: what became of every delivery, and what happened on the way. The load side, the sender and the
// receivers each tell it what they saw; it ties that together by message id, by connection and by (MAIL FROM, RCPT),
// decides the fate of each delivery, and checks that the sums close.
// Thread-safe: one mutex inside; live drivers call it from several threads. Virtual time has one thread and no need of
// it.
#pragma once

#include <compare>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "fakes/base/instant.h"
#include "fakes/base/ip_address.h"
#include "fakes/base/result.h"
#include "fakes/feedback/answers.h"
#include "fakes/feedback/readers.h"
#include "fakes/receiver/observer.h"
#include "fakes/smtp/transaction.h"
#include "sim/measure/fate.h"

namespace mailrig::measure {

struct StreamConfig {
  std::string name;  // of the mail kind
  std::optional<Duration> deadline;
};

// What is heard of the sender besides what receivers see of it.
enum class SenderInsight : std::uint8_t {
  full,   // ours: it reports every attempt, every outcome and its queue
  queue,  // what waits in its queue can be read: see Ledger::still_waiting()
  none,
};

// A hop that is no receiver: deliveries belong to the receiver that its mail ends at.
struct ForwarderConfig {
  std::string name;
  std::uint32_t to = 0;  // whom it passes mail on to: a receiver's index, or the number of receivers + a forwarder's
};

struct LedgerConfig {
  Instant start{};
  std::vector<std::string> receivers;  // scenario order
  std::vector<StreamConfig> streams;
  std::vector<ForwarderConfig> forwarders{};  // scenario order
  SenderInsight insight = SenderInsight::full;
  // Mail that nobody offered counts too, as deliveries of this stream: each (MAIL FROM, RCPT, Message-ID) is one,
  // intended and submitted when a receiver first heard of it.
  std::optional<std::uint32_t> outside_stream{};
  bool shared = true;  // by several threads
  // What its sender is done() with is summed up and forgotten a moment later: for virtual time, where nothing is heard
  // of it any more, so that memory grows with what is on its way and not with what was sent.
  bool forgets_done = false;
};

// Views are read before offered() returns.
struct OfferedRecipient {
  std::string_view address;
  // Index into LedgerConfig::receivers, and behind them into the forwarders; any other number is a foreign domain.
  std::uint32_t receiver = 0;
};

struct OfferedMessage {
  std::uint64_t id = 0;  // unique in the run, never 0
  std::uint32_t stream = 0;
  std::uint64_t slot = 0;
  Instant intended{};
  std::string_view mail_from;
  std::vector<OfferedRecipient> recipients;  // distinct addresses
  std::uint64_t size_bytes = 0;
  std::uint64_t body_digest = 0;        // 0: not checked (virtual time)
  std::uint64_t loose_body_digest = 0;  // 0: a body that differs is corrupted, whatever the difference
};

enum class SenderOutcome : std::uint8_t {
  delivered,
  rejected_by_receiver,
  rejected_by_sender,
  expired,
  suppressed,
  refused,  // the sender did not take this recipient
};

// What a delivery status notification says about one recipient.
struct Notice {
  enum class Kind : std::uint8_t { failed, expired, delayed };
  Instant now{};
  Kind kind = Kind::failed;
  std::uint64_t message = 0;   // id, from what is returned of it; 0: not known
  std::string_view mail_from;  // whom the notice came to
  std::string_view recipient;
  bool quotes_refusal = false;  // it quotes a 5yz of a receiver
};

// What the sender knows about one try. It counts as an attempt, and is recorded, only when no receiver saw the
// recipient (rcpt_answered is false): otherwise the receiver's verdict is the record.
struct SenderAttempt {
  Instant now{};
  std::uint64_t message = 0;
  std::uint32_t recipient = 0;    // index into OfferedMessage::recipients
  std::uint64_t session_key = 0;  // 0 when no connection came about
  IpAddress source;
  smtp::RecipientResult result;
  bool timed_out = false;  // without a reply: nobody answered in time (else: refused or cut)
};

// A message that a forwarder has taken for one recipient and is to pass on.
struct ForwardedMessage {
  Instant now{};
  std::uint32_t forwarder = 0;  // index into LedgerConfig::forwarders
  // As its receiving side saw it.
  const policy::Session& session;
  std::string_view recipient;
  const policy::MessageFacts& message;
  // As it is passed on.
  std::uint64_t id = 0;  // never 0
  std::string_view address;
  std::uint64_t body_digest = 0;  // 0: not checked
  bool body_changed = false;      // on purpose
  bool returns_failure = false;   // a failure is told to somebody
};

// Whose a copy is, as days and streams are counted.
struct Origin {
  std::uint32_t stream = 0;
  std::uint32_t domain = 0;  // of MAIL FROM; the ledger's number
  IpAddress source;

  friend auto operator<=>(const Origin&, const Origin&) = default;
};

// Mail that a mailbox sends upon a message that it got.
struct Answered {
  Instant now{};
  std::uint32_t receiver = 0;           // whose mailbox it is
  std::optional<std::uint32_t> stream;  // of the message; none: the run did not offer it
  feedback::AnswerKind kind = feedback::AnswerKind::reply;
  std::uint64_t id = 0;  // never 0
};

// How the warm-up of one of the sender's addresses stands at one receiver, on one UTC day.
struct WarmupStanding {
  Instant midnight{};          // that the day begins with
  std::uint32_t receiver = 0;  // index into LedgerConfig::receivers, and behind them into the forwarders
  IpAddress source;
  std::string_view domain;  // the sender's
  std::uint64_t cap = 0;    // copies
  std::uint64_t carried_over = 0;
  bool slowed = false;  // by a rule
  bool full = false;    // mail waits for a place
  bool paused = false;  // by a rule
};

// What a progress line needs, without the cost of a snapshot.
struct Counters {
  std::uint64_t offered = 0;     // messages
  std::uint64_t submitted = 0;   // messages
  std::uint64_t deliveries = 0;  // offered
  std::uint64_t finished = 0;    // deliveries whose fate is not `queued`
  std::uint64_t inbox = 0;
  std::uint64_t spam = 0;
  std::uint64_t discarded = 0;
  std::uint64_t rejected = 0;
  std::uint64_t expired = 0;
  std::uint64_t lost = 0;
  std::uint64_t queued = 0;
  std::uint64_t attempts = 0;
  std::uint64_t deferrals = 0;
  std::uint64_t held = 0;  // of the queued: recipients that wait for a place in a warm-up
  // Warm-ups (an address at a receiver) by how they stand.
  std::uint64_t warmups_sending = 0;
  std::uint64_t warmups_full = 0;
  std::uint64_t warmups_paused = 0;
};

class RunDatabase;

class Ledger {
 public:
  // `database` may be null; must outlive the ledger.
  Ledger(LedgerConfig config, RunDatabase* database);
  ~Ledger();
  Ledger(const Ledger&) = delete;
  Ledger& operator=(const Ledger&) = delete;

  // The load side. Messages that were never offered (a sender's own DSNs) are ignored by everything below.
  void offered(const OfferedMessage& message);
  void submitted(Instant now, std::uint64_t message);
  void refused(Instant now, std::uint64_t message);
  void submission_deferred(Instant now, std::uint64_t message);  // a 4yz; the load side tries again

  // The sender, when it is ours. `transaction_started` makes what receivers see on that session exact.
  void transaction_started(std::uint64_t session_key, std::uint64_t message);
  void sender_attempt(const SenderAttempt& attempt);
  void sender_outcome(Instant now, std::uint64_t message, std::uint32_t recipient, SenderOutcome outcome);
  // Nothing more will be tried for the message; all its recipients have their outcomes.
  void done(Instant now, std::uint64_t message);

  // The warm-up of a sender that is ours: whenever it changes, and by how many recipients what it holds back grew.
  void warmup(const WarmupStanding& standing);
  void held_back(std::int64_t recipients);
  // A sender that is ours tries nothing more of a stream.
  void stopped(Instant now, std::uint32_t stream);

  // A receiver's own account, or that of a forwarder's receiving side, whose indices follow those of the receivers;
  // give the receiver this observer. Lives as long as the ledger.
  receiver::Observer& observer(std::uint32_t receiver);

  // A forwarder has taken a message, and will pass it on under the id that this returns: the one given, or another when
  // that is in use. From then on the sender's reports about that id are attempts of the delivery that it belongs to.
  std::uint64_t forwarded(const ForwardedMessage& message);
  // Nothing more will be tried. A failure is `bounced` when the forwarder tells somebody, and otherwise `lost`.
  void forwarder_done(Instant now, std::uint64_t id, SenderOutcome outcome);

  // A notification came back to the sender's domain: counted once, and heeded for each of its recipients when the
  // sender does not report by itself.
  void dsn_received(Instant now);
  bool heeds_notices() const;
  void noticed(const Notice& notice);

  // What the log of a sender that is not ours tells of a try that no receiver answered; `recipient` in the attempt is
  // not read.
  void unseen_attempt(std::string_view recipient, SenderAttempt attempt);
  // Found in the queue of a sender that is not ours, when the run is over.
  void still_waiting(std::uint64_t message, std::string_view recipient);

  // Whose mail a copy is: of a message that was offered.
  std::optional<Origin> origin_of(const policy::Session& session, std::uint64_t message);
  // Somebody did something with a copy that the receiver stored.
  void reader_acted(Instant at, std::uint32_t receiver, const Origin& origin, feedback::ReaderAct act);

  // A mailbox sends something, under the id that this returns: the one given, or another when that is in use. And what
  // became of it.
  std::uint64_t answered(const Answered& answer);
  void answer_done(Instant now, std::uint64_t id, SenderOutcome outcome);

  // Hands what changed to the database and writes it out; drivers call it about once a second.
  Result<void> flush();

  Counters counters() const;

  // The end: deliveries without an outcome are `queued`, those acknowledged but nowhere are `lost`, messages whose
  // submission nobody accepted are `refused`. Idempotent; a running ledger may be summed up any time with
  // `final = false`. Include sim/measure/snapshot.h for its shape.
  struct Snapshot;
  std::shared_ptr<const Snapshot> snapshot(Instant now, bool final);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace mailrig::measure
