// The tag=value lists of RFC 6376 §3.2, in which DKIM and ARC write signatures and keys, and DMARC its policies.
// Strict, as §6.1.1 asks: what does not follow the grammar makes the whole list invalid. Bounded by `tags_max`.
// Views point into the text and live as long as it does. Pure functions and values, safe to share.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mailrig::auth {

struct Tag {
  std::string_view name;   // case matters
  std::string_view value;  // without the white space at its ends; folds inside are still there
  std::string_view raw;    // everything between "=" and ";"
};

class TagList {
 public:
  static constexpr std::size_t tags_max = 100;

  enum class Fault {
    none,
    syntax,     // no tag list by the grammar
    duplicate,  // "if a tag name does occur more than once, the entire tag-list is invalid"
    too_many    // more than `tags_max`
  };

  // Line ends count as white space: in a field they are folds, and some write them into the DNS. UTF-8 may stand in
  // values (RFC 8616 §5). White space behind the last semicolon is accepted.
  static TagList parse(std::string_view text);

  Fault fault() const { return fault_; }
  bool valid() const { return fault_ == Fault::none; }

  // In the order written; empty when invalid.
  const std::vector<Tag>& tags() const { return tags_; }
  const Tag* find(std::string_view name) const;
  // The value of a tag; none when the list has no such tag.
  std::optional<std::string_view> value(std::string_view name) const;

 private:
  std::vector<Tag> tags_;
  Fault fault_ = Fault::none;
};

// "not a tag list", "a tag appears twice", "too many tags"; empty for none.
std::string_view in_words(TagList::Fault fault);

// A value from which white space and folds are to be ignored.
std::string without_white_space(std::string_view value);

// The items of a value such as "relaxed : simple", without the white space around them. An empty value is one empty
// item. None when there are more than `items_max`.
std::optional<std::vector<std::string_view>> split_value(std::string_view value, char separator, std::size_t items_max);

// base64 with folding white space anywhere (RFC 6376 §2.10). None for anything else that is not of the alphabet, for
// "=" that is not at the end, and for nothing at all. Missing padding is accepted.
std::optional<std::string> decode_base64(std::string_view value);

}  // namespace mailrig::auth
