// A policy that follows from facts alone: one pure function of what is known says what to do, and the profile says in
// which words and in which phase. Connection, envelope and message are looked at once each, as early as the fact is
// known. No state. Thread-safe.
#pragma once

#include <functional>
#include <utility>

#include "fakes/policy/auth_action.h"

namespace mailrig::policy {

class FactCheck : public Policy {
 public:
  // `message` is null before end of data.
  using Judge = std::function<AuthAction(const Session& session, const MessageFacts* message)>;

  // `known_from`: the first phase in which `judge` can tell; it must not be later than the words' own.
  FactCheck(Phase known_from, const AuthRefusals& says, Judge judge)
      : known_from_(known_from), says_(says), judge_(std::move(judge)) {}

  Hooks hooks() const override {
    return {.connect = known_from_ == Phase::connect,
            .mail = known_from_ == Phase::mail,
            .data = known_from_ == Phase::data,
            .placement = true};
  }

  std::optional<Verdict> connect(Instant, const Session& session) override { return ask(session, nullptr); }
  std::optional<Verdict> mail(Instant, const Session& session, const MailFacts&) override {
    return ask(session, nullptr);
  }
  std::optional<Verdict> data(Instant, const Session& session, const MessageFacts& facts) override {
    return ask(session, &facts);
  }
  void place(Instant, const Session& session, const MessageFacts& facts, Placement& placement) override {
    if (judge_(session, &facts) == AuthAction::junk) placement.to_spam(says_.name());
  }

 private:
  Phase known_from_;
  AuthRefusals says_;
  Judge judge_;

  std::optional<Verdict> ask(const Session& session, const MessageFacts* message) const {
    switch (judge_(session, message)) {
      case AuthAction::reject:
        return says_.rejected.refusal();
      case AuthAction::tempfail:
        return says_.deferred.refusal();
      case AuthAction::accept:
      case AuthAction::junk:
        break;
    }
    return std::nullopt;
  }
};

}  // namespace mailrig::policy
