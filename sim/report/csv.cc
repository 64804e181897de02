#include "sim/report/csv.h"

#include <fmt/format.h>

#include "fakes/base/instant.h"
#include "sim/measure/sqlite.h"
#include "sim/report/json_text.h"

namespace mailrig::report {
namespace {

using measure::Connection;
using measure::Statement;

constexpr std::string_view heading_line =
    "message,stream,slot,intended,submitted,mail_from,recipient,receiver,size,fate,placement,stored_at,latency_s,"
    "service_s,attempts,deferrals,copies,corrupted,transformed,last_code,last_event\r\n";

constexpr std::string_view query =
    "SELECT id, stream, slot, intended, submitted, mail_from, recipient, receiver, size, fate, placement, stored_at, "
    "attempts, deferrals, copies, corrupted, transformed, last_code, last_event FROM message ORDER BY delivery";

enum Field : int {
  id,
  stream,
  slot,
  intended,
  submitted,
  mail_from,
  recipient,
  receiver,
  size,
  fate,
  placement,
  stored_at,
  attempts,
  deferrals,
  copies,
  corrupted,
  transformed,
  last_code,
  last_event,
};

std::string time_text(const Statement& row, Field field) {
  return row.is_null(field) ? std::string() : to_rfc3339(Instant(Duration(row.integer(field))));
}

std::string seconds_between(const Statement& row, Field from, Field to) {
  if (row.is_null(from) || row.is_null(to)) return {};
  return plain_decimal(to_seconds(Duration(row.integer(to) - row.integer(from))));
}

std::string line_of(const Statement& row) {
  const auto text = [&](Field field) { return csv_field(row.text(field)); };
  return fmt::format("{:016x},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}\r\n",
                     static_cast<std::uint64_t>(row.integer(id)), text(stream), text(slot), time_text(row, intended),
                     time_text(row, submitted), text(mail_from), text(recipient), text(receiver), text(size),
                     text(fate), text(placement), time_text(row, stored_at), seconds_between(row, intended, stored_at),
                     seconds_between(row, submitted, stored_at), text(attempts), text(deferrals), text(copies),
                     text(corrupted), text(transformed), text(last_code), text(last_event));
}

}  // namespace

std::string csv_field(std::string_view text) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) return std::string(text);
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + "\"";
}

Result<void> write_csv(const std::filesystem::path& run_db, std::ostream& out) {
  auto connection = Connection::open(run_db, Connection::Mode::read);
  if (!connection) return connection.error();
  auto rows = connection->prepare(query);
  if (!rows) return rows.error();
  out << heading_line;
  for (;;) {
    const auto row = rows->next();
    if (!row) return row.error();
    if (!*row) return {};
    out << line_of(*rows);
  }
}

}  // namespace mailrig::report
