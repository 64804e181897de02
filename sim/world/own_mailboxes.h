// Which mailboxes a sender's own domain has: mail to any other is refused. No state. Thread-safe.
#pragma once

#include <set>
#include <string>

#include "fakes/policy/policy.h"
#include "sim/scenario/scenario.h"

namespace mailrig::world {

// Local parts in lower case: postmaster and abuse (RFC 2142 §4, §5), wherever the sender's mail wants its bounces, and
// those that the scenario names; where it names none, whoever the mail is from and wants its replies.
std::set<std::string> own_mailboxes(const scenario::Scenario& scenario, const scenario::Sender& sender);

class OwnMailboxes final : public policy::Policy {
 public:
  OwnMailboxes(std::set<std::string> local_parts, policy::Utterance unknown)
      : local_parts_(std::move(local_parts)), unknown_(unknown) {}

  policy::Hooks hooks() const override { return {.rcpt = true}; }
  std::optional<policy::Verdict> rcpt(Instant now, const policy::Session& session,
                                      const policy::Recipient& candidate) override;

 private:
  const std::set<std::string> local_parts_;
  const policy::Utterance unknown_;
};

}  // namespace mailrig::world
