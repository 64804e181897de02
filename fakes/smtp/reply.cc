#include "fakes/smtp/reply.h"

#include <fmt/format.h>

#include <charconv>
#include <iterator>

namespace mailrig::smtp {

std::string EnhancedCode::to_string() const {
  return fmt::format("{}.{}.{}", klass, subject, detail);
}

std::optional<EnhancedCode> parse_enhanced_code(std::string_view text) {
  // RFC 3463 §2: class "." subject "." detail, where subject and detail have one to three digits.
  EnhancedCode code;
  const char* at = text.data();
  const char* const end = text.data() + text.size();
  if (at == end || (*at != '2' && *at != '4' && *at != '5')) return std::nullopt;
  code.klass = static_cast<std::uint16_t>(*at++ - '0');
  for (std::uint16_t* part : {&code.subject, &code.detail}) {
    if (at == end || *at != '.') return std::nullopt;
    const auto [next, error] = std::from_chars(at + 1, end, *part);
    if (error != std::errc() || *part > 999) return std::nullopt;
    at = next;
  }
  if (at != end && *at != ' ' && *at != '\n') return std::nullopt;
  return code;
}

void Reply::append_wire(std::string& out) const {
  if (code == 0) {
    if (!text.empty()) out += text + "\r\n";
    return;
  }
  std::string_view rest = text;
  for (;;) {
    const auto newline = rest.find('\n');
    const bool last = newline == std::string_view::npos;
    fmt::format_to(std::back_inserter(out), "{:03}{}{}\r\n", code, last ? ' ' : '-', rest.substr(0, newline));
    if (last) return;
    rest.remove_prefix(newline + 1);
  }
}

}  // namespace mailrig::smtp
