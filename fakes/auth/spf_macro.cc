#include "fakes/auth/spf_macro.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <utility>
#include <vector>

#include "fakes/base/check.h"
#include "fakes/base/domain_name.h"
#include "fakes/mail/text.h"

namespace mailrig::auth {
namespace {

constexpr std::string_view spf_letters = "slodiphcrtv";
constexpr std::string_view spf_text_only_letters = "crt";
constexpr std::string_view spf_delimiters = ".-+,/_=";
// Far more than any name or address has; with so much to split for every macro, a hostile record is still cheap.
constexpr std::size_t spf_macro_value_octets_max = 1024;
// More labels than any name has (§7.3 asks for 127 at least).
constexpr std::size_t spf_parts_max = 255;

// One macro-expand of §7.1, at the front of a text.
struct SpfMacro {
  char letter = 0;  // in lower case; '%', '_' and '-' for the macros without braces
  bool url_escaped = false;
  bool reversed = false;
  std::size_t parts = 0;  // how many of the right-hand parts to keep; 0: all
  std::string_view delimiters;
  std::size_t length = 0;  // of the macro in the text
};

struct SpfMacroRead {
  SpfMacro macro;
  std::string fault;
};

SpfMacroRead fault_in(std::string_view text, std::string_view what) {
  return {{}, fmt::format("{} in '{}'", what, text.substr(0, 40))};
}

// `text` begins with '%'.
SpfMacroRead read_spf_macro(std::string_view text, SpfMacroUse use) {
  SpfMacro macro;
  const char kind = text.size() > 1 ? text[1] : '\0';
  if (kind == '%' || kind == '_' || kind == '-') {
    macro.letter = kind;
    macro.length = 2;
    return {macro, {}};
  }
  if (kind != '{') return fault_in(text, "'%' without '{', '%', '_' or '-' after it");
  std::size_t at = 2;
  const char letter = at < text.size() ? text[at++] : '\0';
  macro.letter = mail::to_lower(letter);
  if (letter == '\0' || spf_letters.find(macro.letter) == std::string_view::npos) {
    return fault_in(text, "no such macro letter");
  }
  if (use == SpfMacroUse::domain && spf_text_only_letters.find(macro.letter) != std::string_view::npos) {
    return fault_in(text, "a macro letter that only an explanation may have");
  }
  macro.url_escaped = mail::is_letter(letter) && letter != macro.letter;
  const std::size_t digits_at = at;
  for (; at < text.size() && mail::is_digit(text[at]); ++at) {
    macro.parts = std::min(macro.parts * 10 + static_cast<std::size_t>(text[at] - '0'), spf_parts_max);
  }
  if (at > digits_at && macro.parts == 0) return fault_in(text, "a macro that keeps 0 parts");
  if (at < text.size() && mail::to_lower(text[at]) == 'r') {
    macro.reversed = true;
    ++at;
  }
  const std::size_t end = std::min(text.find_first_not_of(spf_delimiters, at), text.size());
  if (end == text.size() || text[end] != '}') return fault_in(text, "a macro without its '}'");
  macro.delimiters = text.substr(at, end - at);
  macro.length = end + 1;
  return {macro, {}};
}

bool is_spf_literal(char c, SpfMacroUse use) {
  return (c > ' ' && c <= '~') || (c == ' ' && use == SpfMacroUse::text);
}

// Calls on_literal(view) and on_macro(SpfMacro) in the order of the text, until one returns false. Returns the fault.
template <class OnLiteral, class OnMacro>
std::string walk_spf_macros(std::string_view text, SpfMacroUse use, OnLiteral on_literal, OnMacro on_macro) {
  while (!text.empty()) {
    const std::size_t literal = std::min(text.find('%'), text.size());
    for (const char c : text.substr(0, literal)) {
      if (!is_spf_literal(c, use)) {
        return fmt::format("character {:#04x} may not stand there", static_cast<unsigned char>(c));
      }
    }
    if (literal > 0 && !on_literal(text.substr(0, literal))) return {};
    text.remove_prefix(literal);
    if (text.empty()) break;
    const SpfMacroRead read = read_spf_macro(text, use);
    if (!read.fault.empty()) return read.fault;
    if (!on_macro(read.macro)) return {};
    text.remove_prefix(read.macro.length);
  }
  return {};
}

// §7.3: dotted decimal for IPv4, dotted nibbles for IPv6.
std::string dotted(const IpAddress& ip) {
  if (!ip.is_v6()) return ip.to_string();
  std::string nibbles;
  for (const std::uint8_t byte : ip.bytes()) {
    nibbles += fmt::format("{}{:X}.{:X}", nibbles.empty() ? "" : ".", byte >> 4, byte & 0xf);
  }
  return nibbles;
}

std::string spf_macro_value(char letter, const SpfMacroValues& values) {
  switch (letter) {
    case '%':
      return "%";
    case '_':
      return " ";
    case '-':
      return "%20";
    case 's':
      return std::string(values.sender);
    case 'l':
      return std::string(values.local_part);
    case 'o':
      return std::string(values.sender_domain);
    case 'd':
      return std::string(values.domain);
    case 'h':
      return std::string(values.helo);
    case 'i':
      return dotted(values.client_ip);
    case 'c':
      return values.client_ip.to_string();
    case 'v':
      return values.client_ip.is_v6() ? "ip6" : "in-addr";
    case 'r':
      return values.receiver.empty() ? "unknown" : std::string(values.receiver);
    case 't':
      return std::to_string(std::chrono::duration_cast<std::chrono::seconds>(values.now.time_since_epoch()).count());
    case 'p':
      return values.validated_name();
    default:
      break;
  }
  CHECK(false);
}

// §7.3: split at any of the delimiters, reversed, cut to the right-hand parts, joined with dots.
std::string transformed(std::string_view value, const SpfMacro& macro) {
  if (!macro.reversed && macro.parts == 0 && macro.delimiters.empty()) return std::string(value);
  const std::string_view delimiters = macro.delimiters.empty() ? "." : macro.delimiters;
  std::vector<std::string_view> parts;
  for (;;) {
    const std::size_t end = std::min(value.find_first_of(delimiters), value.size());
    parts.push_back(value.substr(0, end));
    if (end == value.size()) break;
    value.remove_prefix(end + 1);
  }
  if (macro.reversed) std::reverse(parts.begin(), parts.end());
  const std::size_t kept = macro.parts == 0 ? parts.size() : std::min(macro.parts, parts.size());
  std::string joined;
  for (std::size_t i = parts.size() - kept; i < parts.size(); ++i) {
    if (i > parts.size() - kept) joined += '.';
    joined += parts[i];
  }
  return joined;
}

// §7.3: everything but the unreserved characters of RFC 3986 §2.3.
std::string url_escaped(std::string_view value) {
  std::string escaped;
  for (const char c : value) {
    if (mail::is_letter_or_digit(c) || c == '-' || c == '.' || c == '_' || c == '~') {
      escaped += c;
    } else {
      escaped += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return escaped;
}

// §7.1: letters, digits and hyphens, no hyphen at either end, not digits alone.
bool is_spf_top_label(std::string_view label) {
  if (label.empty() || label.front() == '-' || label.back() == '-') return false;
  const auto fits = [](char c) { return mail::is_letter_or_digit(c) || c == '-'; };
  return std::all_of(label.begin(), label.end(), fits) && !std::all_of(label.begin(), label.end(), mail::is_digit);
}

}  // namespace

std::string spf_macro_fault(std::string_view text, SpfMacroUse use) {
  return walk_spf_macros(
      text, use, [](std::string_view) { return true; }, [](const SpfMacro&) { return true; });
}

std::string spf_domain_spec_fault(std::string_view spec) {
  std::string_view last_literal;  // empty when the text ends in a macro
  std::string fault = walk_spf_macros(
      spec, SpfMacroUse::domain,
      [&](std::string_view literal) {
        last_literal = literal;
        return true;
      },
      [&](const SpfMacro&) {
        last_literal = {};
        return true;
      });
  if (!fault.empty()) return fault;
  if (spec.empty()) return "a domain is missing";
  if (last_literal.empty()) return {};
  if (last_literal.back() == '.') last_literal.remove_suffix(1);
  const std::size_t dot = last_literal.rfind('.');
  if (dot == std::string_view::npos || !is_spf_top_label(last_literal.substr(dot + 1))) {
    return fmt::format("'{}' does not end in a dot and a top-level label, or in a macro", spec.substr(0, 80));
  }
  return {};
}

bool spf_macros_use_local_part(std::string_view text) {
  bool used = false;
  walk_spf_macros(
      text, SpfMacroUse::text, [](std::string_view) { return true; },
      [&](const SpfMacro& macro) {
        used = used || macro.letter == 's' || macro.letter == 'l';
        return true;
      });
  return used;
}

std::optional<std::string> expand_spf_macros(std::string_view text, SpfMacroUse use, const SpfMacroValues& values,
                                             std::size_t octets_max) {
  std::string expanded;
  bool fits = true;
  const auto append = [&](std::string_view part) {
    fits = part.size() <= octets_max - expanded.size();
    if (fits) expanded += part;
    return fits;
  };
  const auto append_macro = [&](const SpfMacro& macro) {
    const std::string value = spf_macro_value(macro.letter, values);
    fits = value.size() <= spf_macro_value_octets_max;
    if (!fits) return false;
    const std::string part = transformed(value, macro);
    return append(macro.url_escaped ? url_escaped(part) : part);
  };
  const std::string fault = walk_spf_macros(text, use, append, append_macro);
  if (!fault.empty() || !fits) return std::nullopt;
  return expanded;
}

std::optional<std::string> spf_target_name(std::string expanded) {
  if (!expanded.empty() && expanded.back() == '.') expanded.pop_back();
  if (expanded.size() > name_octets_max) {
    const std::size_t dot = expanded.find('.', expanded.size() - name_octets_max - 1);
    if (dot == std::string::npos) return std::nullopt;
    expanded.erase(0, dot + 1);
  }
  if (!has_name_lengths(expanded)) return std::nullopt;
  return expanded;
}

}  // namespace mailrig::auth
