// The characters that HTML text stands for. Pure functions.
#pragma once

#include <string>
#include <string_view>

namespace mailrig::content {

// HTML's white space; other control characters are none to look at either.
constexpr bool is_html_blank(char c) {
  return static_cast<unsigned char>(c) <= ' ';
}

// Appends `code` as UTF-8; what is no character becomes U+FFFD.
void append_utf8(std::string& out, char32_t code);

// Appends `text` with its character references ("&amp;", "&#x4e2d;") decoded, as far as they are known, and runs of
// white space made one blank. Text in UTF-8 stays so.
void append_html_text(std::string& out, std::string_view text);

// An attribute's value, references decoded and trimmed; cut off after `octets_max` of what is written.
std::string attribute_text(std::string_view value, std::size_t octets_max);

}  // namespace mailrig::content
