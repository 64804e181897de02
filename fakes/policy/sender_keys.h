// Under which keys providers remember who sent a message. Pure.
#pragma once

#include <array>
#include <cstdint>

#include "fakes/policy/reputation_score.h"
#include "fakes/policy/session.h"

namespace mailrig::policy {

// One for each SenderIdentity; 0: the session, or the message, has none.
using SenderKeys = std::array<std::uint64_t, sender_identity_count>;

// `message` is null before end of data.
std::uint64_t sender_key(SenderIdentity identity, const Session& session, const MessageFacts* message);
SenderKeys sender_keys(const Session& session, const MessageFacts& message);

}  // namespace mailrig::policy
