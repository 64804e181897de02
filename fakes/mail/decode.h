// Undoes the transfer encodings of RFC 2045 for whoever reads mail from outside. Forgiving, as that mail is: what is
// not well-formed is skipped (base64) or kept as it stands (quoted-printable). Pure functions.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace mailrig::mail {

// RFC 2045 §6.8.
inline constexpr std::string_view base64_alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

// By octet its place in the alphabet; -1: none.
inline constexpr auto base64_values = [] {
  std::array<std::int8_t, 256> values{};
  values.fill(-1);
  std::int8_t place = 0;
  for (const char c : base64_alphabet) values[static_cast<unsigned char>(c)] = place++;
  return values;
}();
constexpr int base64_value(char c) {
  return base64_values[static_cast<unsigned char>(c)];
}

// RFC 2045 §6.8: characters outside the alphabet are ignored, "=" ends the data. At most `octets_max` are returned.
std::string from_base64(std::string_view text, std::size_t octets_max);

// RFC 2045 §6.7. Line ends become LF; blanks at the end of a line were added on the way and go.
std::string from_quoted_printable(std::string_view text, std::size_t octets_max);

}  // namespace mailrig::mail
