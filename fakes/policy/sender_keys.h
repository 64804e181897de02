// Under which keys providers remember who sent a message. Pure.
#pragma once

#include <array>
#include <cstdint>

#include "fakes/base/ip_address.h"
#include "fakes/policy/address_key.h"
#include "fakes/policy/reputation_score.h"
#include "fakes/policy/session.h"

namespace mailrig::policy {

// One for each SenderIdentity; 0: the session, or the message, has none.
using SenderKeys = std::array<std::uint64_t, sender_identity_count>;

// `message` is null before end of data.
std::uint64_t sender_key(SenderIdentity identity, const Session& session, const MessageFacts* message);
SenderKeys sender_keys(const Session& session, const MessageFacts& message);

// The same for whoever asks for every message: of names and addresses that stay the same, keys are remembered.
// Not thread-safe.
class SenderKeyMemo {
 public:
  std::uint64_t key(SenderIdentity identity, const Session& session, const MessageFacts* message);

 private:
  std::array<KeyMemo, sender_identity_count> names_;
  IpAddress ip_;
  std::uint64_t ip_key_ = 0;
  std::uint64_t netblock_key_ = 0;
};

}  // namespace mailrig::policy
