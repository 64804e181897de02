// Why a receiver answered as it did. These names are a contract: they stand in summary.json, in profiles and in
// expectations.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace mailrig::policy {

enum class Event : std::uint8_t {
  accepted,
  greylisted,
  rate_limited,
  too_many_connections,
  reputation_throttled,
  reputation_blocked,
  dnsbl_listed,
  no_ptr,
  helo_rejected,
  region_blocked,
  tls_required,
  tls_failed,
  sender_domain_bad,
  null_sender_refused,
  relay_denied,
  spf_fail,
  dkim_fail,
  dmarc_fail,
  dmarc_temperror,
  auth_required_bulk,
  unknown_user,
  mailbox_full,
  mailbox_disabled,
  too_large,
  too_many_recipients,
  content_rejected,
  virus,
  discarded,
  auth_failed,
  auth_locked,
  quota_exceeded,
  sender_not_verified,
  local_error,
  syntax_error,
  protocol_abuse,
  timeout,
  maintenance,
};
inline constexpr std::size_t event_count = static_cast<std::size_t>(Event::maintenance) + 1;

enum class Phase : std::uint8_t { connect, helo, mail, rcpt, data };
inline constexpr std::size_t phase_count = 5;

enum class Severity : std::uint8_t { none, soft, hard };

std::string_view to_string(Event event);
std::string_view to_string(Phase phase);
std::string_view to_string(Severity severity);
std::optional<Event> parse_event(std::string_view name);
std::optional<Phase> parse_phase(std::string_view name);

}  // namespace mailrig::policy
