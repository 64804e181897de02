// A scenario played once in virtual time, with nothing left behind but its summary; and many of them at a time.
#pragma once

#include <atomic>
#include <boost/json.hpp>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "fakes/base/result.h"
#include "sim/scenario/scenario.h"

namespace mailrig::sweep {

// Errors are the scenario's faults. `interrupted` may be null; set: stops as soon as possible.
Result<boost::json::value> simulate(const scenario::Scenario& scenario, const std::atomic<bool>* interrupted);

// One simulation to be played: the scenario file with these changes, and the seed.
struct Job {
  std::vector<std::string> sets;
  std::uint64_t seed = 1;
};

// Plays all of them, `threads` at a time; the results are in the order of the jobs, whoever finishes first. The first
// error (by order) ends it. `done` is called with the number of finished jobs, from any thread, one call at a time.
// Interrupted: the jobs that were not played to their end are null.
Result<std::vector<boost::json::value>> simulate_all(const std::filesystem::path& file, std::span<const Job> jobs,
                                                     unsigned threads, const std::atomic<bool>& interrupted,
                                                     const std::function<void(std::size_t)>& done);

}  // namespace mailrig::sweep
