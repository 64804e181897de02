// Internationalised domain names: what people write (U-labels) → what the DNS holds (A-labels), by IDNA2008 (RFC 5891)
// with the mapping of UTS #46, non-transitional as registries and browsers have it now. Pure functions.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace mailrig::auth {

// No name of 253 octets in A-labels is longer than this in UTF-8, and nothing longer is looked at.
inline constexpr std::size_t u_label_name_octets_max = 1024;

// "Bücher.Example." → "xn--bcher-kva.example": lower case, no dot at the end. A name in ASCII is only lower-cased and
// measured: whether such a name means anything, the DNS knows better. Nothing for what is no name: bad UTF-8,
// characters that IDNA forbids, blanks and control characters, empty or overlong labels, more than 253 octets.
std::optional<std::string> to_a_labels(std::string_view domain);

}  // namespace mailrig::auth
