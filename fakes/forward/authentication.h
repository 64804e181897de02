// What a forwarder finds out about a message before it passes it on, for the ARC set that it adds (RFC 8617 §4.1.1).
// Uses what its receiving side has written about the message; where that has nothing to say, it looks for itself.
// Pure but for the resolver.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "fakes/auth/arc_verify.h"
#include "fakes/auth/key_record.h"
#include "fakes/dns/resolver.h"
#include "fakes/policy/session.h"

namespace mailrig::forward {

// The payload of Authentication-Results: "mx.alumni.example; spf=pass …". `host` is who says so; `chain` what
// validating the message's ARC sets gave. The cache is lent and may be null.
std::string authentication_results(const policy::Session& session, std::string_view content, std::string_view host,
                                   const auth::ArcOutcome& chain, dns::Resolver& resolver, auth::KeyCache* keys,
                                   Instant now);

// Equal for results that differ in nothing but the local parts of addresses.
std::uint64_t results_key(std::string_view results);

}  // namespace mailrig::forward
