// The books of one run on disk: its folder, run.db, and reports that are kept up to date while it goes on, so that a
// killed run still has its data. Shows progress. Main thread only.
#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "fakes/base/result.h"
#include "sim/app/play.h"
#include "sim/measure/ledger.h"
#include "sim/measure/run_database.h"
#include "sim/report/progress.h"
#include "sim/report/summary.h"
#include "sim/scenario/scenario.h"

namespace mailrig::app {

// The wall clock, RFC 3339.
std::string wall_now();

// What kind of run it is.
struct RunKind {
  Mode mode = Mode::live;
  std::string sender = "builtin";
  measure::SenderInsight insight = measure::SenderInsight::full;
  bool from_outside = false;  // mail that the scenario does not send counts, too
  std::optional<std::uint64_t> speed_permille{};
  std::vector<std::string> notes{};  // for the reader of the report
};

class Recorder {
 public:
  // Makes the folder, run.db and scenario.yaml. `scenario` must outlive the recorder.
  static Result<std::unique_ptr<Recorder>> open(const scenario::Scenario& scenario, std::filesystem::path folder,
                                                const RunKind& kind, bool quiet);

  measure::Ledger& ledger() { return *ledger_; }
  // A fact about the run, kept in run.db.
  void note(const std::string& key, const std::string& value) { database_->set(key, value); }
  // To be called often: paints progress, writes out what has happened.
  void progress(Instant now);
  // Writes the final summary.json and junit.xml.
  Result<boost::json::value> finish(Instant now, bool interrupted, const report::RigInfo& rig);

 private:
  using Wall = std::chrono::steady_clock;

  Recorder(const scenario::Scenario& scenario, std::filesystem::path folder, const RunKind& kind, bool quiet);
  void paint(Wall::time_point wall, Instant now);
  boost::json::value summarize(Instant now, bool interrupted, bool final, const report::RigInfo& rig);
  std::uint64_t expected_deliveries() const;

  const scenario::Scenario& scenario_;
  std::filesystem::path folder_;
  report::RunInfo info_;
  bool quiet_;
  bool terminal_;
  report::Style style_;
  std::unique_ptr<measure::RunDatabase> database_;
  std::unique_ptr<measure::Ledger> ledger_;
  Wall::time_point begun_;
  Wall::time_point painted_;
  Wall::time_point write_next_;
  measure::Counters painted_counters_;
  Error write_error_;  // the first; empty message: none
};

}  // namespace mailrig::app
