// How a report may look where it is printed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace mailrig::report {

enum class Colour : std::uint8_t { bold, dim, red, green, yellow };

struct Style {
  bool colour = false;
  std::size_t columns = 120;

  // The text in the colour's escape sequences, or as it is.
  std::string paint(Colour colour_wanted, std::string_view text) const;
};

// For an open file descriptor: coloured and as wide as the window on a terminal (at most 120 columns), plain elsewhere
// and where NO_COLOR is set to anything (no-color.org).
Style style_for(int descriptor);

}  // namespace mailrig::report
