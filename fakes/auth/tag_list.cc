#include "fakes/auth/tag_list.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "fakes/mail/decode.h"
#include "fakes/mail/text.h"

namespace mailrig::auth {
namespace {

constexpr bool is_fws(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

std::string_view skip_white_space(std::string_view text) {
  while (!text.empty() && is_fws(text.front())) text.remove_prefix(1);
  return text;
}

enum OctetKind : std::uint8_t { ordinary = 0, refused = 1, beyond_ascii = 2 };

constexpr std::array<std::uint8_t, 256> octet_kinds = [] {
  std::array<std::uint8_t, 256> kinds{};
  for (std::size_t octet = 0; octet < kinds.size(); ++octet) {
    const bool control = octet == 0x7f || (octet < 0x20 && !is_fws(static_cast<char>(octet)));
    kinds[octet] = control ? refused : octet >= 0x80 ? beyond_ascii : ordinary;
  }
  return kinds;
}();

// VALCHAR = %x21-3A / %x3C-7E, and the white space between them; the semicolon cannot occur here.
bool is_tag_value(std::string_view value) {
  unsigned seen = ordinary;  // gathered, not acted upon: most values are long and good
  for (const char c : value) seen |= octet_kinds[static_cast<unsigned char>(c)];
  return (seen & refused) == 0 && ((seen & beyond_ascii) == 0 || mail::is_utf8(value));
}

// tag-name = ALPHA *ALNUMPUNC
std::size_t tag_name_length(std::string_view text) {
  if (text.empty() || !mail::is_letter(text.front())) return 0;
  std::size_t length = 1;
  while (length < text.size() && (mail::is_letter_or_digit(text[length]) || text[length] == '_')) ++length;
  return length;
}

std::optional<Tag> parse_tag(std::string_view spec) {
  spec = skip_white_space(spec);
  const std::size_t length = tag_name_length(spec);
  if (length == 0) return std::nullopt;
  Tag tag;
  tag.name = spec.substr(0, length);
  const std::string_view rest = skip_white_space(spec.substr(length));
  if (rest.empty() || rest.front() != '=') return std::nullopt;
  tag.raw = rest.substr(1);
  tag.value = mail::trim(tag.raw);
  if (!is_tag_value(tag.value)) return std::nullopt;
  return tag;
}

constexpr std::uint8_t not_base64 = 0xff;

// A table, because signatures are read in the hot path of every receiver.
constexpr std::array<std::uint8_t, 256> base64_values = [] {
  std::array<std::uint8_t, 256> values{};
  for (std::size_t octet = 0; octet < values.size(); ++octet) {
    const int value = mail::base64_value(static_cast<char>(octet));
    values[octet] = value < 0 ? not_base64 : static_cast<std::uint8_t>(value);
  }
  return values;
}();

constexpr std::uint32_t not_base64_bit = 0x80;

std::uint32_t sextet_of(char c) {
  return base64_values[static_cast<unsigned char>(c)];
}

}  // namespace

TagList TagList::parse(std::string_view text) {
  TagList list;
  const auto invalid = [&list](Fault fault) {
    list.tags_.clear();
    list.fault_ = fault;
    return std::move(list);
  };
  list.tags_.reserve(12);
  while (true) {
    const std::size_t end = std::min(text.find(';'), text.size());
    const std::optional<Tag> tag = parse_tag(text.substr(0, end));
    if (!tag) return invalid(Fault::syntax);
    if (list.find(tag->name)) return invalid(Fault::duplicate);
    if (list.tags_.size() == tags_max) return invalid(Fault::too_many);
    list.tags_.push_back(*tag);
    if (end == text.size()) return list;
    text.remove_prefix(end + 1);
    if (skip_white_space(text).empty()) return list;
  }
}

const Tag* TagList::find(std::string_view name) const {
  for (const Tag& tag : tags_) {
    // Most names are one letter, for which comparing memory is a detour. No tag's name is empty.
    if (tag.name.size() == name.size() && tag.name.front() == name.front() && tag.name == name) return &tag;
  }
  return nullptr;
}

std::optional<std::string_view> TagList::value(std::string_view name) const {
  const Tag* tag = find(name);
  return tag ? std::optional(tag->value) : std::nullopt;
}

std::string_view in_words(TagList::Fault fault) {
  switch (fault) {
    case TagList::Fault::none:
      return "";
    case TagList::Fault::syntax:
      return "not a tag list";
    case TagList::Fault::duplicate:
      return "a tag appears twice";
    case TagList::Fault::too_many:
      return "too many tags";
  }
  return "";
}

std::string without_white_space(std::string_view value) {
  std::string text(value.size(), '\0');
  text.erase(std::copy_if(value.begin(), value.end(), text.begin(), [](char c) { return !is_fws(c); }), text.end());
  return text;
}

std::optional<std::vector<std::string_view>> split_value(std::string_view value, char separator,
                                                         std::size_t items_max) {
  std::vector<std::string_view> items;
  while (true) {
    if (items.size() == items_max) return std::nullopt;
    const std::size_t end = std::min(value.find(separator), value.size());
    items.push_back(mail::trim(value.substr(0, end)));
    if (end == value.size()) return items;
    value.remove_prefix(end + 1);
  }
}

std::optional<std::string> decode_base64(std::string_view value) {
  std::string bytes(value.size() / 4 * 3 + 3, '\0');
  std::size_t size = 0;
  std::uint32_t bits = 0;
  unsigned sextets = 0;
  std::size_t padding = 0;
  const char* at = value.data();
  const char* const end = at + value.size();
  while (at != end) {
    // Whole groups, of which nearly all values consist.
    while (sextets == 0 && padding == 0 && end - at >= 4) {
      const std::uint32_t a = sextet_of(at[0]);
      const std::uint32_t b = sextet_of(at[1]);
      const std::uint32_t c = sextet_of(at[2]);
      const std::uint32_t d = sextet_of(at[3]);
      if (((a | b | c | d) & not_base64_bit) != 0) break;
      const std::uint32_t group = a << 18 | b << 12 | c << 6 | d;
      bytes[size] = static_cast<char>(group >> 16);
      bytes[size + 1] = static_cast<char>(group >> 8);
      bytes[size + 2] = static_cast<char>(group);
      size += 3;
      at += 4;
    }
    if (at == end) break;
    const char c = *at++;
    const std::uint32_t sextet = sextet_of(c);
    if (sextet == not_base64) {
      if (is_fws(c)) continue;
      if (c != '=') return std::nullopt;
      ++padding;
      continue;
    }
    if (padding > 0) return std::nullopt;
    bits = bits << 6 | sextet;
    if (++sextets < 4) continue;
    sextets = 0;
    bytes[size] = static_cast<char>(bits >> 16);
    bytes[size + 1] = static_cast<char>(bits >> 8);
    bytes[size + 2] = static_cast<char>(bits);
    size += 3;
  }
  if (sextets == 1 || padding > 2) return std::nullopt;
  if (sextets == 2) bytes[size++] = static_cast<char>(bits >> 4);
  if (sextets == 3) {
    bytes[size++] = static_cast<char>(bits >> 10);
    bytes[size++] = static_cast<char>(bits >> 2);
  }
  if (size == 0) return std::nullopt;
  bytes.resize(size);
  return bytes;
}

}  // namespace mailrig::auth
