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
bool equals_ignoring_case(std::string_view a, std::string_view b);

// Without the spaces, tabs and line ends at both of its ends.
std::string_view trim(std::string_view text);

// Takes the next line off the front of `text`, without the LF or CRLF that ends it.
std::string_view take_line(std::string_view& text);

// Behind the comment (RFC 5322 §3.2.2) that opens at `open`; npos when it has no end.
std::size_t end_of_comment(std::string_view text, std::size_t open);

bool is_ascii(std::string_view text);

// How many octets the UTF-8 character at the front of `text` has (RFC 3629); 0 when it is not well-formed or `text`
// is empty.
std::size_t utf8_length(std::string_view text);
// The code point of one well-formed character.
char32_t utf8_code(std::string_view character);
bool is_utf8(std::string_view text);

}  // namespace mailrig::mail
