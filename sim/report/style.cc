#include "sim/report/style.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>

namespace mailrig::report {

std::string Style::paint(Colour colour_wanted, std::string_view text) const {
  if (!colour) return std::string(text);
  static constexpr std::array<std::string_view, 5> codes = {"1", "2", "31", "32", "33"};
  return fmt::format("\x1b[{}m{}\x1b[0m", codes[static_cast<std::size_t>(colour_wanted)], text);
}

Style style_for(int descriptor) {
  Style style;
  if (isatty(descriptor) == 0) return style;
  const char* no_color = std::getenv("NO_COLOR");  // NOLINT(concurrency-mt-unsafe): nobody changes it
  style.colour = no_color == nullptr || *no_color == '\0';
  winsize window{};
  if (ioctl(descriptor, TIOCGWINSZ, &window) == 0 && window.ws_col > 0) {
    style.columns = std::clamp<std::size_t>(window.ws_col, 60, 120);
  }
  return style;
}

}  // namespace mailrig::report
