#include "sim/report/text_warmup.h"

#include <fmt/format.h>

#include <map>
#include <vector>

#include "sim/report/table.h"
#include "sim/report/text_format.h"
#include "sim/report/view.h"

namespace mailrig::report {
namespace {

constexpr std::size_t days_at_each_end = 5;

struct WarmupDay {
  std::uint64_t cap = 0;
  std::uint64_t accepted = 0;
  std::uint64_t deferrals = 0;
  std::uint64_t rejected = 0;
  std::uint64_t carried_over = 0;
  bool slowed = false;
  bool paused = false;
};

std::map<std::uint64_t, WarmupDay> warmup_days(const boost::json::value& receiver) {
  std::map<std::uint64_t, WarmupDay> days;
  for (const boost::json::value& row : array_at(receiver, {"days"})) {
    const boost::json::value* cap = find(row, {"cap"});
    if (cap == nullptr || !cap->is_number()) continue;
    WarmupDay& day = days[count_at(row, {"day"})];
    day.cap += count_at(row, {"cap"});
    day.accepted += count_at(row, {"accepted"});
    day.deferrals += count_at(row, {"deferrals"});
    day.rejected += count_at(row, {"rejected"});
    day.carried_over += count_at(row, {"carried_over"});
    day.slowed = day.slowed || flag_at(row, {"slowed"});
    day.paused = day.paused || flag_at(row, {"paused"});
  }
  return days;
}

}  // namespace

std::string warmups(const boost::json::value& summary, const Style& style) {
  using Align = Table::Align;
  std::string text;
  for (const auto& receiver : object_at(summary, {"receivers"})) {
    const auto days = warmup_days(receiver.value());
    if (days.empty()) continue;
    Table table({{"  warm-up day", Align::right},
                 {"cap", Align::right},
                 {"accepted", Align::right},
                 {"deferrals", Align::right},
                 {"rejected", Align::right},
                 {"carried over", Align::right},
                 {"", Align::left}});
    std::size_t number = 0;
    for (const auto& [day, counts] : days) {
      ++number;
      const bool left_out = number > days_at_each_end && number + days_at_each_end <= days.size();
      if (left_out) {
        if (number == days_at_each_end + 1) table.add({"…", "", "", "", "", "", ""});
        continue;
      }
      const std::string state = counts.paused ? "paused" : counts.slowed ? "slowed down" : "";
      table.add({std::to_string(day), grouped(counts.cap), grouped(counts.accepted), grouped(counts.deferrals),
                 grouped(counts.rejected), grouped(counts.carried_over), state});
    }
    const std::string_view name(receiver.key().data(), receiver.key().size());
    text += style.paint(Colour::bold, cut_to_width(name, 40)) + "\n" + table.text(style) + "\n";
  }
  return text;
}

}  // namespace mailrig::report
