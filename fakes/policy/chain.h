// The policies of one receiver in the order in which they are asked. The first objection that may be spoken now is the
// answer; one that the profile wants spoken later is kept with the session until its phase comes (QQ notices too many
// connections at connect and says so after DATA). Not thread-safe.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "fakes/policy/policy.h"

namespace mailrig::policy {

class Chain {
 public:
  void add(std::unique_ptr<Policy> policy);

  std::optional<Verdict> connect(Instant now, Session& session) const;
  std::optional<Verdict> helo(Instant now, Session& session, std::string_view name) const;
  std::optional<Verdict> mail(Instant now, Session& session, const MailFacts& facts) const;
  std::optional<Verdict> rcpt(Instant now, Session& session, const Recipient& candidate) const;
  std::optional<Verdict> data(Instant now, Session& session, const MessageFacts& facts) const;
  // Where a message goes that nobody objected to.
  Placement place(Instant now, const Session& session, const MessageFacts& facts) const;
  void accepted(Instant now, const Session& session, const MessageFacts& facts) const;
  void disconnected(Instant now, const Session& session) const;
  // `facts`: null before end of data.
  Recollection recall(Instant now, const Session& session, const MessageFacts* facts) const;
  void imagine(const Recollection& remembered) const;

 private:
  std::vector<std::unique_ptr<Policy>> policies_;
  std::array<std::vector<Policy*>, phase_count> by_phase_;
  std::vector<Policy*> placement_;
  std::vector<Policy*> unknown_recipient_;
  std::vector<Policy*> accepted_;
  std::vector<Policy*> disconnected_;
  std::vector<Policy*> memory_;

  const std::vector<Policy*>& asked_at(Phase phase) const { return by_phase_[static_cast<std::size_t>(phase)]; }
  template <class Ask>
  std::optional<Verdict> decide(Phase phase, Session& session, Ask ask) const;
};

}  // namespace mailrig::policy
