#include "fakes/policy/session_limits.h"

namespace mailrig::policy {

Hooks SessionLimits::hooks() const {
  return {.mail = settings_.messages_per_connection > 0 || settings_.size_bytes > 0 || settings_.refuses_null_sender,
          .rcpt = settings_.rcpts_per_message > 0 || settings_.rcpts_per_connection > 0 ||
                  settings_.one_rcpt_domain_per_transaction,
          .data = settings_.size_bytes > 0 || settings_.max_received_hops > 0};
}

std::optional<Verdict> SessionLimits::mail(Instant, const Session& session, const MailFacts& facts) {
  if (settings_.messages_per_connection > 0 && session.messages >= settings_.messages_per_connection) {
    return words_.too_many_messages.refusal("conn");
  }
  if (settings_.refuses_null_sender && facts.from.empty()) return words_.null_sender.refusal();
  // A profile that speaks of size only after DATA does not look at the declaration.
  const bool looks_at_declaration = words_.too_large.phase <= Phase::mail;
  if (settings_.size_bytes > 0 && looks_at_declaration && facts.declared_size > settings_.size_bytes) {
    return words_.too_large.refusal();
  }
  return std::nullopt;
}

std::optional<Verdict> SessionLimits::rcpt(Instant, const Session& session, const Recipient& candidate) {
  if (settings_.rcpts_per_message > 0 && session.recipients.size() >= settings_.rcpts_per_message) {
    return words_.too_many_recipients.refusal();
  }
  if (settings_.rcpts_per_connection > 0 && session.recipients_accepted >= settings_.rcpts_per_connection) {
    return words_.too_many_on_connection.refusal("conn");
  }
  if (settings_.one_rcpt_domain_per_transaction && !session.recipients.empty() &&
      session.recipients.front().domain != candidate.domain) {
    return words_.several_domains.refusal();
  }
  return std::nullopt;
}

std::optional<Verdict> SessionLimits::data(Instant, const Session&, const MessageFacts& facts) {
  if (settings_.size_bytes > 0 && facts.size > settings_.size_bytes) return words_.too_large.refusal();
  if (settings_.max_received_hops > 0 && facts.received_hops > settings_.max_received_hops) {
    return words_.too_many_hops.refusal();
  }
  return std::nullopt;
}

}  // namespace mailrig::policy
