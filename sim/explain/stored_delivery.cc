#include "sim/explain/stored_delivery.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <system_error>

#include "sim/measure/memory.h"
#include "sim/measure/sqlite.h"

namespace mailrig::explain {
namespace {

using measure::Statement;

Instant instant_of(std::int64_t nanoseconds) {
  return Instant(Duration(nanoseconds));
}

std::optional<std::uint64_t> number_in(std::string_view text, int base) {
  std::uint64_t number = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number, base);
  if (text.empty() || fault != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

// The column that names the delivery, and its value.
struct Name {
  const char* column;
  std::optional<std::int64_t> number;
  std::string_view text;
};
Name parse_name(std::string_view which) {
  constexpr std::size_t id_digits = 16;
  if (which.find('@') != std::string_view::npos) return {"recipient", {}, which};
  if (which.size() == id_digits) {
    if (const auto id = number_in(which, 16)) return {"id", static_cast<std::int64_t>(*id), which};
  }
  if (const auto row = number_in(which, 10)) return {"delivery", static_cast<std::int64_t>(*row), which};
  return {nullptr, {}, which};
}

Result<Statement> query(measure::Connection& run, const std::string& sql, const Name& name) {
  auto statement = run.prepare(sql);
  if (!statement) return statement;
  name.number ? statement->bind(*name.number) : statement->bind(name.text);
  return statement;
}

// Calls row(statement) for each.
template <class Row>
Result<void> for_each_row(Statement& statement, Row row) {
  while (true) {
    const auto more = statement.next();
    if (!more) return more.error();
    if (!*more) return {};
    row(statement);
  }
}

Result<void> read_attempts(measure::Connection& run, StoredDelivery& delivery) {
  auto rows = query(run,
                    "SELECT n, at, receiver, source_ip, phase, event, result, text, code FROM attempt WHERE delivery "
                    "= ?1 ORDER BY seq",
                    {"delivery", delivery.row, {}});
  if (!rows) return rows.error();
  return for_each_row(*rows, [&](const Statement& row) {
    delivery.attempts.push_back({.n = static_cast<std::uint32_t>(row.integer(0)),
                                 .at = instant_of(row.integer(1)),
                                 .receiver = std::string(row.text(2)),
                                 .source_ip = std::string(row.text(3)),
                                 .phase = std::string(row.text(4)),
                                 .event = std::string(row.text(5)),
                                 .result = std::string(row.text(6)),
                                 .text = std::string(row.text(7)),
                                 .code = static_cast<std::uint16_t>(row.integer(8))});
  });
}

// The judgement of `attempt`, or else the last one.
Result<void> read_judgement(measure::Connection& run, std::optional<std::uint32_t> attempt, StoredDelivery& delivery) {
  auto rows = query(run,
                    "SELECT reason, content, facts, memory, n FROM judgement JOIN circumstances ON "
                    "circumstances.id = judgement.circumstances WHERE delivery = ?1 ORDER BY n",
                    {"delivery", delivery.row, {}});
  if (!rows) return rows.error();
  std::optional<Error> fault;
  const auto keep = [&](const Statement& row) {
    const auto n = static_cast<std::uint32_t>(row.integer(4));
    if (attempt && n != *attempt) return;
    auto circumstances = measure::read_circumstances(row.text(2));
    auto remembered = measure::read_memory(row.blob(3));
    if (!circumstances || !remembered) {
      fault = !circumstances ? circumstances.error() : remembered.error();
      return;
    }
    circumstances->session.content.score_milli = static_cast<std::int32_t>(row.integer(1));
    const auto judged = std::find_if(delivery.attempts.begin(), delivery.attempts.end(),
                                     [n](const StoredAttempt& each) { return each.n == n; });
    const auto phase = judged == delivery.attempts.end() ? std::nullopt : policy::parse_phase(judged->phase);
    if (!phase) {
      fault = Error{
          fmt::format("run.db is damaged: attempt {} of delivery {} was judged and is not there", n, delivery.row)};
      return;
    }
    delivery.judgement = StoredJudgement{.n = n,
                                         .at = judged->at,
                                         .phase = *phase,
                                         .reason = std::string(row.text(0)),
                                         .circumstances = std::move(*circumstances),
                                         .remembered = *remembered};
  };
  if (auto done = for_each_row(*rows, keep); !done) return done;
  if (fault) return *fault;
  return {};
}

}  // namespace

Result<Found> find_delivery(const std::filesystem::path& run_folder, std::string_view which,
                            std::optional<std::uint32_t> attempt) {
  const std::filesystem::path file = run_folder / "run.db";
  const auto fail = [&file](const std::string& message) { return Error{message, file.string()}; };
  const Name name = parse_name(which);
  if (name.column == nullptr) {
    return Error{
        fmt::format("'{}' names no delivery; give a row of run.db's message table (17), a message's id in 16 "
                    "hexadecimal digits, or a recipient's address",
                    which)};
  }
  std::error_code missing;
  if (!std::filesystem::exists(file, missing)) return fail("there is no such file; is this the folder of a run?");
  auto run = measure::Connection::open(file, measure::Connection::Mode::read);
  if (!run) return run.error();

  auto rows = query(*run,
                    fmt::format("SELECT delivery, id, stream, intended, mail_from, recipient, receiver, fate, count(*) "
                                "OVER () FROM message WHERE {} = ?1 ORDER BY delivery LIMIT 1",
                                name.column),
                    name);
  if (!rows) return rows.error();
  Found found;
  found.fitting = 0;
  const auto keep = [&found](const Statement& row) {
    found.fitting = static_cast<std::uint64_t>(row.integer(8));
    found.delivery = {.row = row.integer(0),
                      .message = static_cast<std::uint64_t>(row.integer(1)),
                      .stream = std::string(row.text(2)),
                      .intended = instant_of(row.integer(3)),
                      .mail_from = std::string(row.text(4)),
                      .recipient = std::string(row.text(5)),
                      .receiver = std::string(row.text(6)),
                      .fate = std::string(row.text(7)),
                      .attempts = {},
                      .judgement = {}};
  };
  if (auto done = for_each_row(*rows, keep); !done) return done.error();
  if (found.fitting == 0) {
    return fail(
        fmt::format("no delivery '{}'; a run that records samples or aggregates only does not have all", which));
  }
  if (auto done = read_attempts(*run, found.delivery); !done) return done.error();
  if (auto done = read_judgement(*run, attempt, found.delivery); !done) return done.error();
  return found;
}

}  // namespace mailrig::explain
