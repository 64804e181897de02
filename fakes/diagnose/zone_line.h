// Records as one line of a master file (RFC 1035 §5.1), for people to publish. Pure.
#pragma once

#include <string>

#include "fakes/dns/record.h"

namespace mailrig::diagnose {

// "s1._domainkey.shop.example. 3600 IN TXT \"v=DKIM1; k=rsa; p=…\" \"…\"", without a line end. Texts are split into
// strings of at most 255 octets.
std::string zone_line(const dns::Record& record);

}  // namespace mailrig::diagnose
