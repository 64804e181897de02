// Text in any character set as UTF-8, by the system's iconv. Pure; the output is at most three times as long as the
// input in any of them, and the work is linear in it.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace mailrig::mail {

struct Decoded {
  bool known = false;       // there is such a character set
  std::size_t invalid = 0;  // octets that mean nothing in it; they are left out of the text
  std::string text;         // UTF-8
};

Decoded decode_charset(std::string_view bytes, std::string_view charset);

// Characters; an octet that is no UTF-8 counts as one.
std::size_t count_characters(std::string_view utf8);

// Whether there are Han characters in the text.
bool holds_chinese(std::string_view utf8);

}  // namespace mailrig::mail
