// mailrig simulate: the same scenario in virtual time, once or in many variants.
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <thread>

#include "sim/app/commands.h"
#include "sim/app/interrupt.h"
#include "sim/app/play.h"
#include "sim/report/files.h"
#include "sim/report/json_text.h"
#include "sim/report/style.h"
#include "sim/scenario/load.h"
#include "sim/sweep/comparison.h"
#include "sim/sweep/simulation.h"
#include "sim/sweep/variants.h"

namespace mailrig::app {
namespace {

struct SweepOptions {
  std::vector<std::string> sweeps;
  std::uint64_t repeat = 1;
  unsigned jobs = 0;  // 0: one per core
  std::vector<std::string> show = {"rates.inbox", "rates.spam", "rates.deferred", "rates.rejected", "latency_s.p95"};
};

bool sweeps(const SweepOptions& options) {
  return !options.sweeps.empty() || options.repeat > 1;
}

// The jobs of all variants, each with the same seeds: differences between variants are then not the dice's.
std::vector<sweep::Job> jobs_of(const std::vector<sweep::Variant>& variants, const PlayOptions& play,
                                std::uint64_t seed, std::uint64_t repeat) {
  std::vector<sweep::Job> jobs;
  for (const sweep::Variant& variant : variants) {
    sweep::Job job{play.sets, seed};
    job.sets.insert(job.sets.end(), variant.sets.begin(), variant.sets.end());
    for (std::uint64_t i = 0; i < repeat; ++i) {
      job.seed = seed + i;
      jobs.push_back(job);
    }
  }
  return jobs;
}

// The numbers to show, as expectations about them: a path that leads nowhere is told with the nearest that does.
Result<std::vector<scenario::Expectation>> shown_numbers(const PlayOptions& play, const SweepOptions& options) {
  std::vector<std::string> sets = play.sets;
  sets.push_back(fmt::format("expect=[\"{} >= 0\"]", fmt::join(options.show, " >= 0\", \"")));
  auto scenario = scenario::load(play.scenario, sets);
  if (!scenario) return Error{"--show: " + scenario.error().message};
  return std::move(scenario->expect);
}

int sweep_scenario(const PlayOptions& play, const SweepOptions& options) {
  const auto scenario = scenario::load(play.scenario, play.sets);
  if (!scenario) return complain(scenario.error(), usage_error);
  const auto variants = sweep::variants(options.sweeps);
  if (!variants) return complain(variants.error(), usage_error);
  const auto numbers = shown_numbers(play, options);
  if (!numbers) return complain(numbers.error(), usage_error);
  const std::vector<sweep::Job> jobs = jobs_of(*variants, play, play.seed.value_or(scenario->seed), options.repeat);

  const auto& stop = interruption();
  const bool shows_progress = !play.quiet && isatty(STDERR_FILENO) == 1;
  const unsigned threads = options.jobs > 0 ? options.jobs : std::max(1U, std::thread::hardware_concurrency());
  const auto summaries = sweep::simulate_all(play.scenario, jobs, threads, stop, [&](std::size_t done) {
    if (!shows_progress) return;
    fmt::print(stderr, "\r{} of {} simulations{}", done, jobs.size(), done == jobs.size() ? "\n" : "");
    std::fflush(stderr);
  });
  if (!summaries) return complain(summaries.error(), usage_error);

  if (stop.load()) {
    const auto played = std::count_if(summaries->begin(), summaries->end(), [](const auto& s) { return !s.is_null(); });
    fmt::print(stderr, "interrupted: {} of {} simulations were played to their end\n", played, jobs.size());
  }
  const auto rows = sweep::compare(*variants, *summaries, *numbers);
  if (!play.quiet) fmt::print("{}", sweep::to_text(rows, options.show, report::style_for(1)));
  if (!play.out.empty()) {
    const std::filesystem::path folder = play.out;
    std::error_code fault;
    std::filesystem::create_directories(folder, fault);
    const auto written = report::write_atomically(folder / "sweep.json", report::to_text(to_json(rows, options.show)));
    if (!written) return complain(written.error(), environment_error);
    if (!play.quiet) fmt::print("\nAll of it is in {}\n", (folder / "sweep.json").string());
  }
  if (stop.load()) return interrupted;
  const bool all = std::all_of(rows.begin(), rows.end(), [](const auto& row) { return row.passed == row.repetitions; });
  return all ? passed : expectation_failed;
}

}  // namespace

void add_simulate_command(CLI::App& app, int& exit_status) {
  CLI::App* command = app.add_subcommand("simulate", "play a scenario in virtual time, without sockets");
  const auto options = std::make_shared<PlayOptions>();
  const auto sweep = std::make_shared<SweepOptions>();
  add_play_options(*command, *options);
  command
      ->add_option("--sweep", sweep->sweeps,
                   "path=value,value,…: play every combination and compare; may be given several times")
      ->allow_extra_args(false);
  command->add_option("--repeat", sweep->repeat, "seeds of each variant, for confidence intervals of 95 %")
      ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{10'000}))
      ->capture_default_str();
  command->add_option("--jobs", sweep->jobs, "simulations at a time; default: one per core");
  command->add_option("--show", sweep->show, "numbers of the summary to compare, by their paths")
      ->delimiter(',')
      ->capture_default_str();
  add_examples(*command,
               "  mailrig simulate scenarios/first-send.yaml\n"
               "  mailrig simulate scenarios/first-send.yaml --seed 8 --set lists.buyers.unknown=9%\n"
               "  mailrig simulate scenarios/first-send.yaml --sweep lists.buyers.unknown=1%,5%,9% --repeat 10\n");
  command->callback([options, sweep, &exit_status] {
    exit_status = sweeps(*sweep) ? sweep_scenario(*options, *sweep) : play(Mode::virtual_time, *options);
  });
}

}  // namespace mailrig::app
