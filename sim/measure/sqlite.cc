#include "sim/measure/sqlite.h"

#include <fmt/format.h>
#include <sqlite3.h>

namespace mailrig::measure {

void Statement::Finalize::operator()(sqlite3_stmt* statement) const {
  sqlite3_finalize(statement);
}
void Connection::Close::operator()(sqlite3* connection) const {
  sqlite3_close(connection);
}

Error Statement::error() const {
  sqlite3* connection = sqlite3_db_handle(statement_.get());
  const char* file = sqlite3_db_filename(connection, "main");
  return Error{fmt::format("the run database can't be used: {}", sqlite3_errmsg(connection)), file ? file : ""};
}

Statement& Statement::bind(std::int64_t value) {
  sqlite3_bind_int64(statement_.get(), ++bound_, value);
  return *this;
}

Statement& Statement::bind(std::string_view text) {
  // A view without data would bind NULL; empty text is text.
  const char* data = text.data() == nullptr ? "" : text.data();
  sqlite3_bind_text(statement_.get(), ++bound_, data, static_cast<int>(text.size()), SQLITE_STATIC);
  return *this;
}

Statement& Statement::bind_copy(std::string_view text) {
  sqlite3_bind_text(statement_.get(), ++bound_, text.data(), static_cast<int>(text.size()), SQLITE_TRANSIENT);
  return *this;
}

Statement& Statement::bind_blob(std::string_view octets) {
  const char* data = octets.data() == nullptr ? "" : octets.data();
  sqlite3_bind_blob(statement_.get(), ++bound_, data, static_cast<int>(octets.size()), SQLITE_STATIC);
  return *this;
}

Statement& Statement::bind_null() {
  sqlite3_bind_null(statement_.get(), ++bound_);
  return *this;
}

Result<void> Statement::run() {
  const int status = sqlite3_step(statement_.get());
  bound_ = 0;
  if (status != SQLITE_DONE && status != SQLITE_ROW) {
    const Error fault = error();
    sqlite3_reset(statement_.get());
    return fault;
  }
  sqlite3_reset(statement_.get());
  return {};
}

Result<bool> Statement::next() {
  const int status = sqlite3_step(statement_.get());
  bound_ = 0;
  if (status == SQLITE_ROW) return true;
  if (status == SQLITE_DONE) return false;
  return error();
}

bool Statement::is_null(int column) const {
  return sqlite3_column_type(statement_.get(), column) == SQLITE_NULL;
}
std::int64_t Statement::integer(int column) const {
  return sqlite3_column_int64(statement_.get(), column);
}
double Statement::real(int column) const {
  return sqlite3_column_double(statement_.get(), column);
}

std::string_view Statement::text(int column) const {
  const unsigned char* data = sqlite3_column_text(statement_.get(), column);
  if (data == nullptr) return {};
  return {reinterpret_cast<const char*>(data),
          static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column))};
}

std::string_view Statement::blob(int column) const {
  const void* data = sqlite3_column_blob(statement_.get(), column);
  if (data == nullptr) return {};
  return {static_cast<const char*>(data), static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column))};
}

int Statement::columns() const {
  return sqlite3_column_count(statement_.get());
}

std::string_view Statement::column_name(int column) const {
  const char* name = sqlite3_column_name(statement_.get(), column);
  return name == nullptr ? std::string_view() : std::string_view(name);
}

Error Connection::error() const {
  return Error{fmt::format("the run database can't be used: {}",
                           connection_ ? sqlite3_errmsg(connection_.get()) : "out of memory"),
               file_};
}

Result<Connection> Connection::open(const std::filesystem::path& file, Mode mode) {
  Connection result;
  result.file_ = file.string();
  // Reading, too, opens for writing where that is allowed: the journal of a killed run has to be played back.
  const int flags = mode == Mode::create ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READWRITE;
  sqlite3* connection = nullptr;
  const int status = sqlite3_open_v2(result.file_.c_str(), &connection, flags | SQLITE_OPEN_NOMUTEX, nullptr);
  result.connection_.reset(connection);
  if (status != SQLITE_OK) return result.error();
  sqlite3_busy_timeout(connection, 5'000);
  return result;
}

Result<void> Connection::execute(const std::string& sql) {
  if (sqlite3_exec(connection_.get(), sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) return error();
  return {};
}

Result<Statement> Connection::prepare(std::string_view sql) {
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_prepare_v3(connection_.get(), sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT,
                         &statement, nullptr) != SQLITE_OK) {
    return error();
  }
  return Statement(statement);
}

Result<BulkInsert> BulkInsert::prepare(Connection& connection, std::string_view head, int columns) {
  std::string row = "(?";
  for (int i = 1; i < columns; ++i) row += ", ?";
  row += ")";
  std::string sql = fmt::format("{} VALUES {}", head, row);
  auto one = connection.prepare(sql);
  if (!one) return one.error();
  for (std::size_t i = 1; i < at_once; ++i) sql += ", " + row;
  auto many = connection.prepare(sql);
  if (!many) return many.error();
  return BulkInsert(std::move(*one), std::move(*many));
}

}  // namespace mailrig::measure
