// Which addresses of a receiver exist, and whom their owners know. Nobody lists them: whether an address is unknown,
// full or disabled follows from a hash of the address, so the same one always behaves the same, and a million of them
// cost nothing. Addresses of a recipient list share a prefix ("buyers.") and have shares of their own. Pure and
// immutable; thread-safe.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "fakes/base/draw.h"
#include "fakes/policy/mailbox_check.h"

namespace mailrig::receiver {

// In parts per million of the addresses. Unknown, full, disabled and traps are together at most 1,000,000; all others
// exist and take mail.
struct MailboxShares {
  std::uint32_t unknown_ppm = 0;
  std::uint32_t full_ppm = 0;
  std::uint32_t disabled_ppm = 0;
  std::uint32_t trap_ppm = 0;
  // Owners who have a sender's domain in their address book, or on their list of safe senders. Drawn for each domain.
  std::uint32_t contacts_ppm = 0;

  std::uint64_t sum_ppm() const { return std::uint64_t{unknown_ppm} + full_ppm + disabled_ppm + trap_ppm; }
  bool all_take_mail() const { return sum_ppm() == 0; }
  friend bool operator==(const MailboxShares&, const MailboxShares&) = default;
};

// For addresses whose local part starts with `local_prefix` (lower case).
struct MailboxRule {
  std::string local_prefix;
  MailboxShares shares;
};

class Mailboxes : public policy::MailboxDirectory {
 public:
  // `otherwise` holds for addresses that no rule matches; of several rules that match, the longest prefix counts.
  explicit Mailboxes(Draw draw, const MailboxShares& otherwise = {}, std::vector<MailboxRule> rules = {});

  // <postmaster> always exists (RFC 5321 §4.5.1).
  policy::MailboxStatus status(std::string_view local_part, std::string_view domain) const override;

  // Whether the owner of the mailbox knows senders of `author_domain` (letter case ignored). Spam traps know nobody.
  bool has_contact(const policy::Recipient& mailbox, std::string_view author_domain) const;

 private:
  Draw draw_;
  MailboxShares otherwise_;
  std::vector<MailboxRule> rules_;

  const MailboxShares& shares_of(std::string_view local_part) const;
};

}  // namespace mailrig::receiver
