// Writes a header field made of tags, folded so that lines stay within 78 columns (RFC 5322 §2.1.1). A value type.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mailrig::auth {

class FieldWriter {
 public:
  static constexpr std::size_t columns_max = 78;
  static constexpr std::size_t breakable_columns_max = 73;  // 72 octets behind the indentation, as signers like it

  using Parts = std::initializer_list<std::string_view>;

  // Begins with "Name:".
  explicit FieldWriter(std::string_view name);
  // Begins as another did, with room for so many octets more, so that the text need not grow bit by bit.
  FieldWriter(const FieldWriter& beginning, std::size_t octets_more);

  // A piece that stays in one line, behind a blank or, where it would not fit, a fold. Parts make one piece.
  void word(Parts parts);
  void word(std::string_view text) { word({text}); }
  // A piece that stays in one line, directly behind the last or, where it would not fit, a fold.
  void continuation(Parts parts);
  void continuation(std::string_view text) { continuation({text}); }
  // "name=value;" as a word.
  void tag(std::string_view name, std::string_view value) { word({name, "=", value, ";"}); }
  void tag(std::string_view name, std::uint64_t value);
  // Text in which a fold may stand anywhere, such as base64.
  void breakable(std::string_view text, std::size_t line_columns_max = breakable_columns_max);
  void fold();
  // The line end of the field.
  void end() { text_ += "\r\n"; }

  const std::string& text() const { return text_; }
  std::string take() && { return std::move(text_); }

 private:
  void append(std::string_view text);
  void append(Parts parts);

  std::string text_;
  std::size_t column_ = 0;
};

// " h=From:To;", as names of fields in that order; at least one.
void write_signed_names(FieldWriter& field, const std::vector<std::string_view>& names);

}  // namespace mailrig::auth
