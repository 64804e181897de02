// Whether text can be seen: what the attributes of the elements around it make of its size, its colour and the colour
// behind it. Style sheets are not read, since many mail programs do not either. Value type; pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "fakes/content/html_scanner.h"

namespace mailrig::content {

// 0xrrggbb; none: not known, as behind images and gradients.
using Colour = std::optional<std::uint32_t>;

// "#fff", "#ffffff", "rgb(255, 255, 255)", "white".
Colour parse_colour(std::string_view text);

struct HtmlLook {
  bool displayed = true;  // not taken out of the page: preheaders are, and are no deceit
  bool legible = true;    // large and opaque enough
  Colour colour = 0x000000;
  Colour background = 0xffffff;

  bool visible() const { return displayed && !faint(); }
  // Meant to be there and not to be seen.
  bool faint() const;

  // Of what is inside an element that begins with this tag, in surroundings that look like this.
  HtmlLook inside(const HtmlToken& start_tag) const;
};

// In pixels; none: not said, or not in pixels.
std::optional<std::uint32_t> parse_pixels(std::string_view text);

// The width or height of a tag: of its style, or of the attribute called so.
std::optional<std::uint32_t> tag_pixels(const HtmlToken& tag, std::string_view name);

}  // namespace mailrig::content
