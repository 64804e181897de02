#include "sim/world/own_mailboxes.h"

#include "fakes/mail/address.h"
#include "fakes/mail/text.h"
#include "fakes/policy/recipient_command.h"

namespace mailrig::world {

std::set<std::string> own_mailboxes(const scenario::Scenario& scenario, const scenario::Sender& sender) {
  std::set<std::string> local_parts = {"postmaster", "abuse"};
  for (const std::string& mailbox : sender.mailboxes) local_parts.insert(mail::to_lower(mailbox));
  const auto add = [&](const mail::Address& address) {
    if (address.domain != sender.domain) return;
    // As receivers take addresses apart.
    local_parts.insert(mail::to_lower(policy::split_command(address.local).mailbox));
  };
  for (const scenario::Mail& mail : scenario.mail) {
    if (const auto address = mail::parse_address(mail.envelope_from)) add(*address);
    if (!sender.mailboxes.empty()) continue;
    add(mail.from.address);
    if (mail.reply_to) add(mail.reply_to->address);
  }
  return local_parts;
}

std::optional<policy::Verdict> OwnMailboxes::rcpt(Instant, const policy::Session&, const policy::Recipient& candidate) {
  if (local_parts_.contains(candidate.local_part)) return std::nullopt;
  return unknown_.refusal("rcpt");
}

}  // namespace mailrig::world
