// run.db on the disk: its schema, and rows on their way into it. Not thread-safe.
#pragma once

#include <array>
#include <boost/unordered/unordered_flat_map.hpp>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "fakes/base/ip_address.h"
#include "fakes/base/result.h"
#include "fakes/base/stable_hash.h"
#include "fakes/policy/event.h"
#include "sim/measure/run_rows.h"
#include "sim/measure/series.h"
#include "sim/measure/sqlite.h"

namespace mailrig::measure {

// Rows that are written together.
struct RunRows {
  std::vector<std::pair<std::string, std::string>> facts;
  std::vector<DeliveryRow> deliveries;
  std::vector<DeliveryUpdate> updates;
  std::vector<AttemptRow> attempts;
  std::vector<std::pair<std::uint32_t, std::string>> circumstances;
  std::vector<SeriesChanges> series;

  std::size_t size() const { return deliveries.size() + updates.size() + attempts.size(); }
};

// Words that rows have in common, such as names and addresses of servers: a row has a word's number. There are only so
// many; after that a row has the text itself.
class Words {
 public:
  // None: there are too many.
  std::optional<std::int64_t> number_of(std::string_view word);
  std::optional<std::int64_t> number_of(const IpAddress& address);
  // Those that are not in the table yet; the first has the number `first`.
  struct New {
    std::int64_t first = 0;
    std::span<const std::string> words;
  };
  New unwritten() const;
  void written() { written_ = words_.size(); }

 private:
  struct Hash {
    using is_transparent = void;
    using is_avalanching = void;
    std::size_t operator()(std::string_view word) const { return stable_hash(word); }
    std::size_t operator()(const IpAddress& address) const { return stable_hash({}, address.hash()); }
  };

  std::vector<std::string> words_;
  std::size_t written_ = 0;
  boost::unordered_flat_map<std::string, std::int64_t, Hash, std::equal_to<>> numbers_;
  boost::unordered_flat_map<IpAddress, std::int64_t, Hash> addresses_;
};

class RunTables {
 public:
  // Of a database that is empty.
  static Result<RunTables> create(Connection connection);

  // The names behind the numbers in the rows.
  void name(std::span<const std::string> receivers, std::span<const std::string> streams);
  // All or nothing, in one transaction.
  Result<void> write(const RunRows& rows);
  // A finished run is one file: easier to take along than three. Fails harmlessly while somebody else is reading.
  void finish();

 private:
  explicit RunTables(Connection connection);

  Result<void> prepare();
  Result<void> write_rows(const RunRows& rows);
  Result<void> write(const SeriesChanges& changes);
  Result<void> write_words();

  void bind(Statement& put, const DeliveryRow& row);
  void bind(Statement& put, const AttemptRow& row);
  void bind(Statement& put, const SeriesPoint& point);
  void bind_standing(Statement& put, const DeliveryUpdate& update);
  void bind_word(Statement& put, std::string_view word);
  void bind_receiver(Statement& put, std::uint32_t receiver);

  struct Statements {
    Statement fact;
    Statement word;
    Statement circumstances;
    Statement update;
    BulkInsert deliveries;
    BulkInsert attempts;
    BulkInsert points;
  };

  Connection connection_;
  std::optional<Statements> put_;  // these go before the connection that they belong to
  Words words_;
  // Numbers of words.
  std::vector<std::int64_t> receivers_;
  std::vector<std::int64_t> streams_;
  std::array<std::int64_t, policy::event_count> events_{};
  std::array<std::int64_t, policy::phase_count> phases_{};
  std::array<std::int64_t, fate_count> fates_{};
  std::array<std::int64_t, attempt_result_count> results_{};
  std::array<std::int64_t, attribution_count> attributions_{};
  std::array<std::int64_t, metric_count> metrics_{};
};

}  // namespace mailrig::measure
