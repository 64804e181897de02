// A judgement asked again: the receiver's own policies, on facts that were recorded or made up. Pure.
#pragma once

#include <cstdint>
#include <string>

#include "fakes/policy/recollection.h"
#include "fakes/policy/reputation_score.h"
#include "fakes/receiver/profile.h"
#include "sim/measure/circumstances.h"

namespace mailrig::explain {

struct Judgement {
  enum class Outcome : std::uint8_t { inbox, spam, deferred, refused };
  Outcome outcome = Outcome::inbox;
  std::string reason;               // of spam: as policy::Placement has it; otherwise the reply's key; empty: the inbox
  std::string phase;                // of deferred and refused
  bool scored = false;              // the receiver keeps reputations; else the rest means nothing
  policy::ReputationScore score{};  // with its reasons
  std::int32_t junk_below_milli = 0;
};
std::string_view to_string(Judgement::Outcome outcome);

// `at`: when. What counts connections or copies in a minute, greylists or looks at the mailbox is not asked.
Judgement judge(const receiver::Profile& profile, const std::string& receiver, std::uint64_t seed, Instant at,
                const measure::Circumstances& circumstances, const policy::Recollection& remembered);

}  // namespace mailrig::explain
