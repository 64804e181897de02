// What policies remember of the sender whose session or message is judged: with the facts of both, all that a
// judgement follows from. Kept by whoever wants to ask again later, with other facts perhaps. Plain values.
#pragma once

#include <optional>

#include "fakes/policy/reputation_score.h"

namespace mailrig::policy {

struct Recollection {
  bool bulk = false;                       // the author's domain is a bulk sender (BulkSender)
  bool comes_again = false;                // the message was put off before, long enough ago (ContentCheck)
  std::optional<ReputationFacts> weighed;  // what Reputation weighed; none: the receiver keeps none
};

}  // namespace mailrig::policy
