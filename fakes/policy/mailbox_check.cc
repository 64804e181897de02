#include "fakes/policy/mailbox_check.h"

#include "fakes/policy/recipient_command.h"

namespace mailrig::policy {

std::string_view to_string(MailboxStatus status) {
  switch (status) {
    case MailboxStatus::ok:
      return "ok";
    case MailboxStatus::unknown:
      return "unknown";
    case MailboxStatus::full:
      return "full";
    case MailboxStatus::disabled:
      return "disabled";
    case MailboxStatus::trap:
      return "trap";
  }
  return "ok";
}

std::optional<Verdict> MailboxCheck::rcpt(Instant, const Session&, const Recipient& candidate) {
  const auto commanded = candidate.command.empty() ? std::nullopt : parse_commands(candidate.command).mailbox;
  switch (commanded ? *commanded : directory_.status(candidate.local_part, candidate.domain)) {
    case MailboxStatus::ok:
    case MailboxStatus::trap:
      return std::nullopt;
    case MailboxStatus::unknown:
      return words_.unknown.refusal("rcpt");
    case MailboxStatus::full:
      return words_.full.refusal("rcpt");
    case MailboxStatus::disabled:
      return words_.disabled.refusal("rcpt");
  }
  return std::nullopt;
}

}  // namespace mailrig::policy
