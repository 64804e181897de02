// Small questions about text that every mail parser asks. Octets, not locales: only ASCII letters have a case.
// Pure functions.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace mailrig::mail {

constexpr bool is_wsp(char c) {
  return c == ' ' || c == '\t';
}
constexpr bool is_ascii(char c) {
  return static_cast<unsigned char>(c) < 0x80;
}
constexpr char to_lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}
constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
constexpr bool is_letter(char c) {
  return to_lower(c) >= 'a' && to_lower(c) <= 'z';
}
constexpr bool is_letter_or_digit(char c) {
  return is_letter(c) || is_digit(c);
}

// Of a hexadecimal digit in either case; -1: none.
constexpr int hex_value(char c) {
  if (is_digit(c)) return c - '0';
  const char lower = to_lower(c);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

// CJK Unified Ideographs and extension A.
constexpr bool is_han(char32_t code) {
  return (code >= 0x3400 && code <= 0x4dbf) || (code >= 0x4e00 && code <= 0x9fff);
}

std::string to_lower(std::string_view text);
bool equals_ignoring_case_at_length(std::string_view a, std::string_view b);  // of equal length
inline bool equals_ignoring_case(std::string_view a, std::string_view b) {
  return a.size() == b.size() && equals_ignoring_case_at_length(a, b);  // most differ in their length
}

// Without the spaces, tabs and line ends at both of its ends.
std::string_view trim(std::string_view text);

// Takes the next line off the front of `text`, without the LF or CRLF that ends it.
std::string_view take_line(std::string_view& text);

// Without the LF or CRLF at its end, or a CR that stands there alone.
constexpr std::string_view without_line_end(std::string_view text) {
  if (text.ends_with('\n')) text.remove_suffix(1);
  if (text.ends_with('\r')) text.remove_suffix(1);
  return text;
}

// Behind the comment (RFC 5322 §3.2.2) that opens at `open`; npos when it has no end.
std::size_t end_of_comment(std::string_view text, std::size_t open);

bool is_ascii(std::string_view text);

// utf8_length() of what does not begin with an ASCII character.
std::size_t utf8_length_beyond_ascii(std::string_view text);
// How many octets the UTF-8 character at the front of `text` has (RFC 3629); 0 when it is not well-formed or `text`
// is empty.
inline std::size_t utf8_length(std::string_view text) {
  return !text.empty() && is_ascii(text.front()) ? 1 : utf8_length_beyond_ascii(text);
}
// The same of a lead octet, in text that is known to be well-formed.
constexpr std::size_t utf8_length_of_lead(char lead) {
  const auto octet = static_cast<unsigned char>(lead);
  return octet < 0xc0 ? 1 : octet < 0xe0 ? 2 : octet < 0xf0 ? 3 : 4;
}
// The code point of one well-formed character.
constexpr char32_t utf8_code(std::string_view character) {
  const auto octet = [&](std::size_t i) { return static_cast<char32_t>(static_cast<unsigned char>(character[i])); };
  switch (character.size()) {
    case 1:
      return octet(0);
    case 2:
      return (octet(0) & 0x1fU) << 6 | (octet(1) & 0x3fU);
    case 3:
      return (octet(0) & 0x0fU) << 12 | (octet(1) & 0x3fU) << 6 | (octet(2) & 0x3fU);
    default:
      return (octet(0) & 0x07U) << 18 | (octet(1) & 0x3fU) << 12 | (octet(2) & 0x3fU) << 6 | (octet(3) & 0x3fU);
  }
}
bool is_utf8(std::string_view text);

// As much of the front of UTF-8 text as fits into `octets_max`, without a part of a character.
std::string_view utf8_prefix(std::string_view text, std::size_t octets_max);

}  // namespace mailrig::mail
