#include "fakes/base/units.h"

#include <fmt/format.h>

#include <array>
#include <limits>
#include <optional>
#include <span>
#include <utility>

#include "fakes/base/wide.h"

namespace mailrig {
namespace {

// A decimal number as written: digits scaled by a power of ten.
struct Decimal {
  std::uint64_t digits = 0;
  std::uint64_t scale = 1;  // value = digits / scale
};

// Takes the number at the front of `text`: at most 15 digits, one dot. nullopt when there is none.
std::optional<Decimal> take_decimal(std::string_view& text) {
  Decimal d;
  std::size_t digits = 0;
  bool dot = false;
  while (!text.empty()) {
    const char c = text.front();
    if (c == '.' && !dot && digits > 0) {
      dot = true;
    } else if (c >= '0' && c <= '9' && digits < 15) {
      d.digits = d.digits * 10 + static_cast<std::uint64_t>(c - '0');
      if (dot) d.scale *= 10;
      ++digits;
    } else {
      break;
    }
    text.remove_prefix(1);
  }
  if (digits == 0) return std::nullopt;
  return d;
}

// digits × unit / scale; nullopt when it does not fit 63 bits.
std::optional<std::uint64_t> scaled(const Decimal& d, std::uint64_t unit) {
  const auto product = static_cast<Uint128>(d.digits) * unit / d.scale;
  if (product > static_cast<Uint128>(std::numeric_limits<std::int64_t>::max())) return std::nullopt;
  return static_cast<std::uint64_t>(product);
}

using Unit = std::pair<std::string_view, std::uint64_t>;
using UnitTable = std::span<const Unit>;

std::optional<std::uint64_t> unit_value(UnitTable units, std::string_view name) {
  for (const auto& [unit, value] : units) {
    if (unit == name) return value;
  }
  return std::nullopt;
}

constexpr std::uint64_t ns_per_ms = 1'000'000;
constexpr std::uint64_t ns_per_s = 1'000'000'000;

constexpr std::array<Unit, 7> duration_units = {{{"ms", ns_per_ms},
                                                 {"s", ns_per_s},
                                                 {"m", 60 * ns_per_s},
                                                 {"min", 60 * ns_per_s},
                                                 {"h", 3'600 * ns_per_s},
                                                 {"d", 86'400 * ns_per_s},
                                                 {"w", 604'800 * ns_per_s}}};

constexpr std::array<Unit, 9> size_units = {{{"", 1},
                                             {"B", 1},
                                             {"KB", 1'000},
                                             {"kB", 1'000},
                                             {"MB", 1'000'000},
                                             {"GB", 1'000'000'000},
                                             {"KiB", 1'024},
                                             {"MiB", 1'048'576},
                                             {"GiB", 1'073'741'824}}};

constexpr std::array<Unit, 5> count_units = {
    {{"", 1}, {"k", 1'000}, {"K", 1'000}, {"M", 1'000'000}, {"G", 1'000'000'000}}};

std::string_view take_letters(std::string_view& text) {
  std::size_t n = 0;
  while (n < text.size() && ((text[n] >= 'a' && text[n] <= 'z') || (text[n] >= 'A' && text[n] <= 'Z'))) ++n;
  const std::string_view letters = text.substr(0, n);
  text.remove_prefix(n);
  return letters;
}

Error expected(std::string_view what, std::string_view text) {
  return Error{fmt::format("'{}' is not {}", text, what)};
}

Result<std::uint64_t> parse_with_unit(std::string_view text, UnitTable units, std::string_view what) {
  std::string_view rest = text;
  const auto number = take_decimal(rest);
  const auto unit = unit_value(units, rest);
  if (!number || !unit) return expected(what, text);
  const auto value = scaled(*number, *unit);
  if (!value) return Error{fmt::format("'{}' is too large", text)};
  return *value;
}

}  // namespace

Result<Duration> parse_duration(std::string_view text) {
  static constexpr std::string_view what = "a duration such as 250ms, 20s, 5m, 36h, 30d or 1h30m";
  if (text == "0") return Duration{};
  if (text.empty()) return expected(what, text);
  std::string_view rest = text;
  std::uint64_t total = 0;
  while (!rest.empty()) {
    const auto number = take_decimal(rest);
    if (!number) return expected(what, text);
    const auto unit = unit_value(duration_units, take_letters(rest));
    if (!unit) return expected(what, text);
    const auto value = scaled(*number, *unit);
    if (!value || *value > static_cast<std::uint64_t>(Duration::max().count()) - total) {
      return Error{fmt::format("'{}' is too long", text)};
    }
    total += *value;
  }
  return Duration(static_cast<std::int64_t>(total));
}

Result<std::uint64_t> parse_size(std::string_view text) {
  return parse_with_unit(text, size_units, "a size such as 512B, 12KB, 50MB or 64KiB");
}

Result<std::uint64_t> parse_count(std::string_view text) {
  return parse_with_unit(text, count_units, "a count such as 2000, 100k or 1.5M");
}

Result<std::uint32_t> parse_share(std::string_view text) {
  static constexpr std::string_view what = "a share such as 3%, 0.01% or 0.03";
  std::string_view rest = text;
  const auto number = take_decimal(rest);
  if (!number || (rest != "%" && !rest.empty())) return expected(what, text);
  const auto ppm = scaled(*number, rest == "%" ? 10'000 : 1'000'000);
  if (!ppm || *ppm > 1'000'000) return Error{fmt::format("'{}' is more than 100%", text)};
  return static_cast<std::uint32_t>(*ppm);
}

Result<std::uint32_t> parse_thousandths(std::string_view text, int fraction_digits) {
  static constexpr std::string_view what = "a number such as 1.4";
  std::uint64_t scale_max = 1;
  for (int i = 0; i < fraction_digits; ++i) scale_max *= 10;
  std::string_view rest = text;
  const auto number = take_decimal(rest);
  if (!number || !rest.empty() || text.ends_with('.') || number->scale > scale_max) return expected(what, text);
  const auto value = scaled(*number, 1000);
  if (!value || *value > std::numeric_limits<std::uint32_t>::max())
    return Error{fmt::format("'{}' is too large", text)};
  return static_cast<std::uint32_t>(*value);
}

Result<Rate> parse_rate(std::string_view text) {
  static constexpr std::string_view what = "a rate such as 50/s, 3000/m, 1k/h or 500/d";
  const auto slash = text.find('/');
  if (slash == std::string_view::npos) return expected(what, text);
  const auto count = parse_count(text.substr(0, slash));
  const auto unit = unit_value(duration_units, text.substr(slash + 1));
  if (!count || !unit || text.substr(slash + 1) == "ms") return expected(what, text);
  if (*count == 0 && text.find('.') != std::string_view::npos) {
    return Error{fmt::format("'{}' rounds to nothing; write it over a longer period, such as 30/m", text)};
  }
  return Rate{*count, Duration(static_cast<std::int64_t>(*unit))};
}

std::string to_string(Duration d) {
  if (d == Duration::zero()) return "0s";
  std::string text = d < Duration::zero() ? "-" : "";
  std::int64_t ms = (d < Duration::zero() ? -d.count() : d.count()) / 1'000'000;
  static constexpr std::array<std::pair<std::int64_t, const char*>, 5> units = {
      {{86'400'000, "d"}, {3'600'000, "h"}, {60'000, "m"}, {1'000, "s"}, {1, "ms"}}};
  for (const auto& [size, name] : units) {
    if (ms >= size) text += fmt::format("{}{}", ms / size, name);
    ms %= size;
  }
  return text;
}

}  // namespace mailrig
