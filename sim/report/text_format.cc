#include "sim/report/text_format.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace mailrig::report {
namespace {

struct Character {
  char32_t point = 0;
  std::size_t bytes = 1;
  bool valid = false;
};

// RFC 3629 §3.
Character first_character(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return {lead, 1, true};
  const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < length) return {};
  char32_t point = lead & (0x7FU >> length);
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0U) != 0x80) return {};
    point = point << 6 | (byte(i) & 0x3FU);
  }
  return {point, length, true};
}

std::size_t width_of(char32_t point) {
  const auto within = [point](char32_t first, char32_t last) { return point >= first && point <= last; };
  if (within(0x0300, 0x036F) || within(0x200B, 0x200F)) return 0;
  // The blocks that matter: Hangul, CJK, kana, full-width forms, emoji.
  const bool wide = within(0x1100, 0x115F) || within(0x2E80, 0x303E) || within(0x3041, 0xA4CF) ||
                    within(0xAC00, 0xD7A3) || within(0xF900, 0xFAFF) || within(0xFE30, 0xFE6F) ||
                    within(0xFF00, 0xFF60) || within(0xFFE0, 0xFFE6) || within(0x1F300, 0x1FAFF) ||
                    within(0x20000, 0x3FFFD);
  return wide ? 2 : 1;
}

bool is_control(char32_t point) {
  return point < 0x20 || (point >= 0x7F && point < 0xA0);
}

// Calls `use` with the printable form of each character and its width.
template <class Use>
void for_each_character(std::string_view text, Use use) {
  while (!text.empty()) {
    const Character c = first_character(text);
    if (c.point == '\n' && c.valid) {
      use(std::string_view(" / "), std::size_t{3});
    } else if (!c.valid || is_control(c.point)) {
      use(std::string_view("?"), std::size_t{1});
    } else {
      use(text.substr(0, c.bytes), width_of(c.point));
    }
    text.remove_prefix(c.bytes);
  }
}

}  // namespace

std::string grouped(std::uint64_t number) {
  std::string digits = std::to_string(number);
  for (std::size_t i = digits.size(); i > 3; i -= 3) digits.insert(i - 3, 1, ',');
  return digits;
}

std::string human_time(std::optional<double> seconds) {
  if (!seconds) return "-";
  const double s = *seconds;
  if (s < 0.0000005) return "0s";
  if (s < 0.001) return fmt::format("{:.0f}us", s * 1e6);
  if (s < 0.0095) return fmt::format("{:.1f}ms", s * 1e3);
  if (s < 0.9995) return fmt::format("{:.0f}ms", s * 1e3);
  if (s < 9.995) return fmt::format("{:.2f}s", s);
  if (s < 59.95) return fmt::format("{:.1f}s", s);
  const auto whole = static_cast<std::uint64_t>(std::llround(s));
  if (whole < 3'600) return fmt::format("{}m{:02}s", whole / 60, whole % 60);
  const std::uint64_t minutes = (whole + 30) / 60;
  if (minutes < 1'440) return fmt::format("{}h{:02}m", minutes / 60, minutes % 60);
  const std::uint64_t hours = (whole + 1'800) / 3'600;
  return fmt::format("{}d{:02}h", hours / 24, hours % 24);
}

std::string percentage(std::optional<double> share) {
  if (!share) return "-";
  if (*share == 0) return "0%";
  if (*share == 1) return "100%";
  // What is not everything must not be rounded to look like it.
  return fmt::format("{:.1f}%", std::clamp(*share * 100, 0.1, 99.9));
}

std::string rate_text(double per_second) {
  if (per_second >= 99.95) return grouped(static_cast<std::uint64_t>(std::llround(per_second)));
  if (per_second >= 9.995) return fmt::format("{:.1f}", per_second);
  return fmt::format("{:.2f}", per_second);
}

std::size_t display_width(std::string_view utf8) {
  std::size_t width = 0;
  for_each_character(utf8, [&](std::string_view, std::size_t columns) { width += columns; });
  return width;
}

std::string cut_to_width(std::string_view utf8, std::size_t columns) {
  std::string text;
  const bool cut = display_width(utf8) > columns;
  const std::size_t room = cut && columns > 0 ? columns - 1 : columns;
  std::size_t used = 0;
  bool full = false;
  for_each_character(utf8, [&](std::string_view character, std::size_t width) {
    full = full || used + width > room;
    if (full) return;
    text += character;
    used += width;
  });
  if (cut && columns > 0) text += "…";
  return text;
}

std::string left(std::string_view utf8, std::size_t columns) {
  std::string text = cut_to_width(utf8, columns);
  text.append(columns - display_width(text), ' ');
  return text;
}

std::string right(std::string_view utf8, std::size_t columns) {
  const std::string text = cut_to_width(utf8, columns);
  return std::string(columns - display_width(text), ' ') + text;
}

std::string join_wrapped(std::span<const std::string> parts, std::string_view separator, std::size_t columns,
                         std::string_view indent) {
  std::string text;
  std::size_t used = 0;
  for (const std::string& part : parts) {
    const std::size_t width = display_width(part);
    if (used > 0 && used + display_width(separator) + width > columns) {
      // A separator's blank at the end of a line is nobody's.
      text += separator.substr(0, separator.find_last_not_of(' ') + 1);
      text += '\n';
      text += indent;
      used = display_width(indent);
    } else if (used > 0) {
      text += separator;
      used += display_width(separator);
    }
    text += part;
    used += width;
  }
  return text;
}

}  // namespace mailrig::report
