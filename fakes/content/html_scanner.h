// Cuts HTML, as mail has it, into tags, texts and comments: the tokenizer of the WHATWG standard (§13.2.5) as far as a
// reader of mail needs it. Nothing is copied and nothing is refused. A parser that builds a tree would build
// it to be thrown away, as deep as the sender likes.
//
// Time is linear in the input; memory is that of one tag's attributes, which are bounded.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace mailrig::content {

inline constexpr std::size_t html_attributes_max = 64;  // of one tag; further ones are left out

struct HtmlAttribute {
  std::string_view name;   // as written
  std::string_view value;  // without quotes; character references not decoded
};

struct HtmlToken {
  enum class Kind : std::uint8_t {
    text,      // character references not decoded
    raw_text,  // of script, style and their like, whose content is no HTML
    start_tag,
    end_tag,
    comment,  // declarations and processing instructions too
  };

  Kind kind = Kind::text;
  std::string_view text;  // of text, raw text and comments
  std::string_view name;  // of tags, as written
  std::vector<HtmlAttribute> attributes;
  bool self_closing = false;
  bool unfinished = false;  // the end of the input came before that of the tag

  // The value of the first attribute called `name` (lower case); null: none.
  const std::string_view* attribute(std::string_view name) const;
};

class HtmlScanner {
 public:
  explicit HtmlScanner(std::string_view html) : html_(html) {}

  // Fills `token`, whose memory is used again; false at the end.
  bool next(HtmlToken& token);

 private:
  std::string_view html_;
  std::size_t at_ = 0;
  std::string_view raw_element_;  // the element whose raw text comes next; empty: none

  bool take_raw_text(HtmlToken& token);
  void take_comment(HtmlToken& token);
  void take_tag(HtmlToken& token);
  void take_attribute(HtmlToken& token);
  void skip_blanks();
};

}  // namespace mailrig::content
