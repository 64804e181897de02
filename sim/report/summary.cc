#include "sim/report/summary.h"

#include "sim/report/postmaster.h"

namespace mailrig::report {
namespace {

namespace json = boost::json;
using measure::EventCounts;
using measure::Fate;
using measure::Histogram;
using measure::Tally;

json::value ratio(std::uint64_t part, std::uint64_t whole) {
  if (whole == 0) return nullptr;
  return static_cast<double>(part) / static_cast<double>(whole);
}

json::object totals(const Tally& t, bool lost_is_known) {
  json::object o;
  o["submitted"] = t.submitted;
  o["deliveries"] = t.deliveries;
  for (std::size_t i = 0; i < measure::fate_count; ++i) o[to_string(static_cast<Fate>(i))] = t.fates[i];
  if (!lost_is_known) o["lost"] = nullptr;
  o["duplicates"] = t.duplicates;
  o["corrupted"] = t.corrupted;
  o["transformed"] = t.transformed;
  o["false_bounces"] = t.false_bounces;
  o["attempts"] = t.attempts;
  o["deferrals"] = t.deferrals;
  o["deferred_deliveries"] = t.deferred_deliveries;
  o["rejected_by_sender"] = t.rejected_by_sender;
  return o;
}

json::object rates(const Tally& t) {
  const std::uint64_t stored = t[Fate::inbox] + t[Fate::spam];
  json::object o;
  o["delivered"] = ratio(stored + t[Fate::discarded] + t[Fate::handed_over], t.deliveries);
  o["inbox"] = ratio(t[Fate::inbox], t.deliveries);
  o["spam"] = ratio(t[Fate::spam], t.deliveries);
  o["placement"] = ratio(t[Fate::inbox], stored);
  o["deferred"] = ratio(t.deferred_deliveries, t.deliveries);
  o["rejected"] = ratio(t[Fate::rejected], t.deliveries);
  o["bounce"] = ratio(t[Fate::rejected] + t[Fate::bounced], t.deliveries - t[Fate::suppressed] - t[Fate::refused]);
  // Deliveries without a deadline can be neither on time nor late.
  o["on_time"] = ratio(t.on_time, t.with_deadline);
  return o;
}

json::object throughput(const measure::Throughput& t) {
  return {{"submitted_per_s", t.submitted_per_s},
          {"accepted_per_s", t.accepted_per_s},
          {"peak_accepted_per_s", t.peak_accepted_per_s}};
}

// Seconds; null where nothing was measured.
json::object times(const Histogram& h, std::initializer_list<std::pair<const char*, std::uint32_t>> percentiles) {
  json::object o;
  const bool none = h.count() == 0;
  for (const auto& [name, per_mille] : percentiles) {
    o[name] = none ? json::value(nullptr) : json::value(to_seconds(h.percentile(per_mille)));
  }
  o["max"] = none ? json::value(nullptr) : json::value(to_seconds(h.max()));
  return o;
}

json::object times(const Histogram& h) {
  json::object o = times(h, {{"p50", 500}, {"p90", 900}, {"p95", 950}, {"p99", 990}, {"p999", 999}});
  o["mean"] = h.count() == 0 ? json::value(nullptr) : json::value(to_seconds(h.mean()));
  o["count"] = h.count();
  return o;
}

json::object events(const EventCounts& counts) {
  json::object o;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    if (counts[i] > 0) o[to_string(static_cast<policy::Event>(i))] = counts[i];
  }
  return o;
}

json::object results(const measure::ResultCounts& counts) {
  json::object o;
  for (const auto& [result, count] : counts) o[result] = count;
  return o;
}

json::array replies(const std::vector<measure::ReplyRow>& rows) {
  json::array a;
  for (const auto& row : rows) {
    a.push_back({{"code", row.code},
                 {"enhanced", row.enhanced.empty() ? json::value(nullptr) : json::value(row.enhanced)},
                 {"event", to_string(row.event)},
                 {"phase", to_string(row.phase)},
                 {"count", row.count},
                 {"sample", row.sample}});
  }
  return a;
}

json::array days(const std::vector<measure::DayRow>& rows) {
  json::array a;
  for (const auto& row : rows) {
    a.push_back(
        {{"day", row.day},
         {"source_ip", row.source_ip},
         {"domain", row.domain},
         {"attempts", row.attempts},
         {"accepted", row.accepted},
         {"deferrals", row.deferrals},
         {"rejected", row.rejected},
         {"inbox", row.inbox},
         {"spam", row.spam},
         {"reputation", row.reputation_milli ? json::value(*row.reputation_milli / 1000.0) : json::value(nullptr)},
         {"cap", row.cap ? json::value(*row.cap) : json::value(nullptr)},
         {"carried_over", row.carried_over},
         {"complaints", row.complaints}});
    if (!row.cap) continue;
    a.back().as_object()["slowed"] = row.slowed;
    a.back().as_object()["paused"] = row.paused;
  }
  return a;
}

json::object tls(const std::array<std::uint64_t, 5>& versions) {
  static constexpr std::array<const char*, 5> names = {"none", "1.0", "1.1", "1.2", "1.3"};
  json::object o;
  for (std::size_t i = 0; i < versions.size(); ++i) o[names[i]] = versions[i];
  o["fallback_plain"] = 0;
  return o;
}

json::object sessions(const measure::ReceiverReport& r) {
  return {{"opened", r.sessions_opened}, {"refused", events(r.sessions_refused)}};
}

// What mailboxes sent.
json::object answers(const measure::AnswerTallies& tallies) {
  static constexpr std::array<const char*, feedback::answer_kind_count> names = {"replies", "auto_replies", "bounces"};
  json::object o;
  for (std::size_t i = 0; i < tallies.size(); ++i) {
    const measure::AnswerTally& tally = tallies[i];
    o[names[i]] = json::object{{"sent", tally.sent},
                               {"accepted", tally.accepted},
                               {"bounced", tally.bounced},
                               {"waiting", tally.sent - tally.accepted - tally.bounced}};
  }
  return o;
}

// Rates are of the copies in the inbox.
json::object readers(const measure::ReaderCounts& counts, const measure::AnswerTallies& sent, const Tally& tally) {
  using feedback::ReaderAct;
  const auto count = [&counts](ReaderAct act) { return counts[static_cast<std::size_t>(act)]; };
  return {{"opens", count(ReaderAct::opened)},
          {"machine_opens", count(ReaderAct::machine_opened)},
          {"clicks", count(ReaderAct::clicked)},
          {"complaints", count(ReaderAct::complained)},
          {"unsubscribes", count(ReaderAct::unsubscribed)},
          {"replies", count(ReaderAct::replied)},
          {"open_rate", ratio(count(ReaderAct::opened), tally[Fate::inbox])},
          {"complaint_rate", ratio(count(ReaderAct::complained), tally[Fate::inbox])},
          {"answers", answers(sent)}};
}

json::object receiver_object(const measure::ReceiverReport& r, bool lost_is_known) {
  json::object o;
  o["totals"] = totals(r.tally, lost_is_known);
  o["rates"] = rates(r.tally);
  o["throughput"] = throughput(r.throughput);
  o["latency_s"] = times(r.latency);
  o["service_s"] = times(r.service);
  o["events"] = events(r.events);
  o["replies"] = replies(r.replies);
  o["sessions"] = sessions(r);
  o["tls"] = tls(r.tls);
  o["auth"] =
      json::object{{"spf", results(r.auth.spf)}, {"dkim", results(r.auth.dkim)}, {"dmarc", results(r.auth.dmarc)}};
  o["days"] = days(r.days);
  o["feedback"] = readers(r.readers, r.answers, r.tally);
  o["unattributed"] = json::object{
      {"attempts", r.unattributed.attempts}, {"inbox", r.unattributed.inbox}, {"spam", r.unattributed.spam}};
  return o;
}

json::object forwarder_object(const measure::ForwarderReport& f) {
  const measure::ReceiverReport& account = f.account;
  json::object o;
  o["to"] = f.to;
  o["totals"] = json::object{{"taken", f.hops.taken},
                             {"passed_on", f.hops.passed_on},
                             {"bounced", f.hops.bounced},
                             {"dropped", f.hops.dropped},
                             {"waiting", f.hops.waiting},
                             {"transformed", f.hops.transformed},
                             {"attempts", account.tally.attempts},
                             {"deferrals", account.tally.deferrals}};
  o["events"] = events(account.events);
  o["replies"] = replies(account.replies);
  o["sessions"] = sessions(account);
  o["tls"] = tls(account.tls);
  return o;
}

json::object rig(const RigInfo& r) {
  json::object o;
  o["cpu_seconds"] = r.cpu_seconds;
  o["rss_bytes_max"] = r.rss_bytes_max;
  o["schedule_lag_s"] = times(r.schedule_lag, {{"p50", 500}, {"p99", 990}});
  o["saturated"] = r.saturated;
  return o;
}

// A run whose numbers must not be believed, or are not all there.
bool is_valid(const json::object& summary) {
  const auto truth = [](const json::value* v, bool otherwise) { return v && v->is_bool() ? v->get_bool() : otherwise; };
  const auto member = [&](const char* group, const char* key) -> const json::value* {
    const auto* found = summary.if_contains(group);
    return found && found->is_object() ? found->get_object().if_contains(key) : nullptr;
  };
  return !truth(summary.if_contains("interrupted"), false) && !truth(member("rig", "saturated"), false) &&
         truth(member("conservation", "holds"), true);
}

}  // namespace

json::value summary(const RunInfo& run, const measure::Ledger::Snapshot& s) {
  json::object o;
  o["schema"] = "mailrig.summary/1";
  o["mailrig_version"] = run.version;
  o["scenario"] = run.scenario;
  o["mode"] = run.mode;
  o["sender"] = run.sender;
  o["notes"] = json::array(run.notes.begin(), run.notes.end());
  o["seed"] = run.seed;
  o["speed"] = run.speed ? json::value(*run.speed) : json::value(nullptr);
  o["started"] = run.started;
  o["ended"] = run.ended;
  o["model_seconds"] = run.model_seconds;
  o["wall_seconds"] = run.wall_seconds;
  o["interrupted"] = run.interrupted;
  o["event_log_hash"] = s.event_log_hash;
  o["totals"] = totals(s.total, s.lost_is_known);
  o["rates"] = rates(s.total);
  o["throughput"] = throughput(s.throughput);
  o["latency_s"] = times(s.latency);
  o["service_s"] = times(s.service);

  json::object receivers;
  for (std::size_t i = 0; i < s.receivers.size(); ++i) {
    const measure::ReceiverReport& r = s.receivers[i];
    json::object receiver = receiver_object(r, s.lost_is_known);
    if (i < run.feedback.size()) receiver["postmaster"] = postmaster_view(run.feedback[i], r.days);
    receivers[r.name] = std::move(receiver);
  }
  o["receivers"] = std::move(receivers);
  if (!s.forwarders.empty()) {
    json::object forwarders;
    for (const auto& f : s.forwarders) forwarders[f.account.name] = forwarder_object(f);
    o["forwarders"] = std::move(forwarders);
  }
  if (s.elsewhere.deliveries > 0) {
    o["elsewhere"] = json::object{{"totals", totals(s.elsewhere, s.lost_is_known)}, {"rates", rates(s.elsewhere)}};
  }
  json::object streams;
  for (const auto& stream : s.streams) {
    json::object object{{"totals", totals(stream.tally, s.lost_is_known)},
                        {"rates", rates(stream.tally)},
                        {"latency_s", times(stream.latency)},
                        {"service_s", times(stream.service)},
                        {"feedback", readers(stream.readers, stream.answers, stream.tally)}};
    // Only of a stream that its sender stopped.
    if (stream.stopped_after) object["stopped_after_s"] = to_seconds(*stream.stopped_after);
    streams[stream.name] = std::move(object);
  }
  o["streams"] = std::move(streams);
  o["submission"] = json::object{
      {"offered", s.submissions_offered}, {"refused", s.submissions_refused}, {"deferrals", s.submission_deferrals}};
  json::object feedback = readers(s.readers, s.answers, s.total);
  feedback["dsn_received"] = s.dsn_received;
  std::uint64_t undeliverable = 0;
  for (const measure::AnswerTally& tally : s.answers) undeliverable += tally.bounced;
  feedback["undeliverable"] = undeliverable;
  o["feedback"] = std::move(feedback);
  o["sender_conduct"] = json::array();
  o["rig"] = rig(run.rig);
  o["conservation"] = json::object{{"holds", s.broken_sums.empty()},
                                   {"broken", json::array(s.broken_sums.begin(), s.broken_sums.end())}};
  json::value result = std::move(o);
  judge(result, {});
  return result;
}

void judge(json::value& summary, std::span<const ExpectationResult> results) {
  json::object& o = summary.as_object();
  json::array list;
  bool all_pass = true;
  for (const ExpectationResult& result : results) {
    all_pass = all_pass && result.pass;
    list.push_back({{"expr", result.expr},
                    {"value", result.value ? json::value(*result.value) : json::value(nullptr)},
                    {"pass", result.pass}});
  }
  o["expectations"] = std::move(list);
  o["verdict"] = !is_valid(o) ? "invalid" : all_pass ? "pass" : "fail";
}

}  // namespace mailrig::report
