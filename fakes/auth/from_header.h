// The author domain of a message: what DMARC takes out of the From field (RFC 9989 §5.3.1). Reads From fields as mail
// really has them: folded, with comments, groups (RFC 6854), obsolete routes and blanks (RFC 5322 §4.4), display names
// with specials that should have been quoted, or in any character set. Bounded: a field beyond `from_field_octets_max`
// is not read, and no more than `from_domains_max` domains are kept.
// Pure functions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mailrig::auth {

inline constexpr std::size_t from_field_octets_max = 65'536;
inline constexpr std::size_t from_domains_max = 32;

// Why a message has no author domain that DMARC could use.
enum class FromFault : std::uint8_t {
  none,
  missing_field,
  several_fields,  // RFC 5322 §3.6 has exactly one
  too_long,
  malformed,        // no mailbox list, so that two readers may see two authors
  no_address,       // an empty field, or nothing but empty groups and names
  unusable_domain,  // an address literal, or a name that is none
  several_domains
};

struct FromHeader {
  FromFault fault = FromFault::none;
  std::string reason;  // for a person; empty when there is exactly one author domain
  // All different ones that were found, in A-labels and in order, whatever the fault. A receiver that goes forward with
  // several (RFC 9989 §11.5) evaluates each.
  std::vector<std::string> domains;

  std::optional<std::string> author_domain() const;
};

FromHeader read_from_header(std::string_view message);

// The same for the value of one From field, folded or not.
FromHeader read_from_field(std::string_view value);

}  // namespace mailrig::auth
