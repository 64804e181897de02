#include "fakes/receiver/mailboxes.h"

#include <algorithm>

#include "fakes/base/stable_hash.h"
#include "fakes/policy/address_key.h"

namespace mailrig::receiver {

using policy::MailboxStatus;

Mailboxes::Mailboxes(Draw draw, const MailboxShares& otherwise, std::vector<MailboxRule> rules)
    : draw_(draw), otherwise_(otherwise), rules_(std::move(rules)) {
  std::stable_sort(rules_.begin(), rules_.end(), [](const MailboxRule& a, const MailboxRule& b) {
    return a.local_prefix.size() > b.local_prefix.size();
  });
}

const MailboxShares& Mailboxes::shares_of(std::string_view local_part) const {
  for (const MailboxRule& rule : rules_) {
    if (local_part.starts_with(rule.local_prefix)) return rule.shares;
  }
  return otherwise_;
}

MailboxStatus Mailboxes::status(std::string_view local_part, std::string_view domain) const {
  const MailboxShares& shares = shares_of(local_part);
  if (shares.all_take_mail() || local_part == "postmaster") return MailboxStatus::ok;
  const std::uint64_t address = stable_hash(local_part, stable_hash(domain));
  std::uint64_t point = below(draw_.bits("mailboxes", "status", address), 1'000'000);
  if (point < shares.unknown_ppm) return MailboxStatus::unknown;
  point -= shares.unknown_ppm;
  if (point < shares.full_ppm) return MailboxStatus::full;
  point -= shares.full_ppm;
  if (point < shares.disabled_ppm) return MailboxStatus::disabled;
  point -= shares.disabled_ppm;
  if (point < shares.trap_ppm) return MailboxStatus::trap;
  return MailboxStatus::ok;
}

bool Mailboxes::has_contact(const policy::Recipient& mailbox, std::string_view author_domain) const {
  const std::uint32_t share = shares_of(mailbox.local_part).contacts_ppm;
  if (share == 0 || author_domain.empty()) return false;
  const std::uint64_t pair = combine(mailbox.key, policy::key_of(author_domain));
  if (below(draw_.bits("mailboxes", "contact", pair), 1'000'000) >= share) return false;
  return status(mailbox.local_part, mailbox.domain) != MailboxStatus::trap;
}

}  // namespace mailrig::receiver
