#include "fakes/base/result.h"

#include <fmt/format.h>

namespace mailrig {

std::string Error::to_string() const {
  if (file.empty()) return message;
  if (line == 0) return fmt::format("{}: {}", file, message);
  return fmt::format("{}:{}:{}: {}", file, line, column, message);
}

void throw_exception_from_error(const Error& error, const boost::source_location&) {
  throw std::runtime_error(error.to_string());
}

}  // namespace mailrig
