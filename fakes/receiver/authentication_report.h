// The Authentication-Results field that a receiver puts in front of a message (RFC 8601): what it found, in the words
// of the standard. Pure.
#pragma once

#include <string>
#include <string_view>

#include "fakes/auth/arc_verify.h"
#include "fakes/auth/dkim_verify.h"
#include "fakes/policy/session.h"

namespace mailrig::receiver {

// The whole field with its CRLF. The session's facts are complete but for the field itself; `dkim` and `arc` are behind
// them. Of MAIL FROM only the domain is told (RFC 8601 §2.7.2 leaves that open), so that a message that stands for many
// gets the field of all of them.
std::string authentication_field(std::string_view authserv_id, const policy::Session& session,
                                 const auth::DkimOutcome& dkim, const auth::ArcOutcome& arc);

}  // namespace mailrig::receiver
