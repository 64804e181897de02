// What `serve` prints while it runs: one line for every message, refusal and time-out that a receiver sees.
// One log per receiver, called under its lock; printing a line is one call, so lines of several logs do not mix.
#pragma once

#include <cstdint>
#include <string>

#include "fakes/receiver/observer.h"

namespace mailrig::app {

class ServeLog : public receiver::Observer {
 public:
  // `quiet`: count only.
  ServeLog(std::string receiver, bool quiet) : receiver_(std::move(receiver)), quiet_(quiet) {}

  std::uint64_t accepted() const { return accepted_; }
  std::uint64_t refused() const { return refused_; }
  const std::string& receiver() const { return receiver_; }

  void session_opened(Instant, const policy::Session&) override {}
  void session_refused(const receiver::RefusedSession& refused) override;
  void recipient_verdict(const receiver::RecipientVerdict& verdict) override;
  void stored(Instant, const policy::Session&, std::string_view, const policy::MessageFacts&, bool) override {}
  void session_closed(Instant, const policy::Session&) override {}

 private:
  void print(Instant now, const policy::Session& session, const policy::Verdict& verdict,
             const policy::ReplyContext& context, std::string_view recipient);

  std::string receiver_;
  bool quiet_;
  std::uint64_t accepted_ = 0;  // recipients
  std::uint64_t refused_ = 0;   // recipients and sessions
};

}  // namespace mailrig::app
