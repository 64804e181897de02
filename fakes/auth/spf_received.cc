#include "fakes/auth/spf_received.h"

#include <fmt/format.h>

#include "fakes/mail/encode.h"
#include "fakes/mail/text.h"

namespace mailrig::auth {
namespace {

// Longer than any address or name may be (RFC 5321 §4.5.3.1); what is longer says nothing more.
constexpr std::size_t spf_value_octets_max = 320;

// RFC 5322 §3.2.3.
bool is_dot_atom(std::string_view text) {
  constexpr std::string_view specials = "!#$%&'*+-/=?^_`{|}~";
  bool after_dot = true;
  for (const char c : text) {
    const bool dot = c == '.';
    if (dot && after_dot) return false;
    if (!dot && !mail::is_letter_or_digit(c) && specials.find(c) == std::string_view::npos) return false;
    after_dot = dot;
  }
  return !after_dot;
}

// UTF-8 stays (RFC 6532 §3.2); what is no text becomes question marks.
std::string escaped_in_field(std::string_view text, std::string_view to_escape) {
  text = text.substr(0, spf_value_octets_max);
  const bool utf8 = mail::is_utf8(text);
  std::string escaped;
  for (const char c : text) {
    if (c == '\x7f' || (mail::is_ascii(c) ? c < ' ' : !utf8)) {
      escaped += '?';
      continue;
    }
    if (to_escape.find(c) != std::string_view::npos) escaped += '\\';
    escaped += c;
  }
  return escaped;
}

std::string pair(std::string_view key, std::string_view value) {
  if (is_dot_atom(value) && value.size() <= spf_value_octets_max) return fmt::format("{}={};", key, value);
  return fmt::format("{}=\"{}\";", key, escaped_in_field(value, "\"\\"));
}

std::string comment(const SpfResult& result, std::string_view ip) {
  const std::string& domain = result.domain;
  switch (result.result) {
    case SpfOutcome::pass:
      return fmt::format("domain of {} designates {} as permitted sender", domain, ip);
    case SpfOutcome::fail:
      return fmt::format("domain of {} does not designate {} as permitted sender", domain, ip);
    case SpfOutcome::softfail:
      return fmt::format("transitioning domain of {} does not designate {} as permitted sender", domain, ip);
    case SpfOutcome::neutral:
      return fmt::format("{} is neither permitted nor denied by domain of {}", ip, domain);
    case SpfOutcome::none:
      return fmt::format("domain of {} does not designate permitted sender hosts", domain);
    case SpfOutcome::temperror:
      return fmt::format("temporary error in processing during lookup of {}", domain);
    case SpfOutcome::permerror:
      break;
  }
  return fmt::format("permanent error in processing the policy of {}", domain);
}

}  // namespace

std::string received_spf_field(const SpfResult& result, const SpfIdentity& identity, std::string_view receiver) {
  const std::string host(receiver.empty() ? "unknown" : receiver);
  const std::string ip = identity.client_ip.to_string();
  const bool error = result.result == SpfOutcome::temperror || result.result == SpfOutcome::permerror;
  std::string value = fmt::format("{} ({}: {})", to_string(result.result), escaped_in_field(host, "()\\"),
                                  escaped_in_field(comment(result, ip), "()\\"));
  const auto add = [&value](std::string_view key, std::string_view of_it) { value += " " + pair(key, of_it); };
  add("receiver", host);
  add("identity", to_string(result.scope));
  add("client-ip", ip);
  add("envelope-from", identity.mail_from);
  add("helo", identity.helo);
  if (error) {
    add("problem", result.problem);
  } else if (result.result != SpfOutcome::none) {
    add("mechanism", result.mechanism.empty() ? "default" : result.mechanism);
  }
  std::string field;
  mail::append_field(field, "Received-SPF", value);
  return field;
}

}  // namespace mailrig::auth
