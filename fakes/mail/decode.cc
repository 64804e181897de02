#include "fakes/mail/decode.h"

#include <algorithm>
#include <cstdint>

#include "fakes/mail/text.h"

namespace mailrig::mail {
namespace {

// RFC 2045 §6.7 (1) asks for hexadecimal digits in upper case; lower case is as clear.
void append_decoded_line(std::string& out, std::string_view line) {
  while (true) {
    const std::size_t plain = std::min(line.find('='), line.size());
    out += line.substr(0, plain);
    line.remove_prefix(plain);
    if (line.empty()) return;
    const int high = line.size() > 2 ? hex_value(line[1]) : -1;
    const int low = line.size() > 2 ? hex_value(line[2]) : -1;
    const bool escape = high >= 0 && low >= 0;
    out += escape ? static_cast<char>(high << 4 | low) : '=';
    line.remove_prefix(escape ? 3 : 1);
  }
}

}  // namespace

std::string from_base64(std::string_view text, std::size_t octets_max) {
  std::string bytes(std::min(octets_max, text.size() / 4 * 3 + 3), '\0');
  std::size_t size = 0;
  std::uint32_t group = 0;
  int bits = 0;
  for (const char c : text) {
    if (c == '=' || size == octets_max) break;
    const int value = base64_value(c);
    if (value < 0) continue;
    group = group << 6 | static_cast<std::uint32_t>(value);
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    bytes[size++] = static_cast<char>(group >> bits & 0xff);
  }
  bytes.resize(size);
  return bytes;
}

std::string from_quoted_printable(std::string_view text, std::size_t octets_max) {
  std::string bytes;
  bytes.reserve(std::min(octets_max, text.size()));
  while (!text.empty() && bytes.size() < octets_max) {
    const std::size_t lf = text.find('\n');
    std::string_view line = text.substr(0, lf);
    text.remove_prefix(lf == std::string_view::npos ? text.size() : lf + 1);
    while (!line.empty() && (is_wsp(line.back()) || line.back() == '\r')) line.remove_suffix(1);
    const bool soft_break = line.ends_with('=');
    if (soft_break) line.remove_suffix(1);
    append_decoded_line(bytes, line);
    if (!soft_break && lf != std::string_view::npos) bytes += '\n';
  }
  if (bytes.size() > octets_max) bytes.resize(octets_max);
  return bytes;
}

}  // namespace mailrig::mail
