// Replies from bytes (RFC 5321 §4.2), multi-line ones too, in bounded memory whatever the server sends.
// Not thread-safe.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "fakes/smtp/reply.h"

namespace mailrig::smtp {

class ReplyParser {
 public:
  // Of a line, what goes beyond is dropped; §4.5.3.1.5 has 512 octets. A reply with more lines is malformed.
  static constexpr std::size_t line_bytes_max = 4096;
  static constexpr std::size_t lines_max = 128;

  enum class Status : std::uint8_t { incomplete, complete, malformed };

  // Consumes from `input` up to the end of one reply. When complete, reply() is it.
  Status next(std::string_view& input);
  const Reply& reply() const { return reply_; }
  // Forgets what was begun.
  void reset();

 private:
  enum class Line : std::uint8_t { last, continued, malformed };
  Line take_line();

  std::string line_;  // of the line that is under way, as much as is kept
  Reply reply_;
  std::size_t lines_ = 0;  // of the reply under way
  bool complete_ = false;  // reply_ is a whole one, to be cleared when the next begins
};

}  // namespace mailrig::smtp
