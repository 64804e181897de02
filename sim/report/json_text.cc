#include "sim/report/json_text.h"

#include <charconv>
#include <cmath>
#include <string_view>

namespace mailrig::report {
namespace {

namespace json = boost::json;

// Groups that fit are written on one line; rows of a list, which are read as a table, even when they are longer.
constexpr std::size_t line_max = 120;
constexpr std::size_t row_max = 400;

std::string scalar(const json::value& value) {
  if (value.is_double()) {
    const double number = value.get_double();
    return std::isfinite(number) ? plain_decimal(number) : "null";
  }
  return json::serialize(value);
}

bool is_group(const json::value& value) {
  if (const auto* object = value.if_object()) return !object->empty();
  if (const auto* array = value.if_array()) return !array->empty();
  return false;
}

class Writer {
 public:
  // `column` is where the value begins in its line; a group on one line may reach up to `width_max`.
  void write(const json::value& value, std::size_t indent, std::size_t column, std::size_t width_max) {
    if (!is_group(value)) {
      text_ += scalar(value);
    } else if (const auto* object = value.if_object()) {
      write_group(*object, "{}", indent, column, width_max, line_max);
    } else {
      write_group(value.get_array(), "[]", indent, column, width_max, row_max);
    }
  }
  std::string take() { return std::move(text_) + "\n"; }

 private:
  static std::string key_of(const json::key_value_pair& member) { return json::serialize(member.key()) + ": "; }
  static std::string key_of(const json::value&) { return {}; }
  static const json::value& value_of(const json::key_value_pair& member) { return member.value(); }
  static const json::value& value_of(const json::value& element) { return element; }

  template <class Group>
  void write_group(const Group& group, std::string_view brackets, std::size_t indent, std::size_t column,
                   std::size_t width_max, std::size_t member_width_max) {
    const std::string line = one_line(group, brackets);
    if (!line.empty() && column + line.size() < width_max) {
      text_ += line;
      return;
    }
    text_ += brackets[0];
    bool first = true;
    for (const auto& member : group) {
      text_ += first ? "\n" : ",\n";
      first = false;
      text_.append(indent + 2, ' ');
      const std::string key = key_of(member);
      text_ += key;
      write(value_of(member), indent + 2, indent + 2 + key.size(), member_width_max);
    }
    text_ += '\n';
    text_.append(indent, ' ');
    text_ += brackets[1];
  }

  // Empty when it is too long for any line, or there are groups within the group.
  template <class Group>
  static std::string one_line(const Group& group, std::string_view brackets) {
    std::string line(1, brackets[0]);
    for (const auto& member : group) {
      if (is_group(value_of(member)) || line.size() > row_max) return {};
      line += line.size() == 1 ? " " : ", ";
      line += key_of(member) + scalar(value_of(member));
    }
    line += ' ';
    line += brackets[1];
    return line;
  }

  std::string text_;
};

}  // namespace

std::string plain_decimal(double value) {
  // Fixed notation can need 309 digits before the point, or 324 zeros behind it and then the digits.
  char text[800];
  const auto [end, fault] = std::to_chars(text, text + sizeof text, value, std::chars_format::fixed);
  return fault == std::errc() ? std::string(text, end) : "0";
}

std::string to_text(const json::value& value) {
  Writer writer;
  writer.write(value, 0, 0, line_max);
  return writer.take();
}

}  // namespace mailrig::report
