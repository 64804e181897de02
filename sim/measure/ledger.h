// The book of a run: what became of every delivery, and what happened on the way. The load side, the sender and the
// receivers each tell it what they saw; it ties that together by message id, by connection and by (MAIL FROM, RCPT),
// decides the fate of each delivery, and checks that the sums close.
// Thread-safe: one mutex inside; live drivers call it from several threads.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fakes/base/instant.h"
#include "fakes/base/ip_address.h"
#include "fakes/receiver/observer.h"
#include "fakes/smtp/transaction.h"

namespace mailrig::measure {

enum class Fate : std::uint8_t {
  inbox, spam, discarded, handed_over, bounced, rejected, refused, expired, suppressed, queued, lost,
};
inline constexpr std::size_t fate_count = 11;
std::string_view to_string(Fate fate);

struct StreamConfig {
  std::string name;               // of the mail kind
  std::optional<Duration> deadline;
};

struct LedgerConfig {
  Instant start{};
  std::vector<std::string> receivers;  // scenario order
  std::vector<StreamConfig> streams;
  bool sender_is_ours = true;  // the sender reports every attempt and its queue; else only receivers are heard
};

struct OfferedRecipient {
  std::string address;
  std::uint32_t receiver = 0;
};

struct OfferedMessage {
  std::uint64_t id = 0;
  std::uint32_t stream = 0;
  std::uint64_t slot = 0;
  Instant intended{};
  std::string mail_from;
  std::vector<OfferedRecipient> recipients;
  std::uint64_t size_bytes = 0;
  std::uint64_t body_digest = 0;  // 0: not checked (virtual time)
};

enum class SenderOutcome : std::uint8_t { delivered, rejected_by_receiver, rejected_by_sender, expired, suppressed };

// What the sender knows about one try; all of it is recorded, but it counts as an attempt of its own only when no
// receiver saw the recipient (rcpt_answered is false): otherwise the receiver's verdict is the record.
struct SenderAttempt {
  Instant now{};
  std::uint64_t message = 0;
  std::uint32_t recipient = 0;    // index into OfferedMessage::recipients
  std::uint64_t session_key = 0;  // 0 when no connection came about
  IpAddress source;
  smtp::RecipientResult result;
};

class RunDatabase;

class Ledger {
 public:
  // `database` may be null; must outlive the ledger.
  Ledger(LedgerConfig config, RunDatabase* database);
  ~Ledger();

  // The load side.
  void offered(const OfferedMessage& message);
  void submitted(Instant now, std::uint64_t message);
  void refused(Instant now, std::uint64_t message);

  // The sender, when it is ours. `transaction_started` makes what receivers see on that session exact.
  void transaction_started(std::uint64_t session_key, std::uint64_t message);
  void sender_attempt(const SenderAttempt& attempt);
  void sender_outcome(Instant now, std::uint64_t message, std::uint32_t recipient, SenderOutcome outcome);

  // A receiver's own account; give the receiver this observer. Lives as long as the ledger.
  receiver::Observer& observer(std::uint32_t receiver);

  void dsn_received(Instant now);

  // The end: deliveries without an outcome are `queued`, those acknowledged but nowhere are `lost`. Idempotent; a
  // running ledger may be closed into a snapshot any time with `final = false`.
  struct Snapshot;
  std::shared_ptr<const Snapshot> snapshot(Instant now, bool final);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace mailrig::measure
