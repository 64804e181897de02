// The little of SQLite that the run database needs, with errors as Result<> and handles that close themselves.
// Not thread-safe.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "fakes/base/result.h"

struct sqlite3;
struct sqlite3_stmt;

namespace mailrig::measure {

class Statement {
 public:
  // Values go to the ?1, ?2, … of the statement in the order of the calls. Text must live until run() or next().
  Statement& bind(std::int64_t value);
  Statement& bind(std::string_view text);
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

}  // namespace mailrig::measure
