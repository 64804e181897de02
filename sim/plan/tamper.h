// Changes a message as a fault on its way would: one octet, where neither canonicalization of DKIM overlooks it. Pure.
#pragma once

#include <string>

#include "sim/scenario/scenario.h"

namespace mailrig::plan {

// A letter or digit near the middle of the body, or of the Subject's value, becomes another one; the same octet
// whatever fields stand in front. False, and nothing is changed, where there is none.
bool tamper(std::string& message, scenario::Tamper what);

}  // namespace mailrig::plan
