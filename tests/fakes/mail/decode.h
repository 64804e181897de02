// What a mail reader does, written apart from the encoders so that tests don't check code against itself.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace mailrig::mail {

inline std::string decode_base64(std::string_view text) {
  static constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string bytes;
  std::uint32_t group = 0;
  int bits = 0;
  for (const char c : text) {
    if (c == '\r' || c == '\n' || c == '=') continue;
    const auto value = alphabet.find(c);
    if (value == std::string_view::npos) {
      ADD_FAILURE() << "not base64: " << static_cast<int>(c);
      return bytes;
    }
    group = group << 6 | static_cast<std::uint32_t>(value);
    bits += 6;
    if (bits >= 8) bytes += static_cast<char>(group >> (bits -= 8) & 0xff);
  }
  return bytes;
}

inline std::string decode_quoted_printable(std::string_view text) {
  std::string bytes;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '=') {
      bytes += text[i];
    } else if (text.substr(i + 1, 2) == "\r\n") {
      i += 2;
    } else {
      bytes += static_cast<char>(std::stoi(std::string(text.substr(i + 1, 2)), nullptr, 16));
      i += 2;
    }
  }
  return bytes;
}

// Encoded words of either form; blanks between two of them don't count (RFC 2047 §6.2).
inline std::string decode_words(std::string_view text) {
  std::string result;
  while (!text.empty()) {
    const std::size_t begin = text.find("=?UTF-8?");
    if (begin == std::string_view::npos) return result + std::string(text);
    const std::string_view between = text.substr(0, begin);
    if (result.empty() || between.find_first_not_of(" \t\r\n") != std::string_view::npos) result += between;
    const bool base64 = text[begin + 8] == 'B';
    const std::size_t end = text.find("?=", begin + 10);
    std::string content(text.substr(begin + 10, end - begin - 10));
    if (!base64) {
      for (char& c : content) c = c == '_' ? ' ' : c;
    }
    result += base64 ? decode_base64(content) : decode_quoted_printable(content);
    text.remove_prefix(end + 2);
  }
  return result;
}

}  // namespace mailrig::mail
