#include "fakes/base/log_time.h"

#include <array>
#include <charconv>

namespace mailrig {

std::optional<Instant> parse_syslog_time(std::string_view text, Instant near) {
  constexpr std::array<std::string_view, 12> months = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                       "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  if (text.size() != 15) return std::nullopt;
  std::size_t month = 0;
  while (month < months.size() && months[month] != text.substr(0, 3)) ++month;
  if (month == months.size()) return std::nullopt;
  std::array<int, 4> numbers{};  // day, hour, minute, second
  constexpr std::array<std::size_t, 4> at = {4, 7, 10, 13};
  for (std::size_t i = 0; i < at.size(); ++i) {
    const std::string_view digits = text.substr(at[i] + (text[at[i]] == ' ' ? 1 : 0), text[at[i]] == ' ' ? 1 : 2);
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), numbers[i]);
    if (error != std::errc()) return std::nullopt;
  }
  using namespace std::chrono;
  const year_month_day today(floor<days>(sys_time<nanoseconds>(near.time_since_epoch())));
  std::optional<Instant> best;
  for (const int offset : {-1, 0, 1}) {
    const year_month_day date(today.year() + years(offset), std::chrono::month(static_cast<unsigned>(month) + 1),
                              day(static_cast<unsigned>(numbers[0])));
    if (!date.ok()) continue;
    const auto time = sys_days(date) + hours(numbers[1]) + minutes(numbers[2]) + seconds(numbers[3]);
    const Instant candidate(duration_cast<Duration>(time.time_since_epoch()));
    const auto distance = [near](Instant i) { return i > near ? i - near : near - i; };
    if (!best || distance(candidate) < distance(*best)) best = candidate;
  }
  return best;
}

}  // namespace mailrig
