// Whom a text addresses, so that copies to different people can be told to be copies. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace mailrig::content {

// Names of recipients: words of Latin and other letters as they are written, and Chinese names of up to four
// characters.
class Names {
 public:
  void add(std::string_view name);
  bool has(std::string_view word) const;
  // How many octets at the front of `text` are a Chinese name; 0: none.
  std::size_t chinese_name(std::string_view text) const;

 private:
  std::vector<std::string> names_;
  std::vector<std::string> chinese_;
};

// The display names of a To field, decoded and folded. Of an address without one nothing is taken, since "contact" and
// "sales" are words of the text too.
void add_recipient_names(std::string_view to, Names& names);

// How many octets at the front of a line are a salutation, "Dear Ms. Smith" or "尊敬的张伟先生"; 0: none. The names in
// it are added.
std::size_t take_salutation(std::string_view line, Names& names);

}  // namespace mailrig::content
