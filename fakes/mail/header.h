// Reads the header section of a message field by field (RFC 5322 §2.2), without copying it. Works in one pass and
// keeps nothing but views, so a header of any size costs no memory; only unfold() copies, up to a bound.
// Lines end with LF or CRLF. Values point into the message and live as long as it does.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace mailrig::mail {

struct HeaderField {
  std::string_view name;   // without the colon
  std::string_view value;  // all after the colon, folds included, the last line end not
  std::string_view raw;    // the whole field with its last line end
};

class HeaderReader {
 public:
  explicit HeaderReader(std::string_view message) : message_(message) {}

  // None at the end of the header: an empty line, the end of the message, or a line that is no field. What follows
  // such a line is body, as MTAs take it.
  std::optional<HeaderField> next();

  // Meaningful after next() returned nothing.
  std::size_t body_offset() const { return at_; }
  // Whether an empty line stands between header and body.
  bool separated() const { return separated_; }

 private:
  std::string_view message_;
  std::size_t at_ = 0;
  bool separated_ = false;
  bool ended_ = false;
};

// Where the body begins; the size of the message when there is none.
std::size_t body_offset(std::string_view message);

// The value of the first field called `name` (any case), still folded.
std::optional<std::string_view> find_field(std::string_view message, std::string_view name);

// RFC 5322 §2.2.3: a fold's line end goes, its white space stays. Trimmed; cut off after `octets_max`.
std::string unfold(std::string_view value, std::size_t octets_max = 65'536);

}  // namespace mailrig::mail
