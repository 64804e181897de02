#include "fakes/policy/identity_checks.h"

#include <algorithm>

#include "fakes/policy/address_key.h"

namespace mailrig::policy {
namespace {

bool same_name(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) { return to_lower(x) == to_lower(y); });
}

bool is_one_of(const std::vector<std::string>& own, std::string_view domain) {
  return std::any_of(own.begin(), own.end(), [domain](const std::string& name) { return same_name(name, domain); });
}

}  // namespace

AuthAction judge_spf_null(const IdentitySettings& settings, const Session& session) {
  return session.authentication.spf_null ? settings.spf_null : AuthAction::accept;
}

AuthAction judge_own_domain(const IdentitySettings& settings, const std::vector<std::string>& own,
                            const Session& session, const MessageFacts* message) {
  if (settings.own_domain_unauthenticated == AuthAction::accept) return AuthAction::accept;
  const AuthenticationFacts& found = session.authentication;
  if (found.spf == auth::SpfOutcome::pass || found.dkim == auth::DkimResult::pass) return AuthAction::accept;
  const bool claimed = is_one_of(own, split_address(session.mail_from).domain) ||
                       (message != nullptr && is_one_of(own, message->header_from_domain));
  return claimed ? settings.own_domain_unauthenticated : AuthAction::accept;
}

bool envelope_mismatches(const Session& session, const MessageFacts& message) {
  if (session.mail_from.empty() || message.header_from_domain.empty()) return false;
  return !same_name(split_address(session.mail_from).domain, message.header_from_domain);
}

AuthAction judge_envelope_mismatch(const IdentitySettings& settings, const Session& session,
                                   const MessageFacts& message) {
  return envelope_mismatches(session, message) ? settings.envelope_mismatch : AuthAction::accept;
}

bool is_full_host_name(std::string_view helo) {
  if (helo.starts_with('[')) return helo.ends_with(']');
  const auto dot = helo.find('.');
  return dot != std::string_view::npos && dot > 0 && dot + 1 < helo.size();
}

AuthAction judge_message_id(const SyntaxSettings& settings, const MessageFacts& message) {
  return message.message_id.empty() ? settings.message_id : AuthAction::accept;
}

AuthAction judge_from(const SyntaxSettings& settings, const ContentFacts& found) {
  return found.from_fault == auth::FromFault::none ? AuthAction::accept : settings.from;
}

AuthAction judge_header(const SyntaxSettings& settings, const MessageFacts& message) {
  return message.header_readable ? AuthAction::accept : settings.malformed;
}

}  // namespace mailrig::policy
