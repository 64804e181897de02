// Undoes the transfer encodings of RFC 2045 for whoever reads mail from outside. Forgiving, as that mail is: what is
// not well-formed is skipped (base64) or kept as it stands (quoted-printable). Pure functions.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace mailrig::mail {

// The place of a character in the alphabet of RFC 2045 §6.8; -1: in none.
constexpr int base64_value(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  if (c == '+') return 62;
  return c == '/' ? 63 : -1;
}

// RFC 2045 §6.8: characters outside the alphabet are ignored, "=" ends the data. At most `octets_max` are returned.
std::string from_base64(std::string_view text, std::size_t octets_max);

// RFC 2045 §6.7. Line ends become LF; blanks at the end of a line were added on the way and go.
std::string from_quoted_printable(std::string_view text, std::size_t octets_max);

}  // namespace mailrig::mail
