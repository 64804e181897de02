#include "fakes/smtp/path.h"

#include <algorithm>

#include "fakes/base/domain_name.h"
#include "fakes/base/ip_address.h"
#include "fakes/mail/text.h"

namespace mailrig::smtp {
namespace {

// RFC 5321 §4.5.3.1.2. The 64 octets that §4.5.3.1.1 grants a local part are no limit here: variable return paths
// exceed them every day, and the section asks for no limits where they can be avoided.
constexpr std::size_t domain_octets_max = 255;

bool is_atext(char c) {
  return mail::is_letter_or_digit(c) || std::string_view("!#$%&'*+-/=?^_`{|}~").find(c) != std::string_view::npos;
}

// Cuts characters off the front as long as they are wanted ones or well-formed UTF-8 beyond ASCII (RFC 6531 §3.3).
template <class Wanted>
std::size_t take_run(std::string_view& text, const Wanted& wanted) {
  std::size_t count = 0;
  while (count < text.size()) {
    const bool ascii = mail::is_ascii(text[count]);
    if (ascii && !wanted(text[count])) break;
    const std::size_t length = ascii ? 1 : mail::utf8_length(text.substr(count));
    if (length == 0) break;
    count += length;
  }
  text.remove_prefix(count);
  return count;
}

bool take(std::string_view& text, char wanted) {
  if (!text.starts_with(wanted)) return false;
  text.remove_prefix(1);
  return true;
}

// Quoted-string = DQUOTE *QcontentSMTP DQUOTE, the opening quote already taken.
bool take_quoted_string(std::string_view& text) {
  for (;;) {
    take_run(text, [](char c) { return c >= ' ' && c <= '~' && c != '"' && c != '\\'; });
    if (take(text, '"')) return true;
    if (!take(text, '\\')) return false;
    if (text.empty() || text.front() < ' ' || text.front() > '~') return false;
    text.remove_prefix(1);
  }
}

// Local-part = Dot-string / Quoted-string
bool take_local_part(std::string_view& text) {
  if (take(text, '"')) return take_quoted_string(text);
  do {
    if (take_run(text, is_atext) == 0) return false;
  } while (take(text, '.'));
  return true;
}

// Domain = sub-domain *("." sub-domain). The underscore is not in the grammar, but sender domains with one exist and
// the widespread servers take them.
bool take_domain(std::string_view& text) {
  const std::string_view whole = text;
  do {
    const std::string_view from = text;
    const std::size_t length =
        take_run(text, [](char c) { return mail::is_letter_or_digit(c) || c == '-' || c == '_'; });
    if (length == 0 || length > label_octets_max) return false;
    if (from.front() == '-' || from[length - 1] == '-') return false;
  } while (take(text, '.'));
  return whole.size() - text.size() <= domain_octets_max;
}

// address-literal = "[" ( IPv4-address-literal / IPv6-address-literal ) "]", the opening bracket already taken.
// General-address-literal has no registered tag, so there is none to accept.
bool take_address_literal(std::string_view& text) {
  constexpr std::string_view tag = "IPv6:";
  const std::size_t end = text.find(']');
  if (end == std::string_view::npos) return false;
  std::string_view literal = text.substr(0, end);
  text.remove_prefix(end + 1);
  const bool v6 = mail::equals_ignoring_case(literal.substr(0, tag.size()), tag);
  if (v6) literal.remove_prefix(tag.size());
  const auto address = IpAddress::parse(literal);
  return address.has_value() && address->is_v6() == v6;
}

// A-d-l ":" with A-d-l = At-domain *( "," At-domain ); "SHOULD be ignored" (RFC 5321 §4.1.2 and appendix C).
bool take_source_route(std::string_view& text) {
  do {
    if (!take(text, '@') || !take_domain(text)) return false;
  } while (take(text, ','));
  return take(text, ':');
}

}  // namespace

std::optional<Path> take_path(std::string_view& text, PathKind kind) {
  if (!take(text, '<')) return std::nullopt;
  if (kind == PathKind::reverse && take(text, '>')) return Path{};
  if (text.starts_with('@') && !take_source_route(text)) return std::nullopt;

  const std::string_view from = text;
  if (!take_local_part(text)) return std::nullopt;
  Path path;
  if (take(text, '@')) {
    if (!(take(text, '[') ? take_address_literal(text) : take_domain(text))) return std::nullopt;
    path.mailbox = from.substr(0, from.size() - text.size());
  } else {
    path.mailbox = from.substr(0, from.size() - text.size());
    if (kind != PathKind::forward || !mail::equals_ignoring_case(path.mailbox, "postmaster")) return std::nullopt;
  }
  if (!take(text, '>')) return std::nullopt;
  path.ascii = mail::is_ascii(path.mailbox);
  return path;
}

}  // namespace mailrig::smtp
