#include "fakes/auth/dkim_field_writer.h"

#include "fakes/base/check.h"

namespace mailrig::auth {

FieldWriter::FieldWriter(std::string_view name) {
  text_.reserve(1024);
  append(name);
  append(":");
}

void FieldWriter::word(std::string_view text) {
  if (column_ + 1 + text.size() > columns_max) {
    fold();
  } else {
    append(" ");
  }
  append(text);
}

void FieldWriter::continuation(std::string_view text) {
  if (column_ + text.size() > columns_max) fold();
  append(text);
}

void FieldWriter::breakable(std::string_view text, std::size_t line_columns_max) {
  while (!text.empty()) {
    if (column_ >= line_columns_max) fold();
    const std::string_view line = text.substr(0, line_columns_max - column_);
    append(line);
    text.remove_prefix(line.size());
  }
}

void FieldWriter::fold() {
  text_ += "\r\n ";
  column_ = 1;
}

void FieldWriter::append(std::string_view text) {
  text_ += text;
  column_ += text.size();
}

void write_signed_names(FieldWriter& field, const std::vector<std::string_view>& names) {
  CHECK(!names.empty());
  std::string piece = "h=";
  for (std::size_t i = 0; i < names.size(); ++i) {
    piece.append(names[i]) += i + 1 < names.size() ? ':' : ';';
    if (i == 0) {
      field.word(piece);
    } else {
      field.continuation(piece);
    }
    piece.clear();
  }
}

}  // namespace mailrig::auth
