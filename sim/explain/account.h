// What is told about a delivery: what happened to it, why, and what would have. Pure.
#pragma once

#include <boost/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "sim/explain/judge.h"
#include "sim/explain/stored_delivery.h"

namespace mailrig::explain {

struct Account {
  StoredDelivery delivery;
  std::optional<Judgement> judgement;  // as it was recorded, asked again; none: there is none, as `unjudged` says
  std::string what_if;                 // empty: nothing was made up
  std::optional<Judgement> imagined;
};

// Why there may be no judgement.
inline constexpr std::string_view unjudged =
    "No receiver judged it by what it knew of message and sender: it was refused for something else before end of "
    "data, or the run did not record it.";

std::string to_text(const Account& account);
// { "delivery", "message", "stream", "recipient", "receiver", "fate", "attempts": [ … ], "judgement": { "outcome",
//   "reason", "attempt", "score", "spam_below", "contributions": [ { "factor", "identity", "points" } ] }, "what_if": {
//   … } }
boost::json::object to_json(const Account& account);

}  // namespace mailrig::explain
