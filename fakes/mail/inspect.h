// What the rig wants to know about any message that passes: one pass over it, nothing copied but two short names.
// Pure function; any bytes will do.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace mailrig::mail {

// Carries the id of a generated message, 16 hexadecimal digits, through relays that rewrite everything else.
inline constexpr std::string_view rig_id_field = "X-Mailrig-Id";

struct MessageTraits {
  std::uint64_t size = 0;
  std::uint64_t body_digest = 0;
  std::uint64_t rig_id = 0;        // 0: none
  std::string message_id;          // without angle brackets; empty: none
  std::string header_from_domain;  // of the first From field's first mailbox, lower case; empty: none
  std::uint32_t received_hops = 0;
  std::size_t body_offset = 0;
  bool header_readable = true;  // every line of the header is a field or continues one
};

MessageTraits inspect(std::string_view message);

// "00c0ffee00c0ffee".
std::string format_rig_id(std::uint64_t id);
void append_rig_id(std::string& out, std::uint64_t id);
// 0 for anything but 16 hexadecimal digits.
std::uint64_t parse_rig_id(std::string_view text);

}  // namespace mailrig::mail
