// An observer that passes everything on to the next one: a base for those that listen to some of it on the way.
#pragma once

#include "fakes/receiver/observer.h"

namespace mailrig::receiver {

class PassingObserver : public Observer {
 public:
  // `next` may be null, and must outlive it.
  explicit PassingObserver(Observer* next) : next_(next) {}

  void session_opened(Instant now, const policy::Session& session) override {
    if (next_ != nullptr) next_->session_opened(now, session);
  }
  void session_refused(const RefusedSession& refused) override {
    if (next_ != nullptr) next_->session_refused(refused);
  }
  void recipient_verdict(const RecipientVerdict& verdict) override {
    if (next_ != nullptr) next_->recipient_verdict(verdict);
  }
  void stored(Instant now, const policy::Session& session, std::string_view recipient,
              const policy::MessageFacts& message, bool spam) override {
    if (next_ != nullptr) next_->stored(now, session, recipient, message, spam);
  }
  void session_closed(Instant now, const policy::Session& session) override {
    if (next_ != nullptr) next_->session_closed(now, session);
  }
  bool asks_why() const override { return next_ != nullptr && next_->asks_why(); }

 private:
  Observer* const next_;
};

}  // namespace mailrig::receiver
