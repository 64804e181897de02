// A live run: the world on real sockets, the scenario's traffic through the sender under test, model time at some
// speed.
#pragma once

#include <atomic>
#include <functional>
#include <optional>
#include <string>

#include "fakes/base/result.h"
#include "sim/live/fake_internet.h"
#include "sim/live/foreign_sender.h"
#include "sim/measure/histogram.h"
#include "sim/measure/ledger.h"
#include "sim/plan/mix.h"
#include "sim/scenario/scenario.h"
#include "sim/world/readership.h"
#include "sim/world/world.h"

namespace mailrig::live {

struct RunOptions {
  std::uint64_t speed_permille = 1000;             // model time per wall time
  std::optional<Duration> duration{};              // of the model: the run ends then, whatever still waits
  const std::atomic<bool>* interrupted = nullptr;  // set: stop as soon as possible
  std::function<void(const std::string& mx_host, const std::string& address)> listening{};  // once per MX host
  std::function<void(Instant now)> progress{};  // called some ten times a second, on the calling thread
  world::Readership* readership = nullptr;      // null: nobody reads
  FakeInternetOptions internet{};               // where the world listens; a sender of ours needs nothing here
  ForeignSender* sender = nullptr;              // null: the reference sender
};

struct RunResult {
  Instant ended{};
  bool interrupted = false;
  measure::Histogram lag;  // wall time by which submissions were late against their schedule
};

// Plays the scenario to its end: all traffic offered and every queue empty (for a sender whose queue cannot be read:
// every delivery accounted for), or `end.drain` after the last message. Mail from elsewhere ends when it is interrupted
// or `duration` is over. Fails when the environment does: ports that are taken, no TLS, a sender that does not start.
Result<RunResult> run(const scenario::Scenario& scenario, world::World& world, const plan::Traffic& traffic,
                      measure::Ledger& ledger, const RunOptions& options);

}  // namespace mailrig::live
