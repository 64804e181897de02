// Does the mailbox exist, and may it take mail? Which ones do is a fact of the world, asked for through
// MailboxDirectory; +unknown, +full and +disabled command it. No state of its own. As thread-safe as the directory.
#pragma once

#include <cstdint>
#include <string_view>

#include "fakes/policy/policy.h"

namespace mailrig::policy {

enum class MailboxStatus : std::uint8_t {
  ok,
  unknown,
  full,
  disabled,
  trap,  // takes mail, and holds it against the sender: nobody ever asked for any
};
std::string_view to_string(MailboxStatus status);

class MailboxDirectory {
 public:
  virtual ~MailboxDirectory() = default;
  // Both in lower case, `local_part` without command and sub-address.
  virtual MailboxStatus status(std::string_view local_part, std::string_view domain) const = 0;
};

class MailboxCheck : public Policy {
 public:
  struct Words {
    Utterance unknown;
    Utterance full;
    Utterance disabled;
  };

  // `directory` must outlive the policy.
  MailboxCheck(const MailboxDirectory& directory, const Words& words) : directory_(directory), words_(words) {}

  Hooks hooks() const override { return {.rcpt = true}; }
  std::optional<Verdict> rcpt(Instant now, const Session& session, const Recipient& candidate) override;

 private:
  const MailboxDirectory& directory_;
  Words words_;
};

}  // namespace mailrig::policy
