// The Received-SPF field that a receiver puts in front of a message (RFC 7208 §9.1). Pure.
#pragma once

#include <string>
#include <string_view>

#include "fakes/auth/spf.h"

namespace mailrig::auth {

// The whole field, folded, with its CRLF. `receiver` is the host that checked; empty: "unknown". Whatever the client
// said is quoted or replaced, so that it can neither end the comment nor add a field.
std::string received_spf_field(const SpfResult& result, const SpfIdentity& identity, std::string_view receiver);

}  // namespace mailrig::auth
