#include "sim/scenario/expectation.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <system_error>
#include <utility>

#include "fakes/base/units.h"
#include "fakes/config/nearest.h"
#include "sim/scenario/summary_shape.h"

namespace mailrig::scenario {
namespace {

constexpr std::string_view example = "write PATH OP VALUE, such as 'receivers.gmail.rates.deferred < 5%'";
constexpr std::string_view blanks = " \t";
constexpr std::string_view operator_characters = "=!<>";

std::string_view trim(std::string_view text) {
  const auto first = text.find_first_not_of(blanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

std::optional<Comparison> parse_comparison(std::string_view text) {
  if (text == "==") return Comparison::equal;
  if (text == "!=") return Comparison::not_equal;
  if (text == "<") return Comparison::less;
  if (text == "<=") return Comparison::less_or_equal;
  if (text == ">") return Comparison::greater;
  if (text == ">=") return Comparison::greater_or_equal;
  return std::nullopt;
}

std::optional<double> parse_decimal(std::string_view text) {
  const std::string_view digits = text.starts_with('-') ? text.substr(1) : text;
  if (digits.empty() || digits.find_first_not_of("0123456789.") != std::string_view::npos) return std::nullopt;
  double value = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed);
  if (fault != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// Durations become seconds and sizes bytes, as summary.json has them.
std::optional<double> parse_value(std::string_view text) {
  if (text == "true") return 1;
  if (text == "false") return 0;
  if (const auto number = parse_decimal(text)) return number;
  if (text.ends_with('%')) {
    // Divided once, so that 5% is the same double as the 0.05 of a summary.
    const auto percent = parse_decimal(text.substr(0, text.size() - 1));
    return percent ? std::optional(*percent / 100) : std::nullopt;
  }
  if (const auto duration = parse_duration(text)) return to_seconds(*duration);
  if (const auto size = parse_size(text)) return static_cast<double>(*size);
  if (const auto count = parse_count(text)) return static_cast<double>(*count);
  return std::nullopt;
}

// A reply code as RFC 5321 §4.2 has them.
bool is_reply_code(std::string_view text) {
  return text.size() == 3 && text[0] >= '2' && text[0] <= '5' &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// The child whose name `path` begins with; names may contain dots ("tls.1.3"), so the longest counts.
const Shape* child_at(const Shape& shape, std::string_view path) {
  const Shape* found = nullptr;
  for (const Shape& child : shape.children) {
    const std::string& name = child.name;
    const bool matches = path.starts_with(name) && (path.size() == name.size() || path[name.size()] == '.');
    if (matches && (found == nullptr || name.size() > found->name.size())) found = &child;
  }
  return found;
}

std::string names_below(const Shape& shape) {
  if (shape.reply_codes) return "a reply code such as 450";
  std::string text;
  for (const Shape& child : shape.children) text += (text.empty() ? "" : ", ") + child.name;
  return text.empty() ? "nothing: the scenario has none" : text;
}

struct Fault {
  std::string message;
  std::size_t offset;  // in the path
};

std::string full_suggestion(std::string_view prefix, std::string_view segment, std::string_view rest,
                            const Shape& shape) {
  std::vector<std::string> names;
  for (const Shape& child : shape.children) names.push_back(child.name);
  if (shape.reply_codes) names.emplace_back("450");
  const auto best = config::nearest(segment, names);
  if (!best) return fmt::format("; valid here: {}", names_below(shape));
  return fmt::format("; did you mean '{}{}{}'?", prefix, *best, rest);
}

// Follows `path` through the shape; fills what the expectation keeps of it.
std::optional<Fault> check_path(std::string_view path, const Shape& root, Expectation& expectation) {
  const Shape* shape = &root;
  std::size_t offset = 0;
  while (offset < path.size()) {
    const std::string_view rest = path.substr(offset);
    const std::string_view segment = rest.substr(0, rest.find('.'));
    if (shape->is_number()) {
      return Fault{fmt::format("'{}' is a number; nothing is below it", path.substr(0, offset - 1)), offset};
    }
    if (shape->reply_codes && is_reply_code(segment)) {
      static const Shape count{.name = {}, .children = {}, .zero_when_absent = true, .reply_codes = false};
      expectation.segments.emplace_back(segment);
      shape = &count;
      offset += segment.size() + 1;
      continue;
    }
    const Shape* child = child_at(*shape, rest);
    if (child == nullptr) {
      return Fault{fmt::format("unknown name '{}' in path '{}'{}", segment, path,
                               full_suggestion(path.substr(0, offset), segment, rest.substr(segment.size()), *shape)),
                   offset};
    }
    expectation.segments.push_back(child->name);
    shape = child;
    offset += child->name.size() + 1;
  }
  if (offset == path.size()) return Fault{fmt::format("path '{}' ends with a dot", path), path.size() - 1};
  if (!shape->is_number()) {
    return Fault{fmt::format("'{}' is not a number but a group; below it: {}", path, names_below(*shape)), 0};
  }
  expectation.zero_when_absent = shape->zero_when_absent;
  return std::nullopt;
}

const boost::json::value* step(const boost::json::value& value, const std::string& segment) {
  const auto* object = value.if_object();
  return object == nullptr ? nullptr : object->if_contains(segment);
}

double count_of_replies(const boost::json::array& replies, std::string_view code) {
  double sum = 0;
  for (const auto& reply : replies) {
    const auto* object = reply.if_object();
    if (object == nullptr) continue;
    const auto* found = object->if_contains("code");
    const auto* count = object->if_contains("count");
    if (found != nullptr && count != nullptr && found->is_number() && count->is_number() &&
        std::to_string(found->to_number<std::int64_t>()) == code) {
      sum += count->to_number<double>();
    }
  }
  return sum;
}

std::optional<double> find_number(const Expectation& expectation, const boost::json::value& summary) {
  const std::optional<double> absent = expectation.zero_when_absent ? std::optional(0.0) : std::nullopt;
  const boost::json::value* value = &summary;
  for (const std::string& segment : expectation.segments) {
    if (const auto* replies = value->if_array()) return count_of_replies(*replies, segment);
    value = step(*value, segment);
    if (value == nullptr) return absent;
  }
  if (const bool* flag = value->if_bool()) return *flag ? 1 : 0;
  if (value->is_number()) return value->to_number<double>();
  return std::nullopt;
}

bool holds(double left, Comparison comparison, double right) {
  switch (comparison) {
    case Comparison::equal:
      return left == right;
    case Comparison::not_equal:
      return left != right;
    case Comparison::less:
      return left < right;
    case Comparison::less_or_equal:
      return left <= right;
    case Comparison::greater:
      return left > right;
    case Comparison::greater_or_equal:
      return left >= right;
  }
  return false;
}

}  // namespace

Result<Expectation> parse_expectation(const config::Node& node, const SummaryNames& names) {
  if (!node.is_scalar()) return node.error(fmt::format("expected text, found {}; {}", describe(node), example));
  Expectation expectation;
  expectation.text = node.text();
  expectation.at = node.at();
  const std::string_view text = expectation.text;
  const auto fault = [&](std::size_t offset, const std::string& message) {
    config::Location at = node.at();
    if (at.column > 0) at.column += static_cast<int>(offset) + (node.quoted() ? 1 : 0);
    return at.error("expectation '" + expectation.text + "': " + message);
  };
  const auto operator_begin = text.find_first_of(operator_characters);
  if (operator_begin == std::string_view::npos) return fault(0, fmt::format("has no comparison; {}", example));
  const auto operator_end = std::min(text.find_first_not_of(operator_characters, operator_begin), text.size());
  const std::string_view operator_text = text.substr(operator_begin, operator_end - operator_begin);
  const auto comparison = parse_comparison(operator_text);
  if (!comparison) {
    return fault(operator_begin, fmt::format("'{}' is none of ==, !=, <, <=, >, >=", operator_text));
  }
  expectation.comparison = *comparison;

  const std::string_view path = trim(text.substr(0, operator_begin));
  if (path.empty()) return fault(0, fmt::format("has no path; {}", example));
  const auto path_begin = static_cast<std::size_t>(path.data() - text.data());
  if (auto wrong = check_path(path, summary_shape(names), expectation)) {
    return fault(path_begin + wrong->offset, wrong->message);
  }

  const std::string_view value_text = trim(text.substr(operator_end));
  const auto value = parse_value(value_text);
  if (!value) {
    const auto value_begin =
        value_text.empty() ? operator_begin : static_cast<std::size_t>(value_text.data() - text.data());
    return fault(value_begin, fmt::format("'{}' is not a value such as 0, 5%, 90s, 2h, 12KB or 100k", value_text));
  }
  expectation.value = *value;
  return expectation;
}

Outcome evaluate(const Expectation& expectation, const boost::json::value& summary) {
  const auto value = find_number(expectation, summary);
  return {value, value && holds(*value, expectation.comparison, expectation.value)};
}

}  // namespace mailrig::scenario
