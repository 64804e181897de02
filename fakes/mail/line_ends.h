// Brings text from anywhere into the form that goes over the wire. Pure functions.
#pragma once

#include <string>
#include <string_view>

namespace mailrig::mail {

// Every CR, LF and CRLF becomes CRLF (RFC 5321 §2.3.8); nothing else changes, and nothing is added at the end.
std::string with_crlf(std::string_view text);

}  // namespace mailrig::mail
