// What policies have in common that look at the same thing in whichever phase the profile names: each phase asks one
// function, and hooks() says which phases do.
#pragma once

#include "fakes/policy/policy.h"

namespace mailrig::policy {

class PhasedPolicy : public Policy {
 public:
  std::optional<Verdict> connect(Instant now, const Session& session) final {
    return ask(now, Phase::connect, session, nullptr);
  }
  std::optional<Verdict> helo(Instant now, const Session& session, std::string_view) final {
    return ask(now, Phase::helo, session, nullptr);
  }
  std::optional<Verdict> mail(Instant now, const Session& session, const MailFacts&) final {
    return ask(now, Phase::mail, session, nullptr);
  }
  std::optional<Verdict> rcpt(Instant now, const Session& session, const Recipient&) final {
    return ask(now, Phase::rcpt, session, nullptr);
  }
  std::optional<Verdict> data(Instant now, const Session& session, const MessageFacts& facts) final {
    return ask(now, Phase::data, session, &facts);
  }

 private:
  // `message` is null before end of data.
  virtual std::optional<Verdict> ask(Instant now, Phase phase, const Session& session, const MessageFacts* message) = 0;
};

}  // namespace mailrig::policy
