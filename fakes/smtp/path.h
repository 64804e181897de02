// Reverse-paths and forward-paths as MAIL and RCPT carry them (RFC 5321 §4.1.2, with RFC 6531 §3.3). Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace mailrig::smtp {

enum class PathKind : std::uint8_t {
  reverse,  // may be "<>"
  forward,  // may be "<Postmaster>"
};

struct Path {
  std::string_view mailbox;  // without angle brackets and source route; empty is the null reverse-path
  bool ascii = true;         // false: SMTPUTF8 is needed
};

// Cuts a path in angle brackets off the front of `text`. Nothing when the syntax is wrong.
std::optional<Path> take_path(std::string_view& text, PathKind kind);

}  // namespace mailrig::smtp
