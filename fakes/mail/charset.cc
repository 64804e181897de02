#include "fakes/mail/charset.h"

#include <iconv.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>

#include "fakes/mail/text.h"

namespace mailrig::mail {

Decoded decode_charset(std::string_view bytes, std::string_view charset) {
  Decoded decoded;
  // "//TRANSLIT" and its like are iconv's, not character sets.
  const bool plain = std::all_of(charset.begin(), charset.end(), [](char c) {
    return is_letter_or_digit(c) || c == '-' || c == '_' || c == '.' || c == ':' || c == '+';
  });
  if (charset.empty() || !plain) return decoded;
  // GB18030 holds all of GB2312 and GBK, and mail programs label one as the other.
  std::string name = to_lower(charset);
  if ((name == "utf-8" || name == "utf8") && is_utf8(bytes)) return {true, 0, std::string(bytes)};  // most mail
  if (name == "gb2312" || name == "gbk" || name == "cp936") name = "gb18030";
  const iconv_t converter = ::iconv_open("UTF-8", name.c_str());
  if (reinterpret_cast<std::intptr_t>(converter) == -1) return decoded;
  decoded.known = true;
  std::string input(bytes);
  char* in = input.data();
  std::size_t in_left = input.size();
  std::array<char, 4096> block;
  while (in_left > 0) {
    char* out = block.data();
    std::size_t out_left = block.size();
    const std::size_t result = ::iconv(converter, &in, &in_left, &out, &out_left);
    const int fault = errno;
    decoded.text.append(block.data(), block.size() - out_left);
    if (result != static_cast<std::size_t>(-1) || fault == E2BIG) continue;
    ++decoded.invalid;
    ++in;
    --in_left;
  }
  ::iconv_close(converter);
  return decoded;
}

std::size_t count_characters(std::string_view utf8) {
  std::size_t count = 0;
  while (!utf8.empty()) {
    utf8.remove_prefix(std::max<std::size_t>(1, utf8_length(utf8)));
    ++count;
  }
  return count;
}

bool holds_chinese(std::string_view utf8) {
  while (!utf8.empty()) {
    const std::size_t length = utf8_length(utf8);
    if (length > 1 && is_han(utf8_code(utf8.substr(0, length)))) return true;
    utf8.remove_prefix(std::max<std::size_t>(1, length));
  }
  return false;
}

}  // namespace mailrig::mail
