#include "sim/scenario/trace_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "fakes/base/units.h"
#include "fakes/config/document.h"
#include "fakes/mail/address.h"
#include "fakes/mail/text.h"
#include "sim/scenario/user_files.h"

namespace mailrig::scenario {
namespace {

enum Column : std::uint8_t { offset_column, recipient_column, size_column, stream_column, columns };
constexpr std::array<std::string_view, columns> column_names = {"offset", "recipient", "size", "stream"};

// "12.345", in seconds.
std::optional<Duration> parse_seconds(std::string_view text) {
  const std::size_t point = text.find('.');
  const std::string_view whole = text.substr(0, point);
  std::string fraction(point == std::string_view::npos ? "" : text.substr(point + 1));
  if (fraction.size() > 9) fraction.resize(9);
  fraction.resize(9, '0');
  std::int64_t seconds = 0;
  std::int64_t nanoseconds = 0;
  const auto read = [](std::string_view digits, std::int64_t& into) {
    const auto [end, fault] = std::from_chars(digits.data(), digits.data() + digits.size(), into);
    return fault == std::errc() && end == digits.data() + digits.size() && digits.front() != '-';
  };
  constexpr std::int64_t seconds_max = 1'000'000'000;
  if (whole.empty() || !read(whole, seconds) || !read(fraction, nanoseconds) || seconds > seconds_max) {
    return std::nullopt;
  }
  return std::chrono::seconds(seconds) + Duration(nanoseconds);
}

std::optional<Duration> parse_offset(std::string_view text) {
  if (const auto seconds = parse_seconds(text)) return seconds;
  const auto duration = parse_duration(text);
  return duration ? std::optional(*duration) : std::nullopt;
}

using Header = std::array<std::optional<std::size_t>, columns>;  // where each column stands

Result<Header> read_header(const std::vector<std::string>& fields) {
  Header header;
  for (std::size_t c = 0; c < columns; ++c) {
    for (std::size_t i = 0; i < fields.size() && !header[c]; ++i) {
      if (mail::equals_ignoring_case(mail::trim(fields[i]), column_names[c])) header[c] = i;
    }
  }
  for (const Column needed : {offset_column, recipient_column}) {
    if (!header[needed]) return Error{fmt::format("the header has no column '{}'", column_names[needed])};
  }
  return header;
}

Result<TraceRow> read_row(const std::vector<std::string>& fields, const Header& header) {
  const auto field = [&](Column column) {
    const auto& at = header[column];
    return at && *at < fields.size() ? mail::trim(fields[*at]) : std::string_view();
  };
  TraceRow row;
  const auto offset = parse_offset(field(offset_column));
  if (!offset) {
    return Error{fmt::format("'{}' is no offset; expected seconds such as 12.5, or a duration such as 1h30m",
                             field(offset_column))};
  }
  row.offset = *offset;
  const auto address = mail::parse_address(field(recipient_column));
  if (!address) return Error{fmt::format("'{}' is not a mail address", field(recipient_column))};
  row.recipient = address->to_string();
  if (const auto text = field(size_column); !text.empty()) {
    const auto size = parse_size(text);
    if (!size) return size.error();
    row.size_bytes = *size;
  }
  row.stream = field(stream_column);
  return row;
}

}  // namespace

Result<std::vector<TraceRow>> parse_trace(std::string_view text, const std::string& file) {
  std::vector<TraceRow> rows;
  std::optional<Header> header;
  const auto read = for_each_line(text, file, [&](std::string_view line) -> Result<void> {
    const auto fields = csv_fields(line);
    if (!header) {
      auto found = read_header(fields);
      if (!found) return found.error();
      header = *found;
      return {};
    }
    auto row = read_row(fields, *header);
    if (!row) return row.error();
    rows.push_back(std::move(*row));
    return {};
  });
  if (!read) return read.error();
  if (rows.empty()) return Error{"no mail in it", file};
  std::stable_sort(rows.begin(), rows.end(), [](const TraceRow& a, const TraceRow& b) { return a.offset < b.offset; });
  return rows;
}

Result<std::vector<TraceRow>> read_trace(const std::filesystem::path& file) {
  const auto text = config::read_file(file, list_bytes_max);
  if (!text) return text.error();
  return parse_trace(*text, file.string());
}

std::string to_csv(const std::vector<TraceRow>& rows) {
  std::string csv = "offset,recipient,size,stream\n";
  for (const TraceRow& row : rows) {
    const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(row.offset).count();
    fmt::format_to(std::back_inserter(csv), "{}.{:03},{},{},{}\n", ms / 1000, ms % 1000, row.recipient,
                   row.size_bytes == 0 ? std::string() : std::to_string(row.size_bytes), row.stream);
  }
  return csv;
}

}  // namespace mailrig::scenario
