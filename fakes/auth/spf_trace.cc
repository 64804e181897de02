#include "fakes/auth/spf_trace.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace mailrig::auth {
namespace {

constexpr std::size_t traced_octets_max = 1024;

// What strangers wrote, so that it may stand on a terminal.
std::string traced(std::string_view text) {
  std::string shown(text.substr(0, traced_octets_max));
  std::replace_if(
      shown.begin(), shown.end(), [](char c) { return c < ' ' || c > '~'; }, '?');
  if (text.size() > traced_octets_max) shown += "...";
  return shown;
}

std::string data_in_short(const dns::Record& record) {
  if (const auto* ip = std::get_if<IpAddress>(&record.data)) return ip->to_string();
  if (const auto* target = std::get_if<dns::Target>(&record.data)) return traced(target->name);
  if (const auto* mx = std::get_if<dns::Mx>(&record.data)) {
    return fmt::format("{} {}", mx->preference, mx->exchange.empty() ? "." : traced(mx->exchange));
  }
  if (const auto* txt = std::get_if<dns::Txt>(&record.data)) return fmt::format("\"{}\"", traced(txt->joined()));
  return to_string(record.type);
}

std::string answer_in_short(const dns::Question& question, const dns::Answer& answer) {
  constexpr std::size_t records_max = 12;
  if (answer.timed_out) return "time-out";
  if (answer.rcode != dns::Rcode::noerror) return to_string(answer.rcode);
  std::string shown;
  std::size_t count = 0;
  for (const dns::Record& record : answer.answers) {
    if (record.type != question.type) continue;
    if (++count > records_max) continue;
    if (!shown.empty()) shown += ", ";
    shown += data_in_short(record);
  }
  if (count == 0) return "no such record";
  if (count > records_max) shown += fmt::format(" and {} more", count - records_max);
  return shown;
}

}  // namespace

SpfTraceStep* SpfTracer::current() {
  return on_ && !open_.empty() ? &steps_[open_.back()] : nullptr;
}

void SpfTracer::open(std::string_view domain, std::string_view text, bool is_record) {
  SpfTraceStep step;
  step.depth = static_cast<int>(open_.size());
  step.domain = traced(domain);
  step.text = traced(text);
  step.is_record = is_record;
  open_.push_back(steps_.size());
  steps_.push_back(std::move(step));
}

void SpfTracer::close() {
  open_.pop_back();
}

void SpfTracer::set_text(std::string_view text) {
  if (SpfTraceStep* step = current()) step->text = traced(text);
}

void SpfTracer::set_target(std::string_view target) {
  if (SpfTraceStep* step = current()) step->target = traced(target);
}

void SpfTracer::set_spent(int lookups, int void_lookups) {
  SpfTraceStep* step = current();
  if (step == nullptr) return;
  step->lookups = lookups;
  step->void_lookups = void_lookups;
}

void SpfTracer::set_outcome(std::string_view outcome) {
  if (SpfTraceStep* step = current()) step->outcome = traced(outcome);
}

void SpfTracer::add_query(const dns::Question& question, const dns::Answer& answer) {
  if (SpfTraceStep* step = current()) {
    step->queries.push_back(
        {fmt::format("{} {}", traced(question.name), to_string(question.type)), answer_in_short(question, answer)});
  }
}

std::string to_text(const std::vector<SpfTraceStep>& trace) {
  std::string text;
  for (const SpfTraceStep& step : trace) {
    const std::string indent(static_cast<std::size_t>(step.depth) * 2, ' ');
    const std::string subject = step.is_record ? fmt::format("record of {}", step.domain) : step.text;
    const std::string target = step.target.empty() ? "" : fmt::format(" (= {})", step.target);
    const std::string spent = fmt::format("{} lookups, {} void", step.lookups, step.void_lookups);
    text += fmt::format("{}{}{}: {} [{}]\n", indent, subject, target, step.outcome, spent);
    for (const SpfTraceQuery& query : step.queries) {
      text += fmt::format("{}    {} -> {}\n", indent, query.question, query.answer);
    }
  }
  return text;
}

}  // namespace mailrig::auth
