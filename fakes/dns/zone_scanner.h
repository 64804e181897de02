// The lexical half of a master file (RFC 1035 §5.1): comments, quotes, parentheses and the entries they make. It knows
// nothing of records. Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fakes/base/result.h"

namespace mailrig::dns {

struct ZoneToken {
  std::string_view text;  // with its quotes and escapes, as written
  int line = 0;
  int column = 0;
};

struct ZoneEntry {
  std::vector<ZoneToken> tokens;  // never empty
  bool owner_omitted = false;     // the line began with a blank: the owner is that of the entry before
};

class ZoneScanner {
 public:
  // Both must outlive the scanner and its entries.
  ZoneScanner(std::string_view text, const std::string& file_name) : text_(text), file_name_(file_name) {}

  // The next entry, or nothing at the end. Errors: a quote or a parenthesis without its partner.
  Result<std::optional<ZoneEntry>> next();

 private:
  bool at_end() const { return at_ == text_.size(); }
  char here() const { return text_[at_]; }
  void advance();
  void skip_comment();
  Result<ZoneToken> quoted();
  ZoneToken word();
  Error error(std::string message, int line, int column) const;

  std::string_view text_;
  const std::string& file_name_;
  std::size_t at_ = 0;
  int line_ = 1;
  int column_ = 1;
};

}  // namespace mailrig::dns
