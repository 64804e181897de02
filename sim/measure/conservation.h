// Whether the book's sums close. A broken one is an internal error of the rig, told with its numbers. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sim/measure/snapshot.h"
#include "sim/measure/tally.h"

namespace mailrig::measure {

// deliveries = inbox + spam + discarded + handed_over + bounced + rejected + refused + expired + suppressed + queued +
// lost. Empty when it holds.
std::vector<std::string> check_fates(std::string_view name, const Tally& tally);

// The counts kept along the way against those counted again from every single delivery: the deliveries, their fates
// and their deferrals. Empty when they agree.
std::vector<std::string> check_recount(std::string_view name, const Tally& kept, const Tally& recounted);

// taken = passed_on + bounced + dropped + waiting.
std::vector<std::string> check_forwarder(std::string_view name, const ForwarderTally& tally);
// What forwarders count as waiting is what they have in hand.
std::vector<std::string> check_in_hand(std::uint64_t waiting, std::uint64_t in_hand);

// Every stored copy is the first of a delivery or a duplicate.
std::vector<std::string> check_copies(const Tally& total, std::uint64_t stored_copies);

}  // namespace mailrig::measure
