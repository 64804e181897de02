#include "fakes/mail/header.h"

#include <algorithm>

#include "fakes/mail/text.h"

namespace mailrig::mail {
namespace {

std::size_t line_length(std::string_view text) {
  const std::size_t lf = text.find('\n');
  return lf == std::string_view::npos ? text.size() : lf + 1;
}

// How many octets before the colon form a name: RFC 5322 §3.6.8, with the blanks before the colon that §4.5 still
// asks readers to accept. 0: this line begins no field.
std::size_t name_length(std::string_view line, std::size_t colon) {
  if (colon == std::string_view::npos) return 0;
  std::string_view name = line.substr(0, colon);
  while (!name.empty() && is_wsp(name.back())) name.remove_suffix(1);
  const bool printable = std::all_of(name.begin(), name.end(), [](char c) { return c > ' ' && c < 0x7f; });
  return printable ? name.size() : 0;
}

}  // namespace

std::optional<HeaderField> HeaderReader::next() {
  if (ended_) return std::nullopt;
  const std::string_view rest = message_.substr(at_);
  std::size_t length = line_length(rest);
  const std::string_view line = without_line_end(rest.substr(0, length));
  if (line.empty()) {
    ended_ = true;
    separated_ = length > 0;
    at_ += length;
    return std::nullopt;
  }
  const std::size_t colon = line.find(':');
  const std::size_t name = name_length(line, colon);
  if (name == 0) {
    ended_ = true;
    return std::nullopt;
  }
  while (length < rest.size() && is_wsp(rest[length])) length += line_length(rest.substr(length));
  at_ += length;
  const std::string_view raw = rest.substr(0, length);
  return HeaderField{raw.substr(0, name), without_line_end(raw).substr(colon + 1), raw};
}

std::size_t body_offset(std::string_view message) {
  HeaderReader reader(message);
  while (reader.next()) {
  }
  return reader.body_offset();
}

std::optional<std::string_view> find_field(std::string_view message, std::string_view name) {
  HeaderReader reader(message);
  while (const auto field = reader.next()) {
    if (equals_ignoring_case(field->name, name)) return field->value;
  }
  return std::nullopt;
}

std::string unfold(std::string_view value, std::size_t octets_max) {
  value = trim(value);
  std::string text;
  for (const char c : value) {
    if (c == '\r' || c == '\n') continue;
    if (text.size() == octets_max) break;
    text += c;
  }
  return text;
}

}  // namespace mailrig::mail
