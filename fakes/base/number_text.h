// Numbers as text, for what is written with every message: a format string would be read for every one, too.
#pragma once

#include <array>
#include <charconv>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string>

namespace mailrig {

void append_decimal(std::string& out, std::integral auto number) {
  std::array<char, 20> digits;
  out.append(digits.data(), std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr);
}

// Lower case, with zeros in front. The number must fit into `digits`.
inline void append_hex(std::string& out, std::uint64_t number, std::size_t digits) {
  out.append(digits, '0');
  for (std::size_t i = out.size(); number != 0; number >>= 4) out[--i] = "0123456789abcdef"[number & 0xf];
}

}  // namespace mailrig
