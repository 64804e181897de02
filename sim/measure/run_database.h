// run.db: every delivery and every attempt of a run, for questions that no summary answers. SQLite with four tables:
// run, message (one row per delivery), attempt, series; docs in the schema itself (run_database.cc).
// Rows are buffered and written in one transaction; what was flushed survives kill -9. Thread-safe.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fakes/base/instant.h"
#include "fakes/base/ip_address.h"
#include "fakes/base/result.h"
#include "fakes/policy/event.h"
#include "sim/measure/fate.h"
#include "sim/measure/series.h"

namespace mailrig::measure {

// What is kept of deliveries and attempts; the series are always kept.
struct RecordPolicy {
  enum class Kind : std::uint8_t {
    automatic,  // all up to a million deliveries, of later messages every thousandth
    all,
    sample,     // every `every`-th message, chosen by its id
    aggregate,  // none
  };
  Kind kind = Kind::automatic;
  std::uint64_t every = 1;
};

// "all", "aggregate", "sample:N", or "auto".
Result<RecordPolicy> parse_record_policy(std::string_view text);

// How a delivery stands.
struct DeliveryUpdate {
  std::int64_t row = 0;
  std::optional<Instant> submitted;
  Fate fate = Fate::queued;
  std::optional<Instant> delivered;  // first copy stored, or discarded
  std::uint32_t attempts = 0;
  std::uint32_t deferrals = 0;
  std::uint32_t copies = 0;
  bool corrupted = false;
  bool transformed = false;
  std::uint16_t last_code = 0;
  std::optional<policy::Event> last_event;
};

// A delivery when it is offered. `row` names it in later updates.
struct DeliveryRow {
  std::int64_t row = 0;
  std::uint64_t message = 0;
  std::uint32_t stream = 0;
  std::uint64_t slot = 0;
  Instant intended{};
  std::string mail_from;
  std::string recipient;
  std::uint32_t receiver = 0;
  std::uint64_t size_bytes = 0;
  std::optional<DeliveryUpdate> standing{};  // where it is known before the row is written
};

struct AttemptRow {
  std::int64_t delivery = 0;             // row of the delivery; 0: belongs to none, counted at the receiver only
  std::optional<std::uint64_t> message;  // of the delivery
  std::string recipient;                 // empty: as in the delivery's row, or a refused session
  std::uint32_t n = 0;                   // of this delivery, from 1
  Instant at{};
  std::uint32_t receiver = 0;
  std::optional<std::uint32_t> hop{};  // the forwarder that took it or passed it on; a number like `receiver`
  IpAddress source;
  std::uint64_t session = 0;
  policy::Phase phase = policy::Phase::connect;
  policy::Event event = policy::Event::accepted;
  std::uint16_t code = 0;
  std::string text;  // of the reply, enhanced code included
  Attribution attribution = Attribution::session;
  AttemptResult result = AttemptResult::deferred;
  Duration delay{};
};

// Why a message, or the session that was to bring it, was judged as it was (sim/measure/circumstances.h).
struct JudgementRow {
  std::int64_t delivery = 0;
  std::uint32_t n = 0;  // the delivery's attempt
  bool accepted = false;
  std::string_view reason;  // policy::Placement::reason
  std::int32_t score_milli = 0;
  std::int32_t junk_below_milli = 0;
  std::uint64_t circumstances = 0;  // key_of(); add_circumstances() comes first
  std::int32_t content_milli = 0;
  std::string memory;  // write_memory()
};

class RunDatabase {
 public:
  // Replaces a run.db that is there already. The folder must exist.
  static Result<std::unique_ptr<RunDatabase>> create(const std::filesystem::path& file, RecordPolicy policy);
  ~RunDatabase();
  RunDatabase(const RunDatabase&) = delete;
  RunDatabase& operator=(const RunDatabase&) = delete;

  // The names behind the numbers in the rows; before the first row.
  void name(std::vector<std::string> receivers, std::vector<std::string> streams);
  // Facts about the run as a whole.
  void set(std::string key, std::string value);

  // Whether this message's deliveries and attempts are to be kept; `deliveries` were offered before it.
  bool keeps(std::uint64_t message, std::uint64_t deliveries) const;
  // The same for attempts that belong to no delivery; `attempts` of them came before.
  bool keeps_unattributed(std::uint64_t attempts) const;
  // Whether anything but the series is kept.
  bool keeps_any() const;

  void add(DeliveryRow row);
  void add(const DeliveryUpdate& update);
  void add(AttemptRow row);
  void add(JudgementRow row);
  // Once for each key.
  void add_circumstances(std::uint64_t key, std::string json);
  void add(SeriesChanges changes);

  // Writes out what is buffered. Errors also surface here when a full buffer had to flush itself; after an error
  // nothing more is written.
  Result<void> flush();

 private:
  struct State;
  explicit RunDatabase(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace mailrig::measure
