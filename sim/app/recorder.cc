#include "sim/app/recorder.h"

#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <utility>

#include "sim/app/version.h"
#include "sim/measure/snapshot.h"
#include "sim/plan/schedule.h"
#include "sim/report/expectations.h"
#include "sim/report/files.h"
#include "sim/scenario/load.h"
#include "sim/world/world.h"

namespace mailrig::app {
namespace {

// A terminal is repainted often; a log gets a line now and then.
constexpr std::chrono::milliseconds terminal_period{250};
constexpr std::chrono::seconds log_period{5};
constexpr std::chrono::seconds write_period{1};
constexpr int write_share = 100;  // of the time may go into reports before the last: one part

measure::RecordPolicy record_policy(const scenario::Record& record) {
  using Kind = measure::RecordPolicy::Kind;
  switch (record.mode) {
    case scenario::RecordMode::automatic:
      return {Kind::automatic, 1};
    case scenario::RecordMode::all:
      return {Kind::all, 1};
    case scenario::RecordMode::sample:
      return {Kind::sample, record.sample_every};
    case scenario::RecordMode::aggregate:
      return {Kind::aggregate, 1};
  }
  return {};
}

measure::LedgerConfig ledger_config(const scenario::Scenario& scenario, const RunKind& kind) {
  measure::LedgerConfig config = world::ledger_config(scenario);
  config.insight = kind.insight;
  config.shared = kind.mode != Mode::virtual_time;
  config.forgets_done = kind.mode == Mode::virtual_time;
  if (kind.from_outside) {
    config.outside_stream = static_cast<std::uint32_t>(config.streams.size());
    config.streams.push_back({"outside", {}});
  }
  return config;
}

void measure_rig(report::RigInfo& rig) {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
  };
  rig.cpu_seconds = seconds(usage.ru_utime) + seconds(usage.ru_stime);
  rig.rss_bytes_max = static_cast<std::uint64_t>(usage.ru_maxrss) * 1024;
}

}  // namespace

std::string wall_now() {
  const auto wall = std::chrono::system_clock::now().time_since_epoch();
  return to_rfc3339(Instant(std::chrono::duration_cast<std::chrono::seconds>(wall)));
}

Recorder::Recorder(const scenario::Scenario& scenario, std::filesystem::path folder, const RunKind& kind, bool quiet)
    : scenario_(scenario),
      folder_(std::move(folder)),
      quiet_(quiet),
      terminal_(isatty(STDERR_FILENO) == 1),
      style_(report::style_for(STDERR_FILENO)),
      begun_(Wall::now()),
      painted_(begun_),
      write_next_(begun_ + write_period) {
  info_.version = version;
  info_.scenario = scenario.name;
  info_.mode = kind.mode == Mode::live ? "live" : "virtual";
  info_.sender = kind.sender;
  info_.notes = kind.notes;
  info_.seed = scenario.seed;
  if (kind.speed_permille) info_.speed = static_cast<double>(*kind.speed_permille) / 1000;
  info_.started = wall_now();
}

Result<std::unique_ptr<Recorder>> Recorder::open(const scenario::Scenario& scenario, std::filesystem::path folder,
                                                 const RunKind& kind, bool quiet) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) return Error{fmt::format("cannot make the folder: {}", error.message()), folder.string()};
  // Of an earlier run in the same folder, nothing may be taken for this one's.
  for (const char* name : {"summary.json", "junit.xml"}) std::filesystem::remove(folder / name, error);
  std::unique_ptr<Recorder> recorder(new Recorder(scenario, std::move(folder), kind, quiet));
  auto database = measure::RunDatabase::create(recorder->folder_ / "run.db", record_policy(scenario.record));
  if (!database) return database.error();
  recorder->database_ = std::move(*database);
  measure::LedgerConfig config = ledger_config(scenario, kind);
  recorder->note("scenario", scenario.name);
  recorder->note("mode", recorder->info_.mode);
  recorder->note("sender", kind.sender);
  recorder->note("seed", std::to_string(scenario.seed));
  recorder->note("start", to_rfc3339(scenario.start));
  recorder->ledger_ = std::make_unique<measure::Ledger>(std::move(config), recorder->database_.get());
  auto written = report::write_atomically(recorder->folder_ / "scenario.yaml", scenario::resolved_yaml(scenario));
  if (!written) return written.error();
  return recorder;
}

void Recorder::progress(Instant now) {
  const auto wall = Wall::now();
  if (!quiet_ && wall - painted_ >= (terminal_ ? Wall::duration(terminal_period) : Wall::duration(log_period))) {
    paint(wall, now);
  }
  if (wall < write_next_) return;
  auto flushed = ledger_->flush();
  if (flushed) {
    // Marked as interrupted until the run ends by itself: that is what it is if nobody comes back to it.
    flushed = report::write_reports(folder_, summarize(now, true, false, {}));
  }
  if (!flushed && write_error_.message.empty()) write_error_ = flushed.error();
  const auto written = Wall::now();
  write_next_ = written + std::max(Wall::duration(write_period), write_share * (written - wall));
}

void Recorder::paint(Wall::time_point wall, Instant now) {
  report::ProgressView view{.now = ledger_->counters(),
                            .elapsed = wall - begun_,
                            .model_elapsed = now - scenario_.start,
                            .before = painted_counters_,
                            .since_before = wall - painted_,
                            .expected_deliveries = std::nullopt};
  if (const std::uint64_t expected = expected_deliveries(); expected > 0) view.expected_deliveries = expected;
  if (terminal_) {
    fmt::print(stderr, "\r\033[K{}", report::progress_line(view, style_));
  } else {
    fmt::print(stderr, "{}\n", report::progress_sentence(view));
  }
  std::fflush(stderr);
  painted_ = wall;
  painted_counters_ = view.now;
}

std::uint64_t Recorder::expected_deliveries() const {
  std::uint64_t expected = 0;
  for (std::size_t i = 0; i < scenario_.traffic.size(); ++i) {
    const scenario::Traffic& entry = scenario_.traffic[i];
    if (entry.schedule.kind == scenario::ScheduleKind::saturate && !entry.schedule.count) return 0;
    const std::uint64_t messages =
        entry.schedule.kind == scenario::ScheduleKind::saturate
            ? *entry.schedule.count
            : plan::Arrivals(entry.schedule, scenario_.start, Draw(scenario_.seed), "progress").total();
    expected += messages * scenario_.mail[entry.mail_index].recipients;
  }
  return expected;
}

boost::json::value Recorder::summarize(Instant now, bool interrupted, bool final, const report::RigInfo& rig) {
  report::RunInfo info = info_;
  info.ended = wall_now();
  info.model_seconds = to_seconds(now - scenario_.start);
  info.wall_seconds = to_seconds(std::chrono::duration_cast<Duration>(Wall::now() - begun_));
  info.interrupted = interrupted;
  info.rig = rig;
  for (const scenario::Receiver& receiver : scenario_.receivers) info.feedback.push_back(receiver.profile.feedback);
  measure_rig(info.rig);
  auto summary = report::summary(info, *ledger_->snapshot(now, final));
  report::judge(summary, report::evaluate(scenario_.expect, summary));
  return summary;
}

Result<boost::json::value> Recorder::finish(Instant now, bool interrupted, const report::RigInfo& rig) {
  if (!quiet_ && terminal_) fmt::print(stderr, "\r\033[K");
  auto summary = summarize(now, interrupted, true, rig);
  if (auto flushed = ledger_->flush(); !flushed) return flushed.error();
  if (auto written = report::write_reports(folder_, summary); !written) return written.error();
  if (!write_error_.message.empty()) return write_error_;
  return summary;
}

}  // namespace mailrig::app
