#include "fakes/content/html_look.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "fakes/mail/text.h"

namespace mailrig::content {
namespace {

constexpr std::size_t style_octets_max = 2'000;
constexpr std::uint32_t pixels_max = 4'000;
constexpr std::uint32_t alike_max = 24;  // of 765: sum of the differences of red, green and blue that nobody sees
constexpr std::uint32_t link_colour = 0x0000ee;

// The declarations of a style attribute, one after the other.
class StyleReader {
 public:
  explicit StyleReader(std::string_view style) : rest_(style.substr(0, style_octets_max)) {}

  bool next() {
    while (!rest_.empty()) {
      const std::size_t end = std::min(rest_.find(';'), rest_.size());
      const std::string_view declaration = rest_.substr(0, end);
      rest_.remove_prefix(std::min(end + 1, rest_.size()));
      const std::size_t colon = declaration.find(':');
      if (colon == std::string_view::npos) continue;
      name_ = mail::trim(declaration.substr(0, colon));
      value_ = declaration.substr(colon + 1);
      value_ = mail::trim(value_.substr(0, value_.find('!')));  // "!important"
      return true;
    }
    return false;
  }

  bool is(std::string_view name) const { return mail::equals_ignoring_case(name_, name); }
  bool says(std::string_view value) const { return mail::equals_ignoring_case(value_, value); }
  std::string_view value() const { return value_; }

 private:
  std::string_view rest_;
  std::string_view name_;
  std::string_view value_;
};

// The number at the front of `text`, without its fraction; what follows it stays in `text`.
std::optional<std::uint32_t> take_number(std::string_view& text) {
  std::uint32_t value = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  if (read.ec != std::errc()) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(read.ptr - text.data()));
  if (text.starts_with('.')) text.remove_prefix(std::min(text.find_first_not_of("0123456789", 1), text.size()));
  return value;
}

Colour parse_rgb(std::string_view text) {
  std::uint32_t colour = 0;
  for (int i = 0; i < 3; ++i) {
    text = mail::trim(text);
    const auto part = take_number(text);
    if (!part || *part > 255) return std::nullopt;
    colour = colour << 8 | *part;
    text.remove_prefix(std::min(text.find_first_not_of(" ,"), text.size()));
  }
  return colour;
}

Colour parse_hexadecimal(std::string_view digits) {
  if (digits.size() != 3 && digits.size() != 6) return std::nullopt;
  std::uint32_t colour = 0;
  for (const char c : digits) {
    const int value = mail::hex_value(c);
    if (value < 0) return std::nullopt;
    colour = colour << 4 | static_cast<std::uint32_t>(value);
    if (digits.size() == 3) colour = colour << 4 | static_cast<std::uint32_t>(value);
  }
  return colour;
}

// The colour of a "background": the first word that is one; none where there is an image or a gradient.
Colour parse_background(std::string_view text) {
  if (text.find("url(") != std::string_view::npos || text.find("gradient") != std::string_view::npos) {
    return std::nullopt;
  }
  if (const Colour whole = parse_colour(text)) return whole;
  return parse_colour(text.substr(0, text.find(' ')));
}

bool is_transparent(std::string_view value) {
  return mail::equals_ignoring_case(value, "transparent") || mail::equals_ignoring_case(value, "inherit") ||
         mail::equals_ignoring_case(value, "none") || mail::equals_ignoring_case(value, "initial");
}

// "0", "0px", "1px" and "0.5pt" are no size to read at; what is relative leaves it as it was.
void apply_font_size(std::string_view value, HtmlLook& look) {
  const auto size = take_number(value);
  if (!size) return;
  const bool relative = value.starts_with("em") || value.starts_with("%") || value.starts_with("rem");
  if (*size == 0 && !relative) look.legible = false;
  if (*size > 0 && !relative) look.legible = *size > 1;
}

void apply_style(std::string_view style, HtmlLook& look) {
  StyleReader reader(style);
  while (reader.next()) {
    if (reader.is("color")) {
      if (!is_transparent(reader.value())) look.colour = parse_colour(reader.value());
    } else if (reader.is("background") || reader.is("background-color")) {
      if (!is_transparent(reader.value())) look.background = parse_background(reader.value());
    } else if (reader.is("background-image")) {
      if (!is_transparent(reader.value())) look.background = std::nullopt;
    } else if (reader.is("font-size")) {
      apply_font_size(reader.value(), look);
    } else if (reader.is("display")) {
      if (reader.says("none")) look.displayed = false;
    } else if (reader.is("visibility")) {
      if (reader.says("hidden")) look.displayed = false;
    } else if (reader.is("opacity")) {
      if (reader.says("0")) look.legible = false;
    }
  }
}

}  // namespace

Colour parse_colour(std::string_view text) {
  text = mail::trim(text);
  if (text.starts_with('#')) return parse_hexadecimal(text.substr(1));
  if (mail::equals_ignoring_case(text.substr(0, 4), "rgb(")) return parse_rgb(text.substr(4));
  constexpr std::array<std::pair<std::string_view, std::uint32_t>, 12> named = {{{"white", 0xffffff},
                                                                                 {"black", 0x000000},
                                                                                 {"red", 0xff0000},
                                                                                 {"green", 0x008000},
                                                                                 {"blue", 0x0000ff},
                                                                                 {"yellow", 0xffff00},
                                                                                 {"orange", 0xffa500},
                                                                                 {"gray", 0x808080},
                                                                                 {"grey", 0x808080},
                                                                                 {"silver", 0xc0c0c0},
                                                                                 {"whitesmoke", 0xf5f5f5},
                                                                                 {"snow", 0xfffafa}}};
  for (const auto& [name, colour] : named) {
    if (mail::equals_ignoring_case(text, name)) return colour;
  }
  return parse_hexadecimal(text);  // bgcolor="ffffff"
}

bool HtmlLook::faint() const {
  if (!legible) return true;
  if (!colour || !background) return false;
  std::uint32_t difference = 0;
  for (int shift = 0; shift < 24; shift += 8) {
    const std::uint32_t a = *colour >> shift & 0xff;
    const std::uint32_t b = *background >> shift & 0xff;
    difference += std::max(a, b) - std::min(a, b);
  }
  return difference <= alike_max;
}

HtmlLook HtmlLook::inside(const HtmlToken& start_tag) const {
  HtmlLook look = *this;
  // Links have their own colour unless they are given another.
  if (mail::equals_ignoring_case(start_tag.name, "a")) look.colour = link_colour;
  std::string_view style;
  for (const auto& [name, value] : start_tag.attributes) {
    if (mail::equals_ignoring_case(name, "style")) {
      style = value;
    } else if (mail::equals_ignoring_case(name, "bgcolor")) {
      look.background = parse_colour(value);
    } else if (mail::equals_ignoring_case(name, "background")) {
      look.background = std::nullopt;
    } else if (mail::equals_ignoring_case(name, "color") || mail::equals_ignoring_case(name, "text")) {
      look.colour = parse_colour(value);  // of font and body
    } else if (mail::equals_ignoring_case(name, "hidden")) {
      look.displayed = false;
    }
  }
  apply_style(style, look);  // wins over the attributes
  return look;
}

std::optional<std::uint32_t> parse_pixels(std::string_view text) {
  text = mail::trim(text);
  const auto value = take_number(text);
  if (!value || !(text.empty() || mail::equals_ignoring_case(text, "px"))) return std::nullopt;
  return std::min(*value, pixels_max);
}

std::optional<std::uint32_t> tag_pixels(const HtmlToken& tag, std::string_view name) {
  if (const auto* style = tag.attribute("style")) {
    StyleReader reader(*style);
    while (reader.next()) {
      if (!reader.is(name)) continue;
      if (const auto pixels = parse_pixels(reader.value())) return pixels;
    }
  }
  const auto* value = tag.attribute(name);
  return value == nullptr ? std::nullopt : parse_pixels(*value);
}

}  // namespace mailrig::content
