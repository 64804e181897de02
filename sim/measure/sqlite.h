// The little of SQLite that the run database needs, with errors as Result<> and handles that close themselves.
// Not thread-safe.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "fakes/base/result.h"

struct sqlite3;
struct sqlite3_stmt;

namespace mailrig::measure {

class Statement {
 public:
  // Values go to the ?1, ?2, … of the statement in the order of the calls. Text must live until run() or next(), unless
  // it is copied.
  Statement& bind(std::int64_t value);
  Statement& bind(std::string_view text);
  Statement& bind_copy(std::string_view text);
  Statement& bind_blob(std::string_view octets);
  Statement& bind_null();

  // Carries out a statement without rows, and makes it ready for the next set of values.
  Result<void> run();
  // Moves to the next row; false after the last one.
  Result<bool> next();

  // Columns of the current row, counted from 0. NULL reads as 0 or empty.
  bool is_null(int column) const;
  std::int64_t integer(int column) const;
  double real(int column) const;
  std::string_view text(int column) const;
  std::string_view blob(int column) const;
  int columns() const;
  std::string_view column_name(int column) const;

 private:
  friend class Connection;
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const;
  };
  explicit Statement(sqlite3_stmt* statement) : statement_(statement) {}
  Error error() const;

  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
  int bound_ = 0;
};

class Connection {
 public:
  enum class Mode : std::uint8_t { create, read };
  static Result<Connection> open(const std::filesystem::path& file, Mode mode);

  Result<void> execute(const std::string& sql);
  Result<Statement> prepare(std::string_view sql);

 private:
  struct Close {
    void operator()(sqlite3* connection) const;
  };
  Connection() = default;
  Error error() const;

  std::string file_;
  std::unique_ptr<sqlite3, Close> connection_;
};

// Rows for one table, several to a statement: most of what a small INSERT costs is not its row.
class BulkInsert {
 public:
  // `head`: "INSERT INTO table".
  static Result<BulkInsert> prepare(Connection& connection, std::string_view head, int columns);

  // bind(statement, row) binds every column of a row, in the order of the table.
  template <class Row, class Bind>
  Result<void> insert(std::span<const Row> rows, Bind bind) {
    for (; rows.size() >= at_once; rows = rows.subspan(at_once)) {
      for (const Row& row : rows.first(at_once)) bind(many_, row);
      if (auto done = many_.run(); !done) return done;
    }
    for (const Row& row : rows) {
      bind(one_, row);
      if (auto done = one_.run(); !done) return done;
    }
    return {};
  }

 private:
  static constexpr std::size_t at_once = 16;
  BulkInsert(Statement one, Statement many) : one_(std::move(one)), many_(std::move(many)) {}

  Statement one_;
  Statement many_;
};

}  // namespace mailrig::measure
