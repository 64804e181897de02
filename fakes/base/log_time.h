// The times that log lines begin with. Pure.
#pragma once

#include <optional>
#include <string_view>

#include "fakes/base/instant.h"

namespace mailrig {

// "Mar  2 08:03:08" or "Mar 02 08:03:08", 15 characters as syslog traditionally has it, in the year in which it is
// nearest to `near`.
std::optional<Instant> parse_syslog_time(std::string_view text, Instant near);

}  // namespace mailrig
