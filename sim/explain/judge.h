// A judgement asked again, of a session or a message: the receiver's own policies, on facts that were recorded or made
// up. Pure.
#pragma once

#include <cstdint>
#include <string>

#include "fakes/policy/event.h"
#include "fakes/policy/recollection.h"
#include "fakes/policy/reputation_score.h"
#include "fakes/receiver/profile.h"
#include "sim/measure/circumstances.h"

namespace mailrig::explain {

struct Judgement {
  // `let_in`: nobody objects to the session so far; what becomes of its message is another question.
  enum class Outcome : std::uint8_t { inbox, spam, let_in, deferred, refused };
  Outcome outcome = Outcome::inbox;
  std::string reason;               // of spam: as policy::Placement has it; otherwise the reply's key; empty: no fault
  std::string phase;                // of let_in, deferred and refused
  bool scored = false;              // the receiver keeps reputations; else the rest means nothing
  policy::ReputationScore score{};  // with its reasons
  std::int32_t junk_below_milli = 0;
};
std::string_view to_string(Judgement::Outcome outcome);

// `at`: when; `phase`: how far the session had come, at data with a message. What counts connections or copies in a
// minute, greylists or looks at the mailbox is not asked.
Judgement judge(const receiver::Profile& profile, const std::string& receiver, std::uint64_t seed, Instant at,
                policy::Phase phase, const measure::Circumstances& circumstances,
                const policy::Recollection& remembered);

}  // namespace mailrig::explain
