#include "sim/report/postmaster.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <optional>
#include <tuple>

#include "sim/report/view.h"

namespace mailrig::report {
namespace {

namespace json = boost::json;

// Of one domain or address, whatever the other was.
void add(measure::DayRow& sum, const measure::DayRow& row) {
  sum.attempts += row.attempts;
  sum.accepted += row.accepted;
  sum.deferrals += row.deferrals;
  sum.rejected += row.rejected;
  sum.inbox += row.inbox;
  sum.spam += row.spam;
  sum.complaints += row.complaints;
  // Of several the worst: that is what the provider acts on.
  if (row.reputation_milli) {
    sum.reputation_milli = std::min(sum.reputation_milli.value_or(*row.reputation_milli), *row.reputation_milli);
  }
}

// Gmail's four bands; where they begin is assumed.
std::string_view band(std::int32_t milli) {
  if (milli >= 800) return "high";
  if (milli >= 600) return "medium";
  return milli >= 400 ? "low" : "bad";
}

json::value share(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? json::value(nullptr) : json::value(static_cast<double>(part) / static_cast<double>(whole));
}

json::value points(const std::optional<std::int32_t>& milli) {
  return milli ? json::value(*milli / 1000.0) : json::value(nullptr);
}

json::object row_of(std::uint32_t day, bool is_domain, const std::string& name, const measure::DayRow& sum,
                    const receiver::FeedbackSettings& tools) {
  using Tools = receiver::FeedbackSettings::Tools;
  const bool covered = tools.tools == Tools::both || tools.tools == (is_domain ? Tools::domain : Tools::ip);
  const bool shown = covered && sum.attempts >= tools.tools_min;
  const auto delay_days = static_cast<std::uint32_t>(tools.tools_delay / std::chrono::hours(24));
  json::object row;
  row["day"] = day;
  row["shown_on_day"] = shown ? json::value(day + delay_days) : json::value(nullptr);
  row["subject"] = is_domain ? "domain" : "ip";
  row["name"] = name;
  row["reputation"] =
      shown && sum.reputation_milli ? json::value(json::string(band(*sum.reputation_milli))) : json::value(nullptr);
  row["spam_rate"] = shown ? share(sum.complaints, sum.inbox) : json::value(nullptr);
  row["delivery_errors"] = shown ? share(sum.deferrals + sum.rejected, sum.attempts) : json::value(nullptr);
  row["truth"] = json::object{{"accepted", sum.accepted},
                              {"inbox", sum.inbox},
                              {"spam", sum.spam},
                              {"complaints", sum.complaints},
                              {"refused", sum.rejected},
                              {"deferred", sum.deferrals},
                              {"score", points(sum.reputation_milli)}};
  return row;
}

std::string percent(const json::value* value) {
  return value != nullptr && value->is_number() ? fmt::format("{:.2f} %", 100 * value->to_number<double>()) : "-";
}

}  // namespace

json::array postmaster_view(const receiver::FeedbackSettings& tools, const std::vector<measure::DayRow>& days) {
  std::map<std::tuple<std::uint32_t, bool, std::string>, measure::DayRow> sums;
  for (const measure::DayRow& row : days) {
    if (!row.domain.empty()) add(sums[{row.day, true, row.domain}], row);
    add(sums[{row.day, false, row.source_ip}], row);
  }
  json::array view;
  for (const auto& [key, sum] : sums) {
    view.push_back(row_of(std::get<0>(key), std::get<1>(key), std::get<2>(key), sum, tools));
  }
  return view;
}

std::string postmaster_report(const json::value& summary) {
  std::string text;
  auto out = std::back_inserter(text);
  for (const auto& [name, receiver] : object_at(summary, {"receivers"})) {
    const json::array& rows = array_at(receiver, {"postmaster"});
    if (rows.empty()) continue;
    fmt::format_to(out, "{}: what its tools for postmasters show, and the truth\n", std::string_view(name));
    fmt::format_to(out, "  {:>3}  {:>8}  {:<28}  {:<10}  {:>9}  {:>9}  | {:>8} {:>8} {:>8} {:>8} {:>8}  {}\n", "day",
                   "shown", "sender", "reputation", "spam rate", "errors", "accepted", "inbox", "spam", "refused",
                   "deferred", "score");
    for (const json::value& row : rows) {
      const std::uint64_t shown = count_at(row, {"shown_on_day"});
      const std::string_view reputation = text_at(row, {"reputation"});
      const auto score = number_at(row, {"truth", "score"});
      fmt::format_to(out, "  {:>3}  {:>8}  {:<28}  {:<10}  {:>9}  {:>9}  | {:>8} {:>8} {:>8} {:>8} {:>8}  {}\n",
                     count_at(row, {"day"}), shown == 0 ? "never" : fmt::format("day {}", shown),
                     text_at(row, {"name"}), reputation.empty() ? "-" : reputation, percent(find(row, {"spam_rate"})),
                     percent(find(row, {"delivery_errors"})), count_at(row, {"truth", "accepted"}),
                     count_at(row, {"truth", "inbox"}), count_at(row, {"truth", "spam"}),
                     count_at(row, {"truth", "refused"}), count_at(row, {"truth", "deferred"}),
                     score ? fmt::format("{:.2f}", *score) : "-");
    }
    text += '\n';
  }
  if (text.empty()) text = "No receiver of the run judges senders.\n";
  return text;
}

}  // namespace mailrig::report
