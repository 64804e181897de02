#include "fakes/config/type.h"

#include <charconv>
#include <optional>
#include <system_error>

namespace mailrig::config {
namespace {

using boost::json::array;
using boost::json::object;

// Text that matches a pattern. YAML reads a bare number as a number, so those are let through next to it.
object pattern(const char* regex, bool bare_number) {
  object text{{"type", "string"}, {"pattern", regex}};
  if (!bare_number) return text;
  return {{"anyOf", array{std::move(text), object{{"type", "number"}, {"minimum", 0}}}}};
}

}  // namespace

Type<std::string> text() {
  return Type<std::string>(
      [](const Node& node, std::string& into, Errors& errors) {
        if (!node.is_scalar()) return errors.add(node, "expected text, found " + describe(node));
        into = node.text();
      },
      {{"type", array{"string", "number", "boolean"}}});
}

Type<bool> boolean() {
  return Type<bool>(
      [](const Node& node, bool& into, Errors& errors) {
        if (node.text() != "true" && node.text() != "false") {
          return errors.add(node, "expected true or false, found " + describe(node));
        }
        into = node.text() == "true";
      },
      {{"type", "boolean"}});
}

Type<Duration> duration() {
  return scalar<Duration>(parse_duration, "a duration such as 20s",
                          {{"anyOf", array{pattern(R"(^([0-9]+(\.[0-9]+)?(ms|s|m|min|h|d|w))+$)", false),
                                           object{{"const", 0}}, object{{"const", "0"}}}}});
}

Type<std::uint64_t> size() {
  return scalar<std::uint64_t>(parse_size, "a size such as 12KB",
                               pattern(R"(^[0-9]+(\.[0-9]+)?(B|[kK]B|MB|GB|KiB|MiB|GiB)?$)", true));
}

Type<std::uint64_t> count() {
  return scalar<std::uint64_t>(parse_count, "a count such as 100k", pattern(R"(^[0-9]+(\.[0-9]+)?[kKMG]?$)", true));
}

Type<std::uint32_t> share() {
  return scalar<std::uint32_t>(parse_share, "a share such as 3%", pattern(R"(^[0-9]+(\.[0-9]+)?%?$)", true));
}

Type<Rate> rate() {
  return scalar<Rate>(parse_rate, "a rate such as 50/s",
                      pattern(R"(^[0-9]+(\.[0-9]+)?[kKMG]?/(s|m|min|h|d|w)$)", false));
}

Type<Instant> instant() {
  const auto parse = [](std::string_view text) -> Result<Instant> {
    if (const auto instant = parse_rfc3339(text)) return *instant;
    return Error{"'" + std::string(text) + "' is not a date and time such as 2026-03-02T08:00:00Z"};
  };
  return scalar<Instant>(parse, "a date and time such as 2026-03-02T08:00:00Z",
                         {{"type", "string"}, {"format", "date-time"}});
}

Type<IpAddress> ip_address() {
  const auto parse = [](std::string_view text) -> Result<IpAddress> {
    if (const auto address = IpAddress::parse(text)) return *address;
    return Error{"'" + std::string(text) + "' is not an IP address such as 198.18.2.10"};
  };
  return scalar<IpAddress>(
      parse, "an IP address such as 198.18.2.10",
      {{"type", "string"}, {"anyOf", array{object{{"format", "ipv4"}}, object{{"format", "ipv6"}}}}});
}

Type<std::int64_t> integer64(std::int64_t min, std::int64_t max) {
  const std::string expected = "a whole number from " + std::to_string(min) + " to " + std::to_string(max);
  return Type<std::int64_t>(
      [min, max, expected](const Node& node, std::int64_t& into, Errors& errors) {
        std::int64_t value = 0;
        const std::string& text = node.text();
        const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
        const bool whole = !text.empty() && fault == std::errc() && end == text.data() + text.size();
        if (!whole || value < min || value > max) {
          return errors.add(node, "expected " + expected + ", found " + describe(node));
        }
        into = value;
      },
      {{"type", "integer"}, {"minimum", min}, {"maximum", max}});
}

Type<Node> node(boost::json::object schema) {
  return Type<Node>([](const Node& found, Node& into, Errors&) { into = found; }, std::move(schema));
}

}  // namespace mailrig::config
