// What a forwarder's receiving side has found out about a message, for the ARC set that the forwarder adds (RFC 8617
// §4.1.1). Pure functions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "fakes/policy/session.h"

namespace mailrig::forward {

// The payload of Authentication-Results: "mx.alumni.example; spf=pass …". `host` says that there are none where the
// receiving side did not look (RFC 8601 §2.2, no-result).
std::string authentication_results(const policy::Session& session, std::string_view host);

// Equal for results that differ in nothing but the local parts of addresses.
std::uint64_t results_key(std::string_view results);

}  // namespace mailrig::forward
