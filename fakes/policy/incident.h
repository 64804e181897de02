// What a server's bad day does to its clients: it is down for maintenance, overloaded, or broken. Not thread-safe.
#pragma once

#include <string>

#include "fakes/base/draw.h"
#include "fakes/policy/conditions.h"
#include "fakes/policy/phased_policy.h"

namespace mailrig::policy {

class Incident : public PhasedPolicy {
 public:
  struct Words {
    Utterance maintenance;
    Utterance overloaded;
  };

  // `conditions` must outlive the policy. `entity` is who draws, the receiver's name.
  Incident(const Conditions& conditions, const Words& says, Draw draw, std::string entity);

  Hooks hooks() const override;

 private:
  const Conditions& conditions_;
  Words says_;
  Draw draw_;
  std::string entity_;
  ReplyTemplate garbage_;

  std::optional<Verdict> ask(Instant now, Phase phase, const Session& session, const MessageFacts* message) override;
};

}  // namespace mailrig::policy
