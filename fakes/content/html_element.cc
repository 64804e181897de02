#include "fakes/content/html_element.h"

#include <algorithm>
#include <array>

#include "fakes/mail/text.h"

namespace mailrig::content {
namespace {

using Family = HtmlElement::Family;

constexpr HtmlElement inline_void(std::string_view name) {
  return {.name = name, .is_void = true};
}
constexpr HtmlElement block(std::string_view name) {
  return {.name = name, .block = true};
}
constexpr HtmlElement optional(std::string_view name, Family family = Family::none, std::uint8_t level = 0) {
  return {.name = name, .optional_end = true, .block = true, .family = family, .level = level};
}

// WHATWG HTML §13.1.2: void elements, and optional tags in §13.1.2.4.
constexpr std::array elements = {
    block("address"),
    inline_void("area"),
    block("article"),
    inline_void("base"),
    inline_void("basefont"),
    inline_void("bgsound"),
    block("blockquote"),
    optional("body"),
    HtmlElement{.name = "br", .is_void = true, .block = true},
    optional("caption"),
    block("center"),
    inline_void("col"),
    optional("colgroup"),
    optional("dd", Family::definition),
    block("div"),
    block("dl"),
    optional("dt", Family::definition),
    inline_void("embed"),
    block("footer"),
    block("form"),
    inline_void("frame"),
    block("h1"),
    block("h2"),
    block("h3"),
    block("h4"),
    block("h5"),
    block("h6"),
    optional("head"),
    block("header"),
    HtmlElement{.name = "hr", .is_void = true, .block = true},
    optional("html"),
    inline_void("img"),
    inline_void("input"),
    inline_void("keygen"),
    optional("li", Family::list),
    inline_void("link"),
    block("main"),
    inline_void("meta"),
    block("ol"),
    optional("optgroup", Family::option, 1),
    optional("option", Family::option),
    optional("p"),
    inline_void("param"),
    block("pre"),
    block("section"),
    inline_void("source"),
    block("table"),
    optional("tbody", Family::table, 2),
    optional("td", Family::table),
    optional("tfoot", Family::table, 2),
    optional("th", Family::table),
    optional("thead", Family::table, 2),
    block("title"),
    optional("tr", Family::table, 1),
    inline_void("track"),
    block("ul"),
    inline_void("wbr"),
};
// Where the elements with a first letter begin; they end where the next begin.
constexpr auto first_by_letter = [] {
  std::array<std::uint8_t, 27> first{};
  for (std::size_t letter = 0; letter < first.size(); ++letter) {
    const auto begin = std::find_if(elements.begin(), elements.end(), [&](const HtmlElement& element) {
      return static_cast<std::size_t>(element.name.front() - 'a') >= letter;
    });
    first[letter] = static_cast<std::uint8_t>(begin - elements.begin());
  }
  return first;
}();
static_assert(std::is_sorted(elements.begin(), elements.end(),
                             [](const HtmlElement& a, const HtmlElement& b) { return a.name < b.name; }));

}  // namespace

HtmlElement html_element(std::string_view name) {
  if (name.empty() || !mail::is_letter(name.front())) return {};
  const auto letter = static_cast<std::size_t>(mail::to_lower(name.front()) - 'a');
  for (std::size_t i = first_by_letter[letter]; i < first_by_letter[letter + 1]; ++i) {
    if (mail::equals_ignoring_case(elements[i].name, name)) return elements[i];
  }
  return {};
}

}  // namespace mailrig::content
