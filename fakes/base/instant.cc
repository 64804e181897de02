#include "fakes/base/instant.h"

#include <fmt/format.h>

#include <array>

namespace mailrig {
namespace {

struct Civil {
  std::chrono::year_month_day date;
  std::chrono::hh_mm_ss<Duration> time;
  std::chrono::weekday weekday;
};

Civil civil(Instant t) {
  const auto system = std::chrono::time_point<std::chrono::system_clock, Duration>(t.time_since_epoch());
  const auto days = std::chrono::floor<std::chrono::days>(system);
  return {std::chrono::year_month_day(days), std::chrono::hh_mm_ss<Duration>(system - days),
          std::chrono::weekday(days)};
}

// Reads exactly `digits` decimal digits and moves past them.
std::optional<int> number(std::string_view& text, std::size_t digits) {
  if (text.size() < digits) return std::nullopt;
  int value = 0;
  for (std::size_t i = 0; i < digits; ++i) {
    if (text[i] < '0' || text[i] > '9') return std::nullopt;
    value = value * 10 + (text[i] - '0');
  }
  text.remove_prefix(digits);
  return value;
}

bool skip(std::string_view& text, std::string_view any_of) {
  if (text.empty() || any_of.find(text.front()) == std::string_view::npos) return false;
  text.remove_prefix(1);
  return true;
}

}  // namespace

std::string to_rfc3339(Instant t) {
  const Civil c = civil(t);
  std::string text = fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", static_cast<int>(c.date.year()),
                                 static_cast<unsigned>(c.date.month()), static_cast<unsigned>(c.date.day()),
                                 c.time.hours().count(), c.time.minutes().count(), c.time.seconds().count());
  if (const auto ms = c.time.subseconds().count() / 1'000'000; ms != 0) text += fmt::format(".{:03}", ms);
  return text + "Z";
}

std::optional<Instant> parse_rfc3339(std::string_view text) {
  const auto year = number(text, 4);
  if (!year || !skip(text, "-")) return std::nullopt;
  const auto month = number(text, 2);
  if (!month || !skip(text, "-")) return std::nullopt;
  const auto day = number(text, 2);
  if (!day || !skip(text, "Tt ")) return std::nullopt;
  const auto hour = number(text, 2);
  if (!hour || !skip(text, ":")) return std::nullopt;
  const auto minute = number(text, 2);
  if (!minute || !skip(text, ":")) return std::nullopt;
  const auto second = number(text, 2);
  if (!second || *hour > 23 || *minute > 59 || *second > 60) return std::nullopt;

  Duration fraction{};
  if (skip(text, ".")) {
    Duration unit = std::chrono::milliseconds(100);
    bool any = false;
    while (auto digit = number(text, 1)) {
      fraction += *digit * unit;
      unit /= 10;
      any = true;
    }
    if (!any) return std::nullopt;
  }
  Duration offset{};
  if (!skip(text, "Zz")) {
    if (text.empty() || (text.front() != '+' && text.front() != '-')) return std::nullopt;
    const int sign = text.front() == '-' ? -1 : 1;
    text.remove_prefix(1);
    const auto offset_hours = number(text, 2);
    if (!offset_hours || !skip(text, ":")) return std::nullopt;
    const auto offset_minutes = number(text, 2);
    if (!offset_minutes) return std::nullopt;
    offset = sign * (std::chrono::hours(*offset_hours) + std::chrono::minutes(*offset_minutes));
  }
  const std::chrono::year_month_day date(std::chrono::year(*year), std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day)));
  if (!text.empty() || !date.ok()) return std::nullopt;
  return Instant(std::chrono::sys_days(date).time_since_epoch() + std::chrono::hours(*hour) +
                 std::chrono::minutes(*minute) + std::chrono::seconds(*second) + fraction - offset);
}

std::string to_rfc5322_date(Instant t) {
  static constexpr std::array<const char*, 7> weekdays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr std::array<const char*, 12> months = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const Civil c = civil(t);
  return fmt::format("{}, {:02} {} {:04} {:02}:{:02}:{:02} +0000", weekdays[c.weekday.c_encoding()],
                     static_cast<unsigned>(c.date.day()), months[static_cast<unsigned>(c.date.month()) - 1],
                     static_cast<int>(c.date.year()), c.time.hours().count(), c.time.minutes().count(),
                     c.time.seconds().count());
}

}  // namespace mailrig
