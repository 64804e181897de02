// What a receiver remembered of a sender when it judged, as run.db keeps it with every judged attempt; so it is short
// and quickly written. Pure.
#pragma once

#include <string>
#include <string_view>

#include "fakes/base/result.h"
#include "fakes/policy/recollection.h"

namespace mailrig::measure {

// Numbers in groups of seven bits, the lowest first, where the eighth bit says that more follow. The first has a bit
// each for: bulk sender, message comes again, reputation weighed; where it was, the lot in millionths follows, and one
// number with a bit for each known identity in the order of policy::SenderIdentity. Of each of these follow: active
// days, copies today, recent maximum; accepted, unknown, traps, complaints, awaited, opened in thousandths; held,
// copies past a hold, copies this hour.
std::string write_memory(const policy::Recollection& remembered);
// An error: these are not the octets of a memory.
Result<policy::Recollection> read_memory(std::string_view octets);

}  // namespace mailrig::measure
