// Which addresses of a receiver exist. Nobody lists them: whether an address is unknown, full or disabled follows from
// a hash of the address, so the same one always behaves the same, and a million of them cost nothing. Addresses of a
// recipient list share a prefix ("buyers.") and have shares of their own. Pure and immutable; thread-safe.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "fakes/base/draw.h"
#include "fakes/policy/mailbox_check.h"

namespace mailrig::receiver {

// In parts per million of the addresses; together at most 1,000,000. All others exist and take mail.
struct MailboxShares {
  std::uint32_t unknown_ppm = 0;
  std::uint32_t full_ppm = 0;
  std::uint32_t disabled_ppm = 0;
  std::uint32_t trap_ppm = 0;

  std::uint64_t sum_ppm() const { return std::uint64_t{unknown_ppm} + full_ppm + disabled_ppm + trap_ppm; }
  bool all_ok() const { return sum_ppm() == 0; }
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

 private:
  Draw draw_;
  MailboxShares otherwise_;
  std::vector<MailboxRule> rules_;

  const MailboxShares& shares_of(std::string_view local_part) const;
};

}  // namespace mailrig::receiver
