// run.db: every delivery and every attempt of a run, for questions that no summary answers. SQLite with what reads as
// the tables run, message (one row per delivery), attempt, judgement and series; docs in the schema itself
// (run_tables.cc).
// Rows are buffered and written in one transaction; what was flushed survives kill -9. Thread-safe.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "fakes/base/result.h"
#include "sim/measure/run_rows.h"
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

class RunDatabase {
 public:
  // Replaces a run.db that is there already. The folder must exist.
  static Result<std::unique_ptr<RunDatabase>> create(const std::filesystem::path& file, RecordPolicy policy);
  ~RunDatabase();
  RunDatabase(const RunDatabase&) = delete;
  RunDatabase& operator=(const RunDatabase&) = delete;

  // The names behind the numbers in the rows; before the first row.
  void name(std::span<const std::string> receivers, std::span<const std::string> streams);
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
  // Once for each number.
  void add_circumstances(std::uint32_t number, std::string json);
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
