// What one connection, one transaction and one message may be at most. No state of its own. Thread-safe.
#pragma once

#include <cstdint>

#include "fakes/policy/policy.h"

namespace mailrig::policy {

// 0 means no limit.
struct SessionLimitSettings {
  std::uint32_t messages_per_connection = 0;
  std::uint32_t rcpts_per_message = 0;
  std::uint32_t rcpts_per_connection = 0;  // over all of its messages
  bool refuses_null_sender = false;        // bounces and the like (RFC 5321 §4.5.5) are turned away
  std::uint64_t size_bytes = 0;            // declared in MAIL (RFC 1870) or found at end of data
  bool one_rcpt_domain_per_transaction = false;
  std::uint32_t max_received_hops = 0;  // RFC 5321 §6.3: loop detection by counting Received fields
};

class SessionLimits : public Policy {
 public:
  struct Words {
    Utterance too_many_messages;
    Utterance too_many_recipients;
    Utterance too_many_on_connection;  // recipients
    Utterance null_sender;
    Utterance several_domains;
    Utterance too_large;
    Utterance too_many_hops;
  };

  SessionLimits(const SessionLimitSettings& settings, const Words& words) : settings_(settings), words_(words) {}

  Hooks hooks() const override;
  std::optional<Verdict> mail(Instant now, const Session& session, const MailFacts& facts) override;
  std::optional<Verdict> rcpt(Instant now, const Session& session, const Recipient& candidate) override;
  std::optional<Verdict> data(Instant now, const Session& session, const MessageFacts& facts) override;

 private:
  SessionLimitSettings settings_;
  Words words_;
};

}  // namespace mailrig::policy
