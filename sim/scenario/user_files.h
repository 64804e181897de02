// The user's own files that a scenario names: recipient lists and messages. Errors name the file, and the line where
// there is one.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "fakes/base/result.h"

namespace mailrig::scenario {

inline constexpr std::size_t list_bytes_max = 1'000'000'000;
inline constexpr std::size_t message_files_max = 1'000'000;

// Calls use(line) for each line of a text, without the white space around it; not for empty ones and those that begin
// with '#'. An error ends it, and gets its place in `file`.
Result<void> for_each_line(std::string_view text, const std::string& file,
                           const std::function<Result<void>(std::string_view line)>& use);

// The fields of one CSV record (RFC 4180 §2).
std::vector<std::string> csv_fields(std::string_view line);

// One address per line, or CSV (RFC 4180, one record per line) whose header has a column `address` or `email`. Empty
// lines and lines that begin with '#' are passed over.
Result<std::vector<std::string>> parse_address_list(std::string_view text, const std::string& file);
Result<std::vector<std::string>> read_address_list(const std::filesystem::path& file);

// An .eml file, the .eml files of a folder, or what lies in a Maildir's `cur` and `new`; by file name.
Result<std::vector<std::filesystem::path>> find_messages(const std::filesystem::path& path);

}  // namespace mailrig::scenario
