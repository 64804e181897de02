// The canonical form of a message body, RFC 6376 §3.4.3 (simple) and §3.4.4 (relaxed), made while the body streams by:
// pieces of any size, in any division, and no more memory for a large body than for a small one. Bodies are text, so a
// bare LF ends a line as CRLF does (RFC 6376 §5.3); a bare CR is a character. Not thread-safe.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace mailrig::auth {

enum class Canonicalization : std::uint8_t { simple, relaxed };

// "simple", "relaxed".
std::string_view to_string(Canonicalization method);

// Where canonical bytes go, in order and in runs as long as they come.
class CanonicalSink {
 public:
  virtual ~CanonicalSink() = default;
  virtual void take(std::string_view run) = 0;
};

class BodyCanonicalizer {
 public:
  // The sink is lent.
  BodyCanonicalizer(Canonicalization method, CanonicalSink& sink) : method_(method), sink_(sink) {}
  BodyCanonicalizer(const BodyCanonicalizer&) = delete;
  BodyCanonicalizer& operator=(const BodyCanonicalizer&) = delete;

  Canonicalization method() const { return method_; }

  void push(std::string_view piece);
  // The end of the body; afterwards another may follow, by another method if begin() says so.
  void finish();
  void begin(Canonicalization method) { method_ = method; }

 private:
  void end_line();
  void begin_content();
  void emit(std::string_view run);
  void flush();

  Canonicalization method_;
  CanonicalSink& sink_;
  std::uint64_t held_line_ends_ = 0;  // go out only when something follows: those at the end of the body don't count
  bool any_content_ = false;
  bool held_space_ = false;  // relaxed: white space that counts only when the line goes on
  bool held_cr_ = false;     // half of a line end, or a character
  std::size_t staged_size_ = 0;
  std::array<char, 4096> staged_;  // short runs are gathered, since every call of a hash function costs
};

// The first place at which [at, end) stops being in canonical form already, and `end` when it never does. What comes
// before it neither ends in white space nor in a line end. `at` must be at a character that is neither.
const char* end_of_canonical_run(Canonicalization method, const char* at, const char* end);

}  // namespace mailrig::auth
