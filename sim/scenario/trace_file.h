// A trace of mail to replay: what was sent when, to whom and how large, as CSV. Errors name the file and the line.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "fakes/base/instant.h"
#include "fakes/base/result.h"

namespace mailrig::scenario {

struct TraceRow {
  Duration offset{};  // from the beginning of the trace
  std::string recipient;
  std::uint64_t size_bytes = 0;  // 0: not known
  std::string stream;            // a kind of mail; empty: not said
};

// RFC 4180, one record per line, with a header: `offset` (seconds with decimals, or a duration such as 1h30m) and
// `recipient`, and if they are there `size` (bytes, or 12KB) and `stream`, in any order and among others. In the order
// of the offsets, equals as they stand. Empty lines and lines that begin with '#' are passed over.
Result<std::vector<TraceRow>> parse_trace(std::string_view text, const std::string& file);
Result<std::vector<TraceRow>> read_trace(const std::filesystem::path& file);

// The same rows as such a file, header included.
std::string to_csv(const std::vector<TraceRow>& rows);

}  // namespace mailrig::scenario
