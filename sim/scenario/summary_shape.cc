#include "sim/scenario/summary_shape.h"

#include <initializer_list>
#include <utility>

#include "fakes/policy/event.h"

namespace mailrig::scenario {
namespace {

// `shape` under another name.
Shape named(std::string name, Shape shape) {
  shape.name = std::move(name);
  return shape;
}

Shape group(std::vector<Shape> children) {
  Shape shape;
  shape.children = std::move(children);
  return shape;
}

Shape number(std::string name, bool zero_when_absent = false) {
  Shape shape;
  shape.name = std::move(name);
  shape.zero_when_absent = zero_when_absent;
  return shape;
}

Shape numbers(std::initializer_list<const char*> names, bool zero_when_absent = false) {
  Shape shape;
  for (const char* name : names) shape.children.push_back(number(name, zero_when_absent));
  return shape;
}

Shape totals() {
  return numbers({"submitted",   "deliveries",    "inbox",    "spam",       "discarded",
                  "handed_over", "bounced",       "rejected", "refused",    "expired",
                  "suppressed",  "queued",        "lost",     "duplicates", "corrupted",
                  "transformed", "false_bounces", "attempts", "deferrals",  "deferred_deliveries"});
}

Shape rates() {
  return numbers({"delivered", "inbox", "spam", "placement", "deferred", "rejected", "bounce", "on_time"});
}

Shape throughput() {
  return numbers({"submitted_per_s", "accepted_per_s", "peak_accepted_per_s"});
}

Shape times() {
  return numbers({"p50", "p90", "p95", "p99", "p999", "max", "mean", "count"});
}

Shape events() {
  Shape shape;
  for (std::size_t i = 0; i < policy::event_count; ++i) {
    shape.children.push_back(number(std::string(policy::to_string(static_cast<policy::Event>(i))), true));
  }
  return shape;
}

// Result names as RFC 8601 §2.7 spells them.
Shape authentication() {
  return group({
      named("spf", numbers({"none", "neutral", "pass", "fail", "softfail", "policy", "temperror", "permerror"}, true)),
      named("dkim", numbers({"none", "pass", "fail", "policy", "neutral", "temperror", "permerror"}, true)),
      named("dmarc", numbers({"none", "pass", "fail", "temperror", "permerror"}, true)),
  });
}

Shape feedback() {
  Shape shape = numbers(
      {"opens", "machine_opens", "clicks", "complaints", "unsubscribes", "replies", "open_rate", "complaint_rate"});
  const Shape sent = numbers({"sent", "accepted", "bounced", "waiting"});
  shape.children.push_back(
      named("answers", group({named("replies", sent), named("auto_replies", sent), named("bounces", sent)})));
  return shape;
}

Shape receiver(const std::string& name) {
  Shape replies;
  replies.reply_codes = true;
  return named(name, group({
                         named("totals", totals()),
                         named("rates", rates()),
                         named("throughput", throughput()),
                         named("latency_s", times()),
                         named("service_s", times()),
                         named("events", events()),
                         named("replies", replies),
                         named("sessions", group({number("opened"), named("refused", events())})),
                         named("tls", numbers({"none", "1.0", "1.1", "1.2", "1.3", "fallback_plain"}, true)),
                         named("auth", authentication()),
                         named("feedback", feedback()),
                     }));
}

Shape forwarder(const std::string& name) {
  return named(name, group({
                         named("totals", numbers({"taken", "passed_on", "bounced", "dropped", "waiting", "transformed",
                                                  "attempts", "deferrals"})),
                         named("events", events()),
                         named("sessions", group({number("opened"), named("refused", events())})),
                     }));
}

Shape stream(const std::string& name) {
  return named(name, group({
                         named("totals", totals()),
                         named("rates", rates()),
                         named("latency_s", times()),
                         named("service_s", times()),
                         named("feedback", feedback()),
                         number("stopped_after_s"),
                     }));
}

Shape rig() {
  Shape shape = numbers({"cpu_seconds", "rss_bytes_max", "saturated"});
  shape.children.push_back(named("schedule_lag_s", numbers({"p50", "p99", "max"})));
  return shape;
}

}  // namespace

Shape summary_shape(const SummaryNames& names) {
  Shape receivers;
  for (const std::string& name : names.receivers) receivers.children.push_back(receiver(name));
  Shape forwarders;
  for (const std::string& name : names.forwarders) forwarders.children.push_back(forwarder(name));
  Shape streams;
  for (const std::string& name : names.streams) streams.children.push_back(stream(name));
  Shape root = numbers({"model_seconds", "wall_seconds", "interrupted", "seed", "speed"});
  Shape all_feedback = feedback();
  for (const char* name : {"dsn_received", "undeliverable"}) all_feedback.children.push_back(number(name));
  std::vector<Shape> groups = {
      named("totals", totals()),
      named("rates", rates()),
      named("throughput", throughput()),
      named("latency_s", times()),
      named("service_s", times()),
      named("receivers", std::move(receivers)),
      named("forwarders", std::move(forwarders)),
      named("streams", std::move(streams)),
      named("submission", numbers({"offered", "refused", "deferrals"})),
      named("feedback", std::move(all_feedback)),
      named("rig", rig()),
  };
  for (Shape& part : groups) root.children.push_back(std::move(part));
  return root;
}

}  // namespace mailrig::scenario
