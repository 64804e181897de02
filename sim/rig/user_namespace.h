// Root without being root: a user namespace in which this program runs anew (user_namespaces(7)). Linux. Main thread
// only, before any other exists.
#pragma once

#include "fakes/base/result.h"

namespace mailrig::rig {

// Returns when the process is root, here or in a user namespace of its own; where it is not and can be, the program is
// run anew in one and this never returns. The error says what is missing.
Result<void> become_root();

// Root of a user namespace that was made for this program.
bool in_own_user_namespace();

}  // namespace mailrig::rig
