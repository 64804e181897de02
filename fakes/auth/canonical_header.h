// The header of a message as signatures see it: its fields in order, the choice of those that an h= list names
// (RFC 6376 §5.4.2: instances from the bottom up), and their canonical forms (§3.4.1, §3.4.2). Fields are views into
// the header. Hostile headers are bounded by `header_fields_max`. Not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "fakes/auth/canonical_body.h"
#include "fakes/mail/header.h"

namespace mailrig::auth {

inline constexpr std::size_t header_fields_max = 150'000;

// The name of a field with its hash, for names that are looked for in message after message. The text is borrowed.
class FieldName {
 public:
  explicit FieldName(std::string_view text);

  std::string_view text() const { return text_; }
  // The same for names that differ only in case.
  std::uint32_t hash() const { return hash_; }

 private:
  std::string_view text_;
  std::uint32_t hash_;
};

class HeaderFields {
 public:
  // Replaces what was there. The header (a whole message will do) is borrowed.
  void assign(std::string_view header);

  // In order, from the top.
  const std::vector<mail::HeaderField>& all() const { return fields_; }
  // The header has more fields than anybody should look at; those beyond are missing here.
  bool overfull() const { return overfull_; }
  std::size_t body_offset() const { return body_offset_; }

  // Begins a choice of fields for one signature: every instance is there again.
  void begin_choice() { ++choice_; }
  // The lowest field of this name (any case) that the choice has not had yet; null when there is none: names may be
  // listed more often than they occur, so that none can be added later.
  const mail::HeaderField* choose(const FieldName& name);

 private:
  struct Link {
    std::uint32_t hash = 0;
    std::uint32_t above = 0;   // the next field upwards in the same bucket, counted from 1; 0: none
    std::uint32_t choice = 0;  // the last choice that had this field
  };

  std::vector<mail::HeaderField> fields_;
  std::vector<Link> links_;
  std::vector<std::uint32_t> buckets_;  // the lowest field of each, counted from 1
  std::uint32_t choice_ = 0;
  std::size_t body_offset_ = 0;
  bool overfull_ = false;
};

// Appends the canonical form of a field (`raw` may end in its line end or not) with CRLF.
void append_canonical_field(std::string& out, Canonicalization method, std::string_view raw);

// The same for the signature's own field: without CRLF, and with nothing in place of `cut`, a view into `raw`: the
// value of its b= tag (RFC 6376 §3.5, §3.7).
void append_canonical_signature(std::string& out, Canonicalization method, std::string_view raw, std::string_view cut);

}  // namespace mailrig::auth
