#include "fakes/auth/spf_record.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <optional>
#include <string>
#include <utility>

#include "fakes/auth/spf_macro.h"
#include "fakes/mail/text.h"

namespace mailrig::auth {
namespace {

constexpr std::string_view spf_version = "v=spf1";

enum class SpfArgument : std::uint8_t {
  none,
  domain,                      // must be there
  optional_domain,             // ptr
  optional_domain_and_prefix,  // a, mx
  ip4_network,
  ip6_network
};

struct SpfMechanismSyntax {
  std::string_view name;
  SpfMechanism mechanism;
  SpfArgument argument;
};

constexpr SpfMechanismSyntax spf_mechanisms[] = {
    {"ip4", SpfMechanism::ip4, SpfArgument::ip4_network},
    {"include", SpfMechanism::include, SpfArgument::domain},
    {"all", SpfMechanism::all, SpfArgument::none},
    {"a", SpfMechanism::a, SpfArgument::optional_domain_and_prefix},
    {"mx", SpfMechanism::mx, SpfArgument::optional_domain_and_prefix},
    {"ip6", SpfMechanism::ip6, SpfArgument::ip6_network},
    {"exists", SpfMechanism::exists, SpfArgument::domain},
    {"ptr", SpfMechanism::ptr, SpfArgument::optional_domain},
};

Error spf_syntax_error(std::string_view term, std::string_view what) {
  std::string message = fmt::format("term '{}': {}", term.substr(0, 80), what);
  std::replace_if(
      message.begin(), message.end(), [](char c) { return c < ' ' || c > '~'; }, '?');
  return {std::move(message)};
}

constexpr bool is_spf_name_char(char c) {
  return mail::is_letter_or_digit(c) || c == '-' || c == '_' || c == '.';
}

// "/24" at the end of `text`, taken off it. Nothing there: nothing is returned. Leading zeros and what exceeds `most`
// are errors (ip4-cidr-length and ip6-cidr-length of §12).
struct SpfPrefix {
  bool present = false;
  bool valid = true;
  int bits = 0;
};
SpfPrefix take_prefix(std::string_view& text, std::string_view slashes, int most) {
  std::size_t digits_at = text.size();
  while (digits_at > 0 && mail::is_digit(text[digits_at - 1])) --digits_at;
  if (digits_at < slashes.size() || text.substr(digits_at - slashes.size(), slashes.size()) != slashes) return {};
  const std::string_view digits = text.substr(digits_at);
  SpfPrefix prefix{true, true, 0};
  prefix.valid = !digits.empty() && digits.size() <= 3 && (digits.size() == 1 || digits.front() != '0');
  if (prefix.valid) {
    for (const char digit : digits) prefix.bits = prefix.bits * 10 + (digit - '0');
    prefix.valid = prefix.bits <= most;
  }
  text.remove_suffix(digits.size() + slashes.size());
  return prefix;
}

class SpfRecordParser {
 public:
  Result<SpfRecord> parse(std::string_view text) {
    text.remove_prefix(spf_version.size());
    record_.directives.reserve(
        std::min<std::size_t>(static_cast<std::size_t>(std::count(text.begin(), text.end(), ' ')), 64));
    while (!text.empty()) {
      const std::size_t end = std::min(text.find(' '), text.size());
      if (end > 0 && !add_term(text.substr(0, end))) return std::move(*error_);
      text.remove_prefix(std::min(end + 1, text.size()));
    }
    return std::move(record_);
  }

 private:
  bool fault(std::string_view what) {
    error_ = spf_syntax_error(term_, what);
    return false;
  }

  bool add_term(std::string_view term) {
    term_ = term;
    SpfDirective directive;
    directive.text = term;
    const bool qualified = take_qualifier(term, directive.qualifier);
    const auto name_end =
        static_cast<std::size_t>(std::find_if_not(term.begin(), term.end(), is_spf_name_char) - term.begin());
    const std::string_view name = term.substr(0, name_end);
    const std::string_view rest = term.substr(name_end);
    if (name.empty() || !mail::is_letter(name.front())) return fault("no mechanism and no modifier begins like this");
    // §4.6.1: an '=' right behind the name makes it a modifier.
    if (!rest.empty() && rest.front() == '=') {
      if (qualified) return fault("a modifier has no qualifier");
      return add_modifier(name, {directive.text, rest.substr(1)});
    }
    for (const SpfMechanismSyntax& syntax : spf_mechanisms) {
      if (name.size() != syntax.name.size() || !mail::equals_ignoring_case(name, syntax.name)) continue;
      directive.mechanism = syntax.mechanism;
      if (!read_argument(syntax.argument, rest, directive)) return false;
      record_.directives.push_back(directive);
      return true;
    }
    return fault("no such mechanism");
  }

  static bool take_qualifier(std::string_view& term, SpfQualifier& qualifier) {
    switch (term.front()) {
      case '+':
        qualifier = SpfQualifier::pass;
        break;
      case '-':
        qualifier = SpfQualifier::fail;
        break;
      case '~':
        qualifier = SpfQualifier::softfail;
        break;
      case '?':
        qualifier = SpfQualifier::neutral;
        break;
      default:
        return false;
    }
    term.remove_prefix(1);
    return true;
  }

  // `rest` is what stands behind the name: "", ":domain", ":domain/24//64", …
  bool read_argument(SpfArgument argument, std::string_view rest, SpfDirective& directive) {
    switch (argument) {
      case SpfArgument::none:
        return rest.empty() || fault("'all' takes nothing behind it");
      case SpfArgument::domain:
        if (rest.empty()) return fault("a domain is missing");
        return read_domain(rest, directive);
      case SpfArgument::optional_domain:
        return rest.empty() || read_domain(rest, directive);
      case SpfArgument::optional_domain_and_prefix:
        return read_dual_prefix(rest, directive) && (rest.empty() || read_domain(rest, directive));
      case SpfArgument::ip4_network:
        return read_network(rest, directive.ip4_prefix, false, directive);
      case SpfArgument::ip6_network:
        return read_network(rest, directive.ip6_prefix, true, directive);
    }
    return false;
  }

  bool read_domain(std::string_view rest, SpfDirective& directive) {
    if (rest.front() != ':') return fault("a ':' is missing behind the name");
    directive.domain_spec = rest.substr(1);
    return check_domain(directive.domain_spec);
  }

  bool check_domain(std::string_view spec) {
    const std::string what = spf_domain_spec_fault(spec);
    return what.empty() || fault(what);
  }

  // dual-cidr-length, from its end. A domain may have slashes inside, but never ends in a slash and digits.
  bool read_dual_prefix(std::string_view& rest, SpfDirective& directive) {
    const SpfPrefix ip6 = take_prefix(rest, "//", 128);
    if (!ip6.valid) return fault("an IPv6 prefix length is a number from 0 to 128");
    if (ip6.present) directive.ip6_prefix = ip6.bits;
    const SpfPrefix ip4 = take_prefix(rest, "/", 32);
    if (!ip4.valid) return fault("an IPv4 prefix length is a number from 0 to 32");
    if (ip4.present) directive.ip4_prefix = ip4.bits;
    return true;
  }

  bool read_network(std::string_view rest, int& bits, bool v6, SpfDirective& directive) {
    if (rest.empty() || rest.front() != ':') return fault("a ':' and an address are missing");
    rest.remove_prefix(1);
    const SpfPrefix prefix = take_prefix(rest, "/", v6 ? 128 : 32);
    if (!prefix.valid) {
      return fault(v6 ? "an IPv6 prefix length is a number from 0 to 128"
                      : "an IPv4 prefix length is a number from 0 to 32");
    }
    if (prefix.present) bits = prefix.bits;
    const auto in_address = [](char c) {
      return mail::is_digit(c) || c == ':' || c == '.' || (mail::to_lower(c) >= 'a' && mail::to_lower(c) <= 'f');
    };
    std::optional<IpAddress> network;
    if (std::all_of(rest.begin(), rest.end(), in_address)) network = IpAddress::parse(rest);
    if (!network || network->is_v6() != v6) return fault(v6 ? "not an IPv6 address" : "not an IPv4 address");
    directive.network = *network;
    return true;
  }

  // §6: redirect and exp may stand once each; unknown modifiers are checked and then ignored.
  bool add_modifier(std::string_view name, const SpfModifier& modifier) {
    SpfModifier* known = nullptr;
    if (mail::equals_ignoring_case(name, "redirect")) known = &record_.redirect;
    if (mail::equals_ignoring_case(name, "exp")) known = &record_.explanation;
    if (known == nullptr) {
      const std::string what = spf_macro_fault(modifier.value, SpfMacroUse::modifier);
      if (!what.empty()) return fault(what);
      record_.others.push_back(modifier);
      return true;
    }
    if (!known->text.empty()) return fault("this modifier stands there already");
    *known = modifier;
    return check_domain(modifier.value);
  }

  SpfRecord record_;
  std::string_view term_;
  std::optional<Error> error_;
};

}  // namespace

bool is_spf_record(std::string_view text) {
  return mail::equals_ignoring_case(text.substr(0, spf_version.size()), spf_version) &&
         (text.size() == spf_version.size() || text[spf_version.size()] == ' ');
}

bool SpfDirective::asks_dns() const {
  switch (mechanism) {
    case SpfMechanism::all:
    case SpfMechanism::ip4:
    case SpfMechanism::ip6:
      return false;
    case SpfMechanism::include:
    case SpfMechanism::a:
    case SpfMechanism::mx:
    case SpfMechanism::ptr:
    case SpfMechanism::exists:
      return true;
  }
  return true;
}

Result<SpfRecord> parse_spf_record(std::string_view text) {
  if (!is_spf_record(text)) return Error{"this is no SPF record: it does not begin with 'v=spf1' and a space"};
  return SpfRecordParser().parse(text);
}

bool spf_network_holds(const IpAddress& network, int prefix, const IpAddress& ip) {
  if (network.is_v6() != ip.is_v6()) return false;
  const auto whole = static_cast<std::size_t>(prefix / 8);
  if (std::memcmp(network.bytes().data(), ip.bytes().data(), whole) != 0) return false;
  const int rest = prefix % 8;
  return rest == 0 || (network.bytes()[whole] ^ ip.bytes()[whole]) >> (8 - rest) == 0;
}

}  // namespace mailrig::auth
