#include "sim/rig/system.h"

#include <fmt/format.h>

#include <cerrno>
#include <fstream>
#include <system_error>

namespace mailrig::rig {

Error system_error(std::string_view what) {
  return system_error(what, errno);
}

Error system_error(std::string_view what, int error) {
  // strerror(3) shares its text between threads.
  return {fmt::format("{}: {}", what, std::generic_category().message(error))};
}

Result<void> write_file(const std::filesystem::path& path, const std::string& content) {
  std::error_code ignored;
  if (std::filesystem::is_symlink(path, ignored)) std::filesystem::remove(path, ignored);
  std::ofstream file(path, std::ios::trunc);
  file << content;
  if (!file.flush()) return Error{"cannot be written", path.string()};
  return {};
}

}  // namespace mailrig::rig
