#include "sim/sweep/simulation.h"

#include <algorithm>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>

#include "sim/measure/ledger.h"
#include "sim/measure/snapshot.h"
#include "sim/plan/mix.h"
#include "sim/report/expectations.h"
#include "sim/report/summary.h"
#include "sim/scenario/load.h"
#include "sim/virtual/driver.h"
#include "sim/world/readership.h"
#include "sim/world/world.h"

namespace mailrig::sweep {

Result<boost::json::value> simulate(const scenario::Scenario& scenario, const std::atomic<bool>* interrupted) {
  auto traffic = plan::Traffic::create(scenario, world::receiver_domains(scenario));
  if (!traffic) return traffic.error();
  measure::LedgerConfig parties = world::ledger_config(scenario);
  parties.shared = false;
  parties.forgets_done = true;
  measure::Ledger ledger(std::move(parties), nullptr);
  world::Readership readership(scenario, ledger);
  auto world =
      world::build_world(scenario, world::AddressRange::documentation, [&](std::uint32_t index) -> receiver::Observer* {
        if (index >= world::observed_parties(scenario)) return nullptr;
        return readership.in_front_of(index, &ledger.observer(index));
      });
  if (!world) return world.error();
  const Instant ended =
      virtual_time::run(scenario, **world, *traffic, ledger, {.interrupted = interrupted, .readership = &readership});
  const bool cut_short = interrupted != nullptr && interrupted->load();
  if (!cut_short) readership.finish();

  report::RunInfo info;
  info.scenario = scenario.name;
  info.mode = "virtual";
  info.sender = "builtin";
  info.seed = scenario.seed;
  info.model_seconds = to_seconds(ended - scenario.start);
  info.interrupted = cut_short;
  boost::json::value summary = report::summary(info, *ledger.snapshot(ended, true));
  report::judge(summary, report::evaluate(scenario.expect, summary));
  return summary;
}

Result<std::vector<boost::json::value>> simulate_all(const std::filesystem::path& file, std::span<const Job> jobs,
                                                     unsigned threads, const std::atomic<bool>& interrupted,
                                                     const std::function<void(std::size_t)>& done) {
  std::vector<boost::json::value> results(jobs.size());
  std::mutex mutex;
  std::size_t next = 0;
  std::size_t finished = 0;
  std::optional<std::pair<std::size_t, Error>> failure;

  const auto play = [&](const Job& job) -> Result<boost::json::value> {
    std::vector<std::string> sets = job.sets;
    sets.push_back("seed=" + std::to_string(job.seed));
    const auto scenario = scenario::load(file, sets);
    if (!scenario) return scenario.error();
    return simulate(*scenario, &interrupted);
  };
  const auto work = [&] {
    while (!interrupted.load()) {
      std::size_t mine = 0;
      {
        const std::lock_guard lock(mutex);
        if (failure || next == jobs.size()) return;
        mine = next++;
      }
      auto result = play(jobs[mine]);
      if (interrupted.load()) return;  // half a simulation says nothing
      const std::lock_guard lock(mutex);
      if (!result) {
        if (!failure || mine < failure->first) failure = {mine, result.error()};
        return;
      }
      results[mine] = std::move(*result);
      if (done) done(++finished);
    }
  };
  {
    std::vector<std::jthread> workers;
    const std::size_t count = std::clamp<std::size_t>(threads, 1, std::max<std::size_t>(jobs.size(), 1));
    for (std::size_t i = 0; i < count; ++i) workers.emplace_back(work);
  }
  if (failure) return failure->second;
  return results;
}

}  // namespace mailrig::sweep
