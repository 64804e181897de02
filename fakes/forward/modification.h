// What hops do to messages on their way, each of which breaks another kind of DKIM signature. Pure functions.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace mailrig::forward {

enum class Modification : std::uint8_t {
  footer,    // text appended to the first text part: body hashes break, unless l= left it out
  subject,   // a tag before the subject: signatures over Subject break
  headers,   // fields laid out anew, names in lower case: `simple` header signatures break, `relaxed` ones hold
  encoding,  // the first text part in another transfer encoding: body hashes break, the text stays the same
};

// `name` stands in the footer and in the tag. CRLF line ends. A message without a text part keeps its body.
std::string modify(std::string_view message, std::span<const Modification> modifications, std::string_view name);

// Whether any of these changes a body.
bool change_body(std::span<const Modification> modifications);

}  // namespace mailrig::forward
