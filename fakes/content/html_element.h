// What a reader of mail must know of HTML's elements. Constant data.
#pragma once

#include <cstdint>
#include <string_view>

namespace mailrig::content {

struct HtmlElement {
  // Whose open sibling the start of this one closes: an open one of the same family and of the same or a deeper level.
  enum class Family : std::uint8_t { none, table, list, definition, option };

  std::string_view name{};    // lower case
  bool is_void = false;       // has no end tag
  bool optional_end = false;  // need not be closed
  bool block = false;         // stands on lines of its own
  Family family = Family::none;
  std::uint8_t level = 0;
};

// By the name of a tag in any case. Elements that are not known are inline and need their end tag.
HtmlElement html_element(std::string_view name);

}  // namespace mailrig::content
