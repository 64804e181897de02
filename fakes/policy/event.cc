#include "fakes/policy/event.h"

namespace mailrig::policy {
namespace {

constexpr std::array<std::string_view, event_count> event_names = {"accepted",
                                                                   "greylisted",
                                                                   "rate_limited",
                                                                   "too_many_connections",
                                                                   "reputation_throttled",
                                                                   "reputation_blocked",
                                                                   "dnsbl_listed",
                                                                   "no_ptr",
                                                                   "helo_rejected",
                                                                   "region_blocked",
                                                                   "tls_required",
                                                                   "tls_failed",
                                                                   "sender_domain_bad",
                                                                   "null_sender_refused",
                                                                   "relay_denied",
                                                                   "spf_fail",
                                                                   "dkim_fail",
                                                                   "dmarc_fail",
                                                                   "dmarc_temperror",
                                                                   "auth_required_bulk",
                                                                   "unknown_user",
                                                                   "mailbox_full",
                                                                   "mailbox_disabled",
                                                                   "too_large",
                                                                   "too_many_recipients",
                                                                   "content_rejected",
                                                                   "virus",
                                                                   "discarded",
                                                                   "auth_failed",
                                                                   "auth_locked",
                                                                   "quota_exceeded",
                                                                   "sender_not_verified",
                                                                   "local_error",
                                                                   "syntax_error",
                                                                   "protocol_abuse",
                                                                   "timeout",
                                                                   "maintenance"};

constexpr std::array<std::string_view, phase_count> phase_names = {"connect", "helo", "mail", "rcpt", "data"};

template <class Enum, std::size_t N>
std::optional<Enum> find(const std::array<std::string_view, N>& names, std::string_view name) {
  for (std::size_t i = 0; i < N; ++i) {
    if (names[i] == name) return static_cast<Enum>(i);
  }
  return std::nullopt;
}

}  // namespace

std::string_view to_string(Event event) {
  return event_names[static_cast<std::size_t>(event)];
}
std::string_view to_string(Phase phase) {
  return phase_names[static_cast<std::size_t>(phase)];
}

std::string_view to_string(Severity severity) {
  switch (severity) {
    case Severity::none:
      return "none";
    case Severity::soft:
      return "soft";
    case Severity::hard:
      return "hard";
  }
  return "none";
}

std::optional<Event> parse_event(std::string_view name) {
  return find<Event>(event_names, name);
}
std::optional<Phase> parse_phase(std::string_view name) {
  return find<Phase>(phase_names, name);
}

}  // namespace mailrig::policy
