// The name under which a mail program would save a part. Pure.
#pragma once

#include <string>

#include "fakes/mail/mime.h"

namespace mailrig::mail {

// UTF-8, as far as the character set is known: the filename of Content-Disposition (RFC 2183 §2.3) or else the name of
// Content-Type, in any of the forms that are in use: plain, encoded words though RFC 2047 §5 forbids them there, and
// RFC 2231's, in pieces or not. Empty: the part has none.
std::string file_name(const Part& part);

}  // namespace mailrig::mail
