#include "fakes/diagnose/header_date.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <string>
#include <vector>

#include "fakes/mail/header.h"
#include "fakes/mail/text.h"

namespace mailrig::diagnose {
namespace {

constexpr std::array<std::string_view, 12> months = {"jan", "feb", "mar", "apr", "may", "jun",
                                                     "jul", "aug", "sep", "oct", "nov", "dec"};

std::optional<int> number(std::string_view text) {
  int value = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || text.size() > 4 || !mail::is_digit(text.front())) return std::nullopt;
  if (read.ec != std::errc() || read.ptr != text.data() + text.size()) return std::nullopt;
  return value;
}

// Words without comments; commas and colons are words of their own.
std::vector<std::string> date_words(std::string_view text) {
  std::vector<std::string> words;
  bool open = false;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (c == '(') {
      const std::size_t end = mail::end_of_comment(text, at);
      if (end == std::string_view::npos) return {};
      at = end - 1;
      open = false;
    } else if (mail::is_wsp(c) || c == '\r' || c == '\n') {
      open = false;
    } else if (c == ',' || c == ':') {
      words.emplace_back(1, c);
      open = false;
    } else {
      if (!open) words.emplace_back();
      words.back() += mail::to_lower(c);
      open = true;
    }
  }
  return words;
}

// In minutes east; what has no meaning any more is UTC (RFC 5322 §4.3).
std::optional<int> zone_minutes(const std::string& word) {
  if (word.size() == 5 && (word[0] == '+' || word[0] == '-')) {
    const auto digits = number(std::string_view(word).substr(1));
    if (!digits || *digits % 100 > 59) return std::nullopt;
    const int minutes = *digits / 100 * 60 + *digits % 100;
    return word[0] == '-' ? -minutes : minutes;
  }
  constexpr std::array<std::pair<std::string_view, int>, 8> american = {{{"est", -300},
                                                                         {"edt", -240},
                                                                         {"cst", -360},
                                                                         {"cdt", -300},
                                                                         {"mst", -420},
                                                                         {"mdt", -360},
                                                                         {"pst", -480},
                                                                         {"pdt", -420}}};
  for (const auto& [name, minutes] : american) {
    if (word == name) return minutes;
  }
  if (std::all_of(word.begin(), word.end(), [](char c) { return mail::is_letter(c); })) return 0;
  return std::nullopt;
}

}  // namespace

std::optional<Instant> parse_header_date(std::string_view field_value) {
  std::vector<std::string> words = date_words(mail::unfold(field_value, 1000));
  if (words.size() > 1 && words[1] == ",") words.erase(words.begin(), words.begin() + 2);
  // day month year hour : minute [: second] zone
  if (words.size() < 7 || words[4] != ":") return std::nullopt;
  const auto day = number(words[0]);
  const auto month = std::find(months.begin(), months.end(), std::string_view(words[1]).substr(0, 3));
  auto year = number(words[2]);
  const auto hour = number(words[3]);
  const auto minute = number(words[5]);
  const bool with_second = words.size() == 9 && words[6] == ":";
  if (!with_second && words.size() != 7) return std::nullopt;
  const auto second = with_second ? number(words[7]) : 0;
  const auto zone = zone_minutes(words.back());
  if (!day || month == months.end() || !year || !hour || !minute || !second || !zone) return std::nullopt;
  if (words[2].size() <= 3) *year += *year < 50 && words[2].size() == 2 ? 2000 : 1900;  // RFC 5322 §4.3
  const auto utc = parse_rfc3339(fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", *year, month - months.begin() + 1,
                                             *day, *hour, *minute, *second));
  if (!utc) return std::nullopt;
  return *utc - std::chrono::minutes(*zone);
}

}  // namespace mailrig::diagnose
