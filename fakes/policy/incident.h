// What a server's bad day does to its clients: it is down for maintenance, overloaded, or broken. Not thread-safe.
#pragma once

#include <string>

#include "fakes/base/draw.h"
#include "fakes/policy/conditions.h"
#include "fakes/policy/policy.h"

namespace mailrig::policy {

class Incident : public Policy {
 public:
  struct Words {
    Utterance maintenance;
    Utterance overloaded;
  };

  // `conditions` must outlive the policy. `entity` is who draws, the receiver's name.
  Incident(const Conditions& conditions, const Words& says, Draw draw, std::string entity);

  Hooks hooks() const override;
  std::optional<Verdict> connect(Instant now, const Session& session) override;
  std::optional<Verdict> helo(Instant now, const Session& session, std::string_view name) override;
  std::optional<Verdict> mail(Instant now, const Session& session, const MailFacts& facts) override;
  std::optional<Verdict> rcpt(Instant now, const Session& session, const Recipient& candidate) override;
  std::optional<Verdict> data(Instant now, const Session& session, const MessageFacts& facts) override;

 private:
  const Conditions& conditions_;
  Words says_;
  Draw draw_;
  std::string entity_;
  ReplyTemplate garbage_;

  std::optional<Verdict> ask(Phase phase, const Session& session) const;
};

}  // namespace mailrig::policy
