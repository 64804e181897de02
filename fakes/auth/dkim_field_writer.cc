#include "fakes/auth/dkim_field_writer.h"

#include <charconv>
#include <limits>

#include "fakes/base/check.h"

namespace mailrig::auth {
namespace {

std::size_t octets_of(FieldWriter::Parts parts) {
  std::size_t octets = 0;
  for (const std::string_view part : parts) octets += part.size();
  return octets;
}

}  // namespace

FieldWriter::FieldWriter(std::string_view name) {
  text_.reserve(1024);
  append(name);
  append(":");
}

FieldWriter::FieldWriter(const FieldWriter& beginning, std::size_t octets_more) {
  text_.reserve(beginning.text_.size() + octets_more);
  text_ = beginning.text_;
  column_ = beginning.column_;
}

void FieldWriter::word(Parts parts) {
  if (column_ + 1 + octets_of(parts) > columns_max) {
    fold();
  } else {
    append(" ");
  }
  append(parts);
}

void FieldWriter::continuation(Parts parts) {
  if (column_ + octets_of(parts) > columns_max) fold();
  append(parts);
}

void FieldWriter::tag(std::string_view name, std::uint64_t value) {
  char digits[std::numeric_limits<std::uint64_t>::digits10 + 1];
  const char* const end = std::to_chars(std::begin(digits), std::end(digits), value).ptr;
  tag(name, std::string_view(digits, end));
}

void FieldWriter::breakable(std::string_view text, std::size_t line_columns_max) {
  while (!text.empty()) {
    if (column_ >= line_columns_max) fold();
    const std::string_view line = text.substr(0, line_columns_max - column_);
    append(line);
    text.remove_prefix(line.size());
  }
}

void FieldWriter::fold() {
  text_ += "\r\n ";
  column_ = 1;
}

void FieldWriter::append(std::string_view text) {
  text_ += text;
  column_ += text.size();
}

void FieldWriter::append(Parts parts) {
  for (const std::string_view part : parts) append(part);
}

void write_signed_names(FieldWriter& field, const std::vector<std::string_view>& names) {
  CHECK(!names.empty());
  const auto separator = [&](std::size_t i) { return i + 1 < names.size() ? ":" : ";"; };
  field.word({"h=", names[0], separator(0)});
  for (std::size_t i = 1; i < names.size(); ++i) field.continuation({names[i], separator(i)});
}

}  // namespace mailrig::auth
