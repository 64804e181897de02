// summary.json: the contract between a run and everybody who reads about it. Built from the ledger's snapshot; every
// other report is made from this value, so that finished, killed and old runs all read the same. Pure.
#pragma once

#include <boost/json.hpp>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "fakes/receiver/feedback_settings.h"
#include "sim/measure/snapshot.h"

namespace mailrig::report {

// How the rig itself fared: when it is the bottleneck, the measurement says nothing about the sender.
struct RigInfo {
  double cpu_seconds = 0;
  std::uint64_t rss_bytes_max = 0;
  measure::Histogram schedule_lag;  // how much later than intended messages were submitted
  bool saturated = false;
};

struct RunInfo {
  std::string version;
  std::string scenario;
  std::string mode;                  // live, virtual or send
  std::string sender;                // builtin, postfix, …
  std::vector<std::string> notes{};  // how the sender was set up, and what that means for the numbers
  std::uint64_t seed = 0;
  std::optional<double> speed;  // none in virtual time
  std::string started;          // wall clock, RFC 3339
  std::string ended;
  double model_seconds = 0;
  double wall_seconds = 0;
  bool interrupted = false;
  RigInfo rig;
  std::vector<receiver::FeedbackSettings> feedback{};  // of the receivers, in the snapshot's order; may be empty
};

// One expectation of the scenario and what became of it.
struct ExpectationResult {
  std::string expr;
  std::optional<double> value;  // none: the summary has no number there, as with 0/0
  bool pass = false;
};

// Keys in the contract's order. The verdict is `pass` until judge() knows better, or `invalid`.
boost::json::value summary(const RunInfo& run, const measure::Ledger::Snapshot& snapshot);

// Writes the results and the verdict into a summary: `invalid` when the run was interrupted, the rig was saturated or
// a sum is broken; else `fail` when an expectation failed; else `pass`.
void judge(boost::json::value& summary, std::span<const ExpectationResult> results);

}  // namespace mailrig::report
