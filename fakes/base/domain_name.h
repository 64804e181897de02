// How long domain names may be: RFC 1035 §2.3.4. Pure.
#pragma once

#include <cstddef>
#include <string_view>

namespace mailrig {

inline constexpr std::size_t label_octets_max = 63;
inline constexpr std::size_t name_wire_octets_max = 255;  // with an octet before each label, and one at the end
// Of a name written without escapes and without a dot at its end.
inline constexpr std::size_t name_octets_max = name_wire_octets_max - 2;

// Labels of 1 to 63 octets between dots, 253 in all, whatever the octets are. No dot at the end.
bool has_name_lengths(std::string_view name);

}  // namespace mailrig
