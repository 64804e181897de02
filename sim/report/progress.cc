#include "sim/report/progress.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "fakes/base/wide.h"
#include "sim/report/text_format.h"

namespace mailrig::report {
namespace {

constexpr std::uint64_t bar_columns = 20;

// Events per second between the two looks.
std::uint64_t per_second(std::uint64_t count, std::uint64_t count_before, Duration time) {
  if (time <= Duration::zero() || count <= count_before) return 0;
  const auto events = static_cast<Uint128>(count - count_before) * 1'000'000'000;
  return static_cast<std::uint64_t>(events / static_cast<std::uint64_t>(time.count()));
}

std::uint64_t percent(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? 0 : std::min<std::uint64_t>(part * 100 / whole, 100);
}

std::string bar(std::uint64_t part, std::uint64_t whole) {
  const std::uint64_t full = whole == 0 ? 0 : std::min(part * bar_columns / whole, bar_columns);
  std::string text;
  for (std::uint64_t i = 0; i < bar_columns; ++i) text += i < full ? "█" : "░";
  return text;
}

std::string coarse(Duration time) {
  return human_time(static_cast<double>(time / std::chrono::seconds(1)));
}

std::uint64_t finished_per_second(const ProgressView& view) {
  const bool has_earlier_look = view.since_before > Duration::zero();
  return per_second(view.now.finished, has_earlier_look ? view.before.finished : 0,
                    has_earlier_look ? view.since_before : view.elapsed);
}

// Zero counts are left out where they are good news.
void add_count(std::vector<std::string>& parts, std::string_view name, std::uint64_t count, bool always) {
  if (count > 0 || always) parts.push_back(fmt::format("{} {}", grouped(count), name));
}

std::vector<std::string> counts(const ProgressView& view) {
  std::vector<std::string> parts;
  add_count(parts, "inbox", view.now.inbox, true);
  add_count(parts, "queued", view.now.queued, true);
  add_count(parts, "deferrals", view.now.deferrals, true);
  add_count(parts, "rejected", view.now.rejected, false);
  add_count(parts, "spam", view.now.spam, false);
  add_count(parts, "lost", view.now.lost, false);
  add_count(parts, "expired", view.now.expired, false);
  add_count(parts, "discarded", view.now.discarded, false);
  // Of the queued: what a warm-up holds back, and how the warm-ups stand.
  add_count(parts, "held", view.now.held, false);
  if (view.now.warmups_full + view.now.warmups_paused > 0) {
    parts.push_back(fmt::format("warm-ups {} sending, {} full, {} paused", view.now.warmups_sending,
                                view.now.warmups_full, view.now.warmups_paused));
  }
  return parts;
}

}  // namespace

std::optional<Duration> time_left(const ProgressView& view) {
  if (!view.expected_deliveries || view.now.finished == 0 || view.elapsed <= Duration::zero()) return std::nullopt;
  if (view.now.finished >= *view.expected_deliveries) return Duration::zero();
  const auto remaining = static_cast<Uint128>(*view.expected_deliveries - view.now.finished);
  const Uint128 left = remaining * static_cast<std::uint64_t>(view.elapsed.count()) / view.now.finished;
  const auto longest = static_cast<Uint128>(Duration::max().count());
  return Duration(static_cast<std::int64_t>(std::min(left, longest)));
}

std::string progress_line(const ProgressView& view, const Style& style) {
  // Most important first: what does not fit is left out from the end.
  std::vector<std::string> parts;
  if (view.expected_deliveries) {
    const std::uint64_t expected = *view.expected_deliveries;
    parts.push_back(fmt::format("{} {:>3}%", bar(view.now.finished, expected), percent(view.now.finished, expected)));
    parts.push_back(fmt::format("{}/{}", grouped(view.now.finished), grouped(expected)));
  } else {
    parts.push_back(fmt::format("{} finished", grouped(view.now.finished)));
  }
  parts.push_back(fmt::format("{}/s", grouped(finished_per_second(view))));
  if (const auto left = time_left(view)) parts.push_back("ETA " + coarse(*left));
  for (std::string& part : counts(view)) parts.push_back(std::move(part));
  parts.push_back("model " + coarse(view.model_elapsed));

  std::string line;
  std::size_t used = 0;
  for (const std::string& part : parts) {
    const std::size_t width = display_width(part) + (used == 0 ? 0 : 2);
    // The last column stays free: some terminals wrap as soon as it is written to.
    if (used + width >= style.columns) break;
    line += used == 0 ? "" : "  ";
    line += used == 0 ? style.paint(Colour::green, part) : part;
    used += width;
  }
  return line;
}

std::string progress_sentence(const ProgressView& view) {
  std::string text = fmt::format("{}: {} submitted, {}", coarse(view.elapsed), grouped(view.now.submitted),
                                 grouped(view.now.finished));
  if (view.expected_deliveries) {
    text += fmt::format(" of {} deliveries finished ({}%)", grouped(*view.expected_deliveries),
                        percent(view.now.finished, *view.expected_deliveries));
  } else {
    text += " deliveries finished";
  }
  for (const std::string& part : counts(view)) text += ", " + part;
  text += fmt::format("; {}/s, model time {}", grouped(finished_per_second(view)), coarse(view.model_elapsed));
  if (const auto left = time_left(view)) text += ", ETA " + coarse(*left);
  return text;
}

}  // namespace mailrig::report
