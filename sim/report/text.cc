#include "sim/report/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "sim/report/json_text.h"
#include "sim/report/table.h"
#include "sim/report/text_format.h"
#include "sim/report/text_warmup.h"
#include "sim/report/view.h"

namespace mailrig::report {
namespace {

namespace json = boost::json;
using Align = Table::Align;

std::string_view view_of(json::string_view text) {
  return {text.data(), text.size()};
}

// Underscores are for programs.
std::string in_words(std::string_view name) {
  std::string text(name);
  std::replace(text.begin(), text.end(), '_', ' ');
  return text;
}

std::string number_text(const json::value& root, Path path) {
  const json::value* value = find(root, path);
  return value != nullptr && value->is_null() ? "-" : grouped(count_at(root, path));
}

// Six digits behind the point are enough to see why an expectation was missed.
std::string short_decimal(double value) {
  const double rounded = std::round(value * 1e6) / 1e6;
  return plain_decimal(std::abs(value) < 1e9 ? rounded : value);
}

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    words.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return words;
}

std::string heading(const json::value& s, const Style& style) {
  std::string text = style.paint(Colour::bold, cut_to_width(text_at(s, {"scenario"}), 60));
  const std::string_view mode = text_at(s, {"mode"});
  text += fmt::format(" · {}", mode);
  if (const auto speed = number_at(s, {"speed"}); speed && *speed != 1)
    text += fmt::format(" at {} ×", plain_decimal(*speed));
  text += fmt::format(" · sender {} · seed {} · mailrig {}\n", cut_to_width(text_at(s, {"sender"}), 40),
                      count_at(s, {"seed"}), cut_to_width(text_at(s, {"mailrig_version"}), 20));
  text +=
      style.paint(Colour::dim,
                  fmt::format("started {} · {} of model time in {}", cut_to_width(text_at(s, {"started"}), 30),
                              human_time(number_at(s, {"model_seconds"})), human_time(number_at(s, {"wall_seconds"}))));
  text += "\n";
  if (const json::value* notes = find(s, {"notes"}); notes != nullptr && notes->is_array()) {
    for (const json::value& note : notes->get_array()) {
      if (!note.is_string()) continue;
      const std::vector<std::string> words = words_of(view_of(note.get_string()));
      text += style.paint(Colour::dim, join_wrapped(words, " ", style.columns - 1, "  ")) + "\n";
    }
  }
  return text + "\n";
}

constexpr std::string_view counted[] = {"deliveries", "inbox",  "spam", "discarded", "rejected", "suppressed",
                                        "expired",    "queued", "lost", "deferrals", "attempts"};
// Few senders have such a list.
constexpr std::string_view shown_when_counted = "suppressed";

using Keys = std::vector<std::string_view>;

std::vector<std::string> delivery_row(std::string_view name, const json::value& part, const Keys& keys) {
  std::vector<std::string> cells = {cut_to_width(name, 20)};
  for (const std::string_view key : keys) cells.push_back(number_text(part, {"totals", key}));
  cells.push_back(human_time(number_at(part, {"latency_s", "p50"})));
  cells.push_back(human_time(number_at(part, {"latency_s", "p95"})));
  return cells;
}

Table delivery_table(const json::value& s, const Keys& keys) {
  std::vector<Table::Column> columns = {{"receiver", Align::left}};
  for (const std::string_view key : keys) columns.push_back({std::string(key), Align::right});
  columns.push_back({"p50", Align::right});
  columns.push_back({"p95", Align::right});
  Table table(std::move(columns));
  for (const auto& receiver : object_at(s, {"receivers"})) {
    table.add(delivery_row(view_of(receiver.key()), receiver.value(), keys));
  }
  if (const json::value* elsewhere = find(s, {"elsewhere"})) table.add(delivery_row("(elsewhere)", *elsewhere, keys));
  table.add_sum(delivery_row("total", s, keys));
  return table;
}

std::string deliveries(const json::value& s, const Style& style) {
  Keys keys(std::begin(counted), std::end(counted));
  const auto nothing_counted = [&](std::string_view key) { return count_at(s, {"totals", key}) == 0; };
  std::erase_if(keys, [&](std::string_view key) { return key == shown_when_counted && nothing_counted(key); });
  Table table = delivery_table(s, keys);
  if (table.width() > style.columns) {
    // Columns without a single count make room first.
    std::erase_if(keys, nothing_counted);
    table = delivery_table(s, keys);
  }
  return table.text(style);
}

// Hops have no deliveries of their own, so they stand below the table.
std::string forwarders(const json::value& s, const Style& style) {
  std::string text;
  for (const auto& forwarder : object_at(s, {"forwarders"})) {
    std::vector<std::string> counts;
    for (const auto& count : object_at(forwarder.value(), {"totals"})) {
      const std::uint64_t number = count_at(count.value(), {});
      if (number > 0) counts.push_back(fmt::format("{} {}", in_words(view_of(count.key())), grouped(number)));
    }
    if (counts.empty()) counts.emplace_back("took nothing");
    counts.front() = fmt::format("{} → {}: {}", cut_to_width(view_of(forwarder.key()), 20),
                                 cut_to_width(text_at(forwarder.value(), {"to"}), 20), counts.front());
    text += join_wrapped(counts, " · ", style.columns, "  ") + "\n";
  }
  return text;
}

// Kinds of mail that their sender stopped.
std::string stops(const json::value& s, const Style& style) {
  std::string text;
  for (const auto& stream : object_at(s, {"streams"})) {
    const auto after = number_at(stream.value(), {"stopped_after_s"});
    if (!after) continue;
    text += style.paint(Colour::yellow, fmt::format("{} was stopped by its sender after {}; {} of {} never tried",
                                                    cut_to_width(view_of(stream.key()), 20), human_time(after),
                                                    grouped(count_at(stream.value(), {"totals", "suppressed"})),
                                                    grouped(count_at(stream.value(), {"totals", "deliveries"})))) +
            "\n";
  }
  return text;
}

// "2,000 deliveries = 1,900 inbox + 100 rejected": every fate that occurred, those without a column included.
std::string sum_line(const json::value& s, const Style& style) {
  const json::value none;
  const json::value* totals = find(s, {"totals"});
  const std::vector<std::string> broken = broken_sums(s);
  std::vector<std::string> sum;
  for (const FateCount& fate : fates(totals == nullptr ? none : *totals)) {
    if (fate.count > 0) sum.push_back(fmt::format("{} {}", grouped(fate.count), in_words(fate.name)));
  }
  if (sum.empty()) sum.emplace_back("0");
  sum.front() = fmt::format("{} deliveries {} {}", grouped(count_at(s, {"totals", "deliveries"})),
                            broken.empty() ? "=" : "≠", sum.front());
  std::string text = join_wrapped(sum, " + ", style.columns - 3, "  ");
  if (broken.empty()) return text + "  " + style.paint(Colour::green, "✓") + "\n";
  text += "\n" + style.paint(Colour::red, "✗ the sums do not close; this is an error in mailrig itself:") + "\n";
  for (const std::string& fault : broken) {
    text += "  " + style.paint(Colour::red, cut_to_width(fault, style.columns - 2)) + "\n";
  }
  return text;
}

std::string rates(const json::value& s, const Style& style) {
  std::vector<std::string> shares;
  for (const auto& rate : object_at(s, {"rates"})) {
    const auto share = number_at(rate.value(), {});
    if (share) shares.push_back(fmt::format("{} {}", in_words(view_of(rate.key())), percentage(share)));
  }
  std::vector<std::string> oddities;
  for (const std::string_view key : {"duplicates", "corrupted", "transformed", "false_bounces", "rejected_by_sender"}) {
    const std::uint64_t count = count_at(s, {"totals", key});
    if (count > 0) oddities.push_back(fmt::format("{} {}", in_words(key), grouped(count)));
  }
  std::string text;
  if (!shares.empty()) text += join_wrapped(shares, " · ", style.columns) + "\n";
  if (!oddities.empty()) text += style.paint(Colour::yellow, join_wrapped(oddities, " · ", style.columns)) + "\n";
  return text;
}

// What a reply says after its enhanced code, which has a column of its own.
std::string_view words_of(const json::value& reply) {
  std::string_view sample = text_at(reply, {"sample"});
  const std::string_view enhanced = text_at(reply, {"enhanced"});
  if (!enhanced.empty() && sample.starts_with(enhanced)) sample.remove_prefix(enhanced.size());
  return sample.substr(std::min(sample.find_first_not_of(' '), sample.size()));
}

// "SPF 950 pass · DKIM 940 none, 10 fail · DMARC 950 pass": what the receiver found out about who sent the mail.
std::string authentication_of(const json::value& receiver, const Style& style) {
  std::vector<std::string> methods;
  for (const auto& [label, key] : {std::pair("SPF", "spf"), std::pair("DKIM", "dkim"), std::pair("DMARC", "dmarc")}) {
    std::string counts;
    for (const auto& result : object_at(receiver, {"auth", key})) {
      counts += fmt::format("{}{} {}", counts.empty() ? "" : ", ", grouped(count_at(result.value(), {})),
                            view_of(result.key()));
    }
    if (!counts.empty()) methods.push_back(fmt::format("{} {}", label, counts));
  }
  return methods.empty() ? "" : "  " + join_wrapped(methods, " · ", style.columns - 3, "  ") + "\n";
}

std::string replies_of(std::string_view name, const json::value& receiver, const Style& style) {
  const json::array& replies = array_at(receiver, {"replies"});
  if (replies.empty()) return {};
  std::vector<const json::value*> by_count;
  for (const json::value& reply : replies) by_count.push_back(&reply);
  std::stable_sort(by_count.begin(), by_count.end(), [](const json::value* a, const json::value* b) {
    return count_at(*a, {"count"}) > count_at(*b, {"count"});
  });
  std::uint64_t refused = 0;
  for (const auto& event : object_at(receiver, {"sessions", "refused"})) refused += count_at(event.value(), {});

  std::string text = style.paint(Colour::bold, cut_to_width(name, 40)) +
                     fmt::format(" · {} sessions{}\n", number_text(receiver, {"sessions", "opened"}),
                                 refused == 0 ? "" : fmt::format(", {} refused", grouped(refused)));
  text += authentication_of(receiver, style);
  Table table({{"  count", Align::right},
               {"code", Align::left},
               {"", Align::left},
               {"event", Align::left},
               {"phase", Align::left},
               {"first reply of its kind", Align::left}});
  for (const json::value* reply : by_count) {
    const std::uint64_t code = count_at(*reply, {"code"});
    table.add({grouped(count_at(*reply, {"count"})), code == 0 ? "-" : std::to_string(code),
               std::string(text_at(*reply, {"enhanced"})), std::string(text_at(*reply, {"event"})),
               std::string(text_at(*reply, {"phase"})), code == 0 ? "(no reply)" : std::string(words_of(*reply))});
  }
  return text + table.text(style) + "\n";
}

std::string times(const json::value& s, const Style& style) {
  if (count_at(s, {"latency_s", "count"}) == 0) return {};
  static constexpr std::string_view keys[] = {"p50", "p90", "p95", "p99", "p999", "max", "mean"};
  std::vector<Table::Column> columns = {{"time to the mailbox", Align::left}};
  for (const std::string_view key : keys) columns.push_back({std::string(key), Align::right});
  Table table(std::move(columns));
  for (const auto& [label, group] : {std::pair("response, from the schedule", "latency_s"),
                                     std::pair("service, from the submission", "service_s")}) {
    std::vector<std::string> cells = {label};
    for (const std::string_view key : keys) cells.push_back(human_time(number_at(s, {group, key})));
    table.add(std::move(cells));
  }
  const auto per_s = [&](std::string_view key) { return rate_text(number_at(s, {"throughput", key}).value_or(0)); };
  return table.text(style) + fmt::format("submitted {}/s · accepted {}/s · busiest second {}\n\n",
                                         per_s("submitted_per_s"), per_s("accepted_per_s"),
                                         number_text(s, {"throughput", "peak_accepted_per_s"}));
}

// What mailboxes sent back; nothing, where they sent nothing.
std::string answers(const json::value& s) {
  std::vector<std::string> kinds;
  for (const auto& [key, one, many] :
       {std::tuple("replies", "reply", "replies"), std::tuple("auto_replies", "automatic reply", "automatic replies"),
        std::tuple("bounces", "bounce", "bounces")}) {
    const json::value* const kind = find(s, {"feedback", "answers", key});
    if (kind == nullptr) continue;
    const std::uint64_t sent = count_at(*kind, {"sent"});
    if (sent == 0) continue;
    std::string text = fmt::format("{} {}: {} accepted", grouped(sent), sent == 1 ? one : many,
                                   grouped(count_at(*kind, {"accepted"})));
    for (const char* rest : {"bounced", "waiting"}) {
      if (const std::uint64_t count = count_at(*kind, {rest})) text += fmt::format(", {} {}", grouped(count), rest);
    }
    kinds.push_back(std::move(text));
  }
  return kinds.empty() ? "" : fmt::format("mailboxes sent {}\n\n", fmt::join(kinds, " · "));
}

std::string expectations(const json::value& s, const Style& style) {
  const json::array& list = array_at(s, {"expectations"});
  if (list.empty()) return {};
  std::size_t width = 0;
  for (const json::value& e : list) width = std::max(width, display_width(text_at(e, {"expr"})));
  width = std::min<std::size_t>(width, 80);
  std::string text = style.paint(Colour::dim, "expected") + "\n";
  for (const json::value& e : list) {
    const bool pass = flag_at(e, {"pass"});
    const auto value = number_at(e, {"value"});
    text += fmt::format("{} {}  {}\n", style.paint(pass ? Colour::green : Colour::red, pass ? "✓" : "✗"),
                        left(text_at(e, {"expr"}), width), value ? short_decimal(*value) : "nothing to measure");
  }
  return text + "\n";
}

std::string verdict(const json::value& s, const Style& style) {
  const std::string_view word = text_at(s, {"verdict"});
  if (word == "pass") return style.paint(Colour::green, "PASS") + "\n";
  if (word == "fail") {
    const json::array& list = array_at(s, {"expectations"});
    const auto failed =
        std::count_if(list.begin(), list.end(), [](const json::value& e) { return !flag_at(e, {"pass"}); });
    return style.paint(Colour::red, "FAIL") + fmt::format(": {} of {} expectations not met\n", failed, list.size());
  }
  std::string_view reason = "the run did not come to its end";
  if (flag_at(s, {"interrupted"}))
    reason = "interrupted; these are partial results";
  else if (!broken_sums(s).empty())
    reason = "the sums do not close";
  else if (flag_at(s, {"rig", "saturated"}))
    reason = "the rig itself was the bottleneck or fell behind the schedule";
  return style.paint(Colour::yellow, "INVALID") + fmt::format(": {}\n", reason);
}

}  // namespace

std::string text_report(const json::value& s, const Style& style) {
  std::string text = heading(s, style) + deliveries(s, style) + sum_line(s, style) + rates(s, style) + stops(s, style) +
                     forwarders(s, style) + "\n";
  for (const std::string_view group : {"receivers", "forwarders"}) {
    for (const auto& party : object_at(s, {group})) text += replies_of(view_of(party.key()), party.value(), style);
  }
  return text + answers(s) + warmups(s, style) + times(s, style) + expectations(s, style) + verdict(s, style);
}

}  // namespace mailrig::report
