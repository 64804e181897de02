// The tables of `reputation` and `placement` in a profile. Internal to profile loading.
#pragma once

#include "fakes/config/table.h"
#include "fakes/policy/reputation_score.h"

namespace mailrig::receiver {

config::Table<policy::ReputationSettings> reputation_table();
config::Table<policy::PlacementSettings> placement_table();

}  // namespace mailrig::receiver
