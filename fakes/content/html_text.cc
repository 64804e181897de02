#include "fakes/content/html_text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "fakes/mail/text.h"

namespace mailrig::content {
namespace {

constexpr std::size_t reference_octets_max = 12;  // "&#x0010ffff;", "&thetasym;"

// Those that mail is full of; of the two thousand others a reader sees what is written.
constexpr std::array<std::pair<std::string_view, char32_t>, 35> named = {{
    {"amp", U'&'},     {"apos", U'\''},   {"bdquo", 0x201e}, {"bull", 0x2022}, {"cent", 0xa2},     {"copy", 0xa9},
    {"deg", 0xb0},     {"emsp", 0x2003},  {"ensp", 0x2002},  {"euro", 0x20ac}, {"gt", U'>'},       {"hellip", 0x2026},
    {"laquo", 0xab},   {"ldquo", 0x201c}, {"lsquo", 0x2018}, {"lt", U'<'},     {"mdash", 0x2014},  {"middot", 0xb7},
    {"nbsp", 0xa0},    {"ndash", 0x2013}, {"pound", 0xa3},   {"quot", U'"'},   {"raquo", 0xbb},    {"rarr", 0x2192},
    {"rdquo", 0x201d}, {"reg", 0xae},     {"rsquo", 0x2019}, {"shy", 0xad},    {"thinsp", 0x2009}, {"times", 0xd7},
    {"trade", 0x2122}, {"yen", 0xa5},     {"zwj", 0x200d},   {"zwnj", 0x200c}, {"zwsp", 0x200b},
}};
static_assert(std::is_sorted(named.begin(), named.end()));

// The code point of a reference without "&" and ";"; 0: none.
char32_t referenced(std::string_view name) {
  if (name.starts_with('#')) {
    name.remove_prefix(1);
    const bool hexadecimal = !name.empty() && mail::to_lower(name.front()) == 'x';
    if (hexadecimal) name.remove_prefix(1);
    std::uint32_t code = 0;
    const auto read = std::from_chars(name.data(), name.data() + name.size(), code, hexadecimal ? 16 : 10);
    const bool whole = read.ec == std::errc() && read.ptr == name.data() + name.size();
    return whole ? static_cast<char32_t>(code) : 0;
  }
  const auto found = std::lower_bound(named.begin(), named.end(), name,
                                      [](const auto& entry, std::string_view key) { return entry.first < key; });
  return found != named.end() && found->first == name ? found->second : 0;
}

// Appends what the reference at the front of `text` stands for: its length, or 0.
std::size_t append_reference(std::string& out, std::string_view text) {
  const std::size_t end = text.substr(0, reference_octets_max).find(';');
  if (end == std::string_view::npos) return 0;
  const char32_t code = referenced(text.substr(1, end - 1));
  if (code == 0) return 0;
  append_utf8(out, code);
  return end + 1;
}

}  // namespace

void append_utf8(std::string& out, char32_t code) {
  if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) code = 0xfffd;
  const auto continuation = [&](int shift) { return static_cast<char>(0x80 | (code >> shift & 0x3f)); };
  if (code < 0x80) {
    out += static_cast<char>(code);
  } else if (code < 0x800) {
    out += static_cast<char>(0xc0 | code >> 6);
    out += continuation(0);
  } else if (code < 0x10000) {
    out += static_cast<char>(0xe0 | code >> 12);
    out += continuation(6);
    out += continuation(0);
  } else {
    out += static_cast<char>(0xf0 | code >> 18);
    out += continuation(12);
    out += continuation(6);
    out += continuation(0);
  }
}

void append_html_text(std::string& out, std::string_view text) {
  while (!text.empty()) {
    const auto special = std::find_if(text.begin(), text.end(), [](char c) { return is_html_blank(c) || c == '&'; });
    const auto plain = static_cast<std::size_t>(special - text.begin());
    out += text.substr(0, plain);
    text.remove_prefix(plain);
    if (text.empty()) return;
    if (text.front() == '&') {
      const std::size_t length = append_reference(out, text);
      if (length == 0) out += '&';
      text.remove_prefix(std::max<std::size_t>(1, length));
    } else {
      while (!text.empty() && is_html_blank(text.front())) text.remove_prefix(1);
      if (!out.empty() && out.back() != ' ' && out.back() != '\n') out += ' ';
    }
  }
}

std::string attribute_text(std::string_view value, std::size_t octets_max) {
  std::string text;
  append_html_text(text, mail::trim(value).substr(0, octets_max));
  return text;
}

}  // namespace mailrig::content
