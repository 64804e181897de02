#include "fakes/dns/name.h"

#include <cstddef>

#include "fakes/base/check.h"
#include "fakes/base/domain_name.h"

namespace mailrig::dns {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// Reads the byte that an escape stands for, at text[at] == '\\'; moves `at` to its last character.
std::optional<unsigned char> unescape(std::string_view text, std::size_t& at) {
  if (at + 1 >= text.size()) return std::nullopt;
  if (!is_digit(text[at + 1])) return static_cast<unsigned char>(text[++at]);
  if (at + 3 >= text.size() || !is_digit(text[at + 2]) || !is_digit(text[at + 3])) return std::nullopt;
  const int value = (text[at + 1] - '0') * 100 + (text[at + 2] - '0') * 10 + (text[at + 3] - '0');
  if (value > 255) return std::nullopt;
  at += 3;
  return static_cast<unsigned char>(value);
}

void append_canonical(std::string& out, unsigned char byte) {
  if (byte >= 'A' && byte <= 'Z') {
    out += static_cast<char>(byte - 'A' + 'a');
  } else if (byte <= ' ' || byte >= 0x7f) {
    out += '\\';
    out += static_cast<char>('0' + byte / 100);
    out += static_cast<char>('0' + byte / 10 % 10);
    out += static_cast<char>('0' + byte % 10);
  } else {
    if (byte == '.' || byte == '\\' || byte == ';' || byte == '(' || byte == ')' || byte == '"' || byte == '@') {
      out += '\\';
    }
    out += static_cast<char>(byte);
  }
}

}  // namespace

std::optional<std::string> plain_name(std::string_view text) {
  if (text.empty() || text.size() > name_octets_max) return std::nullopt;
  std::string out(text);
  std::size_t label_bytes = 0;
  for (char& c : out) {
    if (c == '.') {
      if (label_bytes == 0 || label_bytes > label_octets_max) return std::nullopt;
      label_bytes = 0;
      continue;
    }
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    if (!(c >= 'a' && c <= 'z') && !is_digit(c) && c != '-' && c != '_') return std::nullopt;
    ++label_bytes;
  }
  if (label_bytes > label_octets_max) return std::nullopt;
  if (label_bytes == 0) out.pop_back();  // the dot at the end
  return out;
}

std::optional<std::string> canonical_name(std::string_view text) {
  if (text == ".") return std::string();
  if (auto plain = plain_name(text)) return plain;
  std::string out;
  out.reserve(text.size());
  std::size_t label_bytes = 0;
  std::size_t wire_bytes = 1;  // the root label that ends every name
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '.') {
      if (label_bytes == 0) return std::nullopt;
      if (i + 1 == text.size()) break;
      out += '.';
      label_bytes = 0;
      continue;
    }
    auto byte = static_cast<unsigned char>(text[i]);
    if (text[i] == '\\') {
      const auto escaped = unescape(text, i);
      if (!escaped) return std::nullopt;
      byte = *escaped;
    }
    wire_bytes += label_bytes == 0 ? 2 : 1;  // a label is preceded by its length
    if (++label_bytes > label_octets_max || wire_bytes > name_wire_octets_max) return std::nullopt;
    append_canonical(out, byte);
  }
  return out;
}

std::string_view parent_name(std::string_view name) {
  CHECK(!name.empty());
  for (std::size_t i = 0; i < name.size(); ++i) {
    if (name[i] == '\\') {
      ++i;  // whatever is escaped, its first character is not a separator
    } else if (name[i] == '.') {
      return name.substr(i + 1);
    }
  }
  return {};
}

std::string wildcard_name(std::string_view name) {
  return name.empty() ? "*" : "*." + std::string(name);
}

bool is_within(std::string_view name, std::string_view apex) {
  // Walks label by label: a plain comparison of the ends would take an escaped dot for a separator.
  while (name.size() > apex.size()) name = parent_name(name);
  return name == apex;
}

}  // namespace mailrig::dns
