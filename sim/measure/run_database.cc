#include "sim/measure/run_database.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <mutex>
#include <utility>

#include "fakes/base/stable_hash.h"
#include "sim/measure/run_tables.h"
#include "sim/measure/sqlite.h"

namespace mailrig::measure {
namespace {

constexpr std::size_t buffered_rows_max = 20'000;
constexpr std::uint64_t automatic_deliveries_max = 1'000'000;
constexpr std::uint64_t automatic_attempts_max = 1'000'000;  // that belong to no delivery
constexpr std::uint64_t automatic_sample = 1'000;

}  // namespace

Result<RecordPolicy> parse_record_policy(std::string_view text) {
  using Kind = RecordPolicy::Kind;
  if (text == "auto") return RecordPolicy{Kind::automatic, 1};
  if (text == "all") return RecordPolicy{Kind::all, 1};
  if (text == "aggregate") return RecordPolicy{Kind::aggregate, 1};
  static constexpr std::string_view prefix = "sample:";
  if (text.starts_with(prefix)) {
    const std::string_view number = text.substr(prefix.size());
    std::uint64_t every = 0;
    const auto [end, fault] = std::from_chars(number.data(), number.data() + number.size(), every);
    if (fault == std::errc() && end == number.data() + number.size() && every > 0) {
      return RecordPolicy{Kind::sample, every};
    }
  }
  return Error{fmt::format(
      "'{}' is not a way to record; write auto, all, aggregate, or sample:N to keep every N-th message", text)};
}

struct RunDatabase::State {
  State(RunTables opened, RecordPolicy record) : tables(std::move(opened)), policy(record) {}

  Result<void> flush();

  // Adds to the buffer, and empties it first when it is full.
  template <class Change>
  void buffer_row(Change change) {
    bool full = false;
    {
      const std::lock_guard lock(buffer_mutex);
      change(buffer);
      full = buffer.size() >= buffered_rows_max;
    }
    // An error here is kept and returned by the next flush() that somebody looks at.
    if (full) static_cast<void>(flush());
  }

  RunTables tables;
  const RecordPolicy policy;

  // Two locks, so that whoever adds a row does not wait for the disk. Order: write_mutex, then buffer_mutex.
  std::mutex write_mutex;
  std::mutex buffer_mutex;
  RunRows buffer;
  std::optional<Error> failure;
};

Result<void> RunDatabase::State::flush() {
  const std::lock_guard writing(write_mutex);
  RunRows rows;
  {
    const std::lock_guard lock(buffer_mutex);
    std::swap(rows, buffer);
  }
  if (failure) return *failure;
  if (auto done = tables.write(rows); !done) {
    failure = done.error();
    return done;
  }
  return {};
}

RunDatabase::RunDatabase(std::unique_ptr<State> state) : state_(std::move(state)) {}

RunDatabase::~RunDatabase() {
  static_cast<void>(flush());
  state_->tables.finish();
}

Result<std::unique_ptr<RunDatabase>> RunDatabase::create(const std::filesystem::path& file, RecordPolicy policy) {
  for (const char* suffix : {"", "-wal", "-shm", "-journal"}) {
    std::error_code fault;
    std::filesystem::remove(file.string() + suffix, fault);
    if (fault)
      return Error{fmt::format("the earlier run can't be replaced: {}", fault.message()), file.string() + suffix};
  }
  auto connection = Connection::open(file, Connection::Mode::create);
  if (!connection) return connection.error();
  auto tables = RunTables::create(std::move(*connection));
  if (!tables) return tables.error();
  return std::unique_ptr<RunDatabase>(new RunDatabase(std::make_unique<State>(std::move(*tables), policy)));
}

void RunDatabase::name(std::span<const std::string> receivers, std::span<const std::string> streams) {
  const std::lock_guard writing(state_->write_mutex);
  state_->tables.name(receivers, streams);
}

void RunDatabase::set(std::string key, std::string value) {
  state_->buffer_row([&](RunRows& b) { b.facts.emplace_back(std::move(key), std::move(value)); });
}

bool RunDatabase::keeps(std::uint64_t message, std::uint64_t deliveries) const {
  const auto sampled = [message](std::uint64_t every) { return combine(message, 0) % every == 0; };
  switch (state_->policy.kind) {
    case RecordPolicy::Kind::automatic:
      return deliveries < automatic_deliveries_max || sampled(automatic_sample);
    case RecordPolicy::Kind::all:
      return true;
    case RecordPolicy::Kind::sample:
      return sampled(state_->policy.every);
    case RecordPolicy::Kind::aggregate:
      return false;
  }
  return true;
}

bool RunDatabase::keeps_unattributed(std::uint64_t attempts) const {
  switch (state_->policy.kind) {
    case RecordPolicy::Kind::automatic:
      return attempts < automatic_attempts_max;
    case RecordPolicy::Kind::all:
      return true;
    case RecordPolicy::Kind::sample:
    case RecordPolicy::Kind::aggregate:
      return false;
  }
  return true;
}

bool RunDatabase::keeps_any() const {
  return state_->policy.kind != RecordPolicy::Kind::aggregate;
}

void RunDatabase::add(DeliveryRow row) {
  state_->buffer_row([&](RunRows& b) { b.deliveries.push_back(std::move(row)); });
}

void RunDatabase::add(const DeliveryUpdate& update) {
  state_->buffer_row([&](RunRows& b) {
    // Most deliveries are over before their row is written: then there is nothing to correct. Rows come in order.
    const auto row = std::lower_bound(b.deliveries.begin(), b.deliveries.end(), update.row,
                                      [](const DeliveryRow& d, std::int64_t number) { return d.row < number; });
    if (row != b.deliveries.end() && row->row == update.row) {
      row->standing = update;
    } else {
      b.updates.push_back(update);
    }
  });
}

void RunDatabase::add(AttemptRow row) {
  state_->buffer_row([&](RunRows& b) { b.attempts.push_back(std::move(row)); });
}

void RunDatabase::add_circumstances(std::uint32_t number, std::string json) {
  state_->buffer_row([&](RunRows& b) { b.circumstances.emplace_back(number, std::move(json)); });
}

void RunDatabase::add(SeriesChanges changes) {
  state_->buffer_row([&](RunRows& b) { b.series.push_back(std::move(changes)); });
}

Result<void> RunDatabase::flush() {
  return state_->flush();
}

}  // namespace mailrig::measure
