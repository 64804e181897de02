// A 64-bit fingerprint of a message body that survives relaying: CR, LF and CRLF all count as one line end, and empty
// lines at the end don't count at all, so a hop that converts line ends, or adds or drops the last one, changes
// nothing. Everything else does. Not thread-safe; the values are the same on every machine.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "fakes/base/stable_hash.h"

namespace mailrig::mail {

// For a body that arrives in pieces.
class BodyDigest {
 public:
  void update(std::string_view bytes);
  std::uint64_t digest() const { return hash_.digest(); }
  void reset();

 private:
  void take_canonical(std::string_view text);

  StreamingHash hash_;           // of the lines so far, CRLF between them
  std::uint64_t line_ends_ = 0;  // seen since then: hashed only once another line follows
  bool after_cr_ = false;        // the last piece ended in CR; an LF at the front of the next belongs to it
};

std::uint64_t body_digest(std::string_view body);

// A fingerprint that survives folding too: of all octets but CR, LF, space and tab. What differs here was not merely
// laid out anew.
std::uint64_t loose_body_digest(std::string_view body);

}  // namespace mailrig::mail
