// What a receiver found out about who sent a message: results of SPF, DKIM, DMARC and ARC, in the words of RFC 8601.
// Facts only; policies decide what they lead to. Value type, kept with the session: SPF is known from MAIL on, the rest
// from end of data on.
#pragma once

#include <string>

namespace mailrig::policy {

struct AuthenticationFacts {
  // The Authentication-Results field (RFC 8601) that the receiver puts in front of the message, with its CRLF; empty
  // before end of data, and with a receiver that does not look.
  std::string results_field;
};

}  // namespace mailrig::policy
