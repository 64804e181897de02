// The date of a Date field (RFC 5322 §3.3, obsolete forms of §4.3 included). Pure.
#pragma once

#include <optional>
#include <string_view>

#include "fakes/base/instant.h"

namespace mailrig::diagnose {

// "Mon, 02 Mar 2026 08:00:00 +0000 (UTC)". The day of the week is not compared. None when it is no date.
std::optional<Instant> parse_header_date(std::string_view field_value);

}  // namespace mailrig::diagnose
