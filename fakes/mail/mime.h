// Finds the body parts of a message (RFC 2045, RFC 2046) without copying them. Any bytes will do: nesting and the
// number of parts are bounded, and what is not well-formed is read as far as it goes. Views point into the message and
// live as long as it does. Pure functions.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mailrig::mail {

inline constexpr std::size_t mime_parts_max = 100;  // further ones are left out
inline constexpr int mime_depth_max = 8;            // a multipart that lies deeper is not opened

// Names in lower case, values unquoted, in their order.
using Parameters = std::vector<std::pair<std::string, std::string>>;
// Empty when there is none.
std::string_view find_parameter(const Parameters& parameters, std::string_view name);

struct ContentType {
  std::string type = "text/plain";  // lower case; RFC 2045 §5.2 says this where none or nonsense is given
  Parameters parameters{};

  // Empty when there is none.
  std::string_view parameter(std::string_view name) const;
};

// The value of a Content-Type field, folded or not.
ContentType parse_content_type(std::string_view field_value);
ContentType content_type_field(std::string_view header);

// What stands behind the first semicolon of a structured field, folded or not.
Parameters parse_parameters(std::string_view field_value);

struct Part {
  ContentType type;
  std::string_view header;
  std::string_view content;  // as it was transferred
};

// Parts that contain no others, in their order; a message without parts is one itself. Messages inside the message
// (message/rfc822) are not opened. A multipart that no delimiter opens is a part too: what it holds is text.
std::vector<Part> leaf_parts(std::string_view message);

// The content with its transfer encoding undone, cut off after `octets_max`.
std::string decoded_content(const Part& part, std::size_t octets_max);

}  // namespace mailrig::mail
