// mailrig plan: the steepest warm-up with which a scenario still meets a goal.
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <memory>
#include <thread>

#include "fakes/base/units.h"
#include "sim/app/commands.h"
#include "sim/app/interrupt.h"
#include "sim/report/json_text.h"
#include "sim/report/style.h"
#include "sim/report/table.h"
#include "sim/report/view.h"
#include "sim/scenario/load.h"
#include "sim/sweep/planner.h"
#include "sim/sweep/simulation.h"

namespace mailrig::app {
namespace {

struct PlanOptions {
  std::string scenario;
  std::string goal;
  std::string sender;
  std::string max = "10k";
  std::string start = "10";
  std::vector<std::string> sets;
  std::uint64_t repeat = 1;
  unsigned jobs = 0;
};

// The value that the only expectation is about, and whether it held.
struct Goal {
  std::optional<double> value;
  bool met = false;
};
Goal goal_of(const boost::json::value& summary) {
  const boost::json::array& expectations = report::array_at(summary, {"expectations"});
  if (expectations.empty()) return {};
  return {report::number_at(expectations.front(), {"value"}), report::flag_at(expectations.front(), {"pass"})};
}

// Whether more of the number is what is wanted.
bool wants_more(std::string_view goal) {
  return goal.find('>') != std::string_view::npos;
}

sweep::Tried judged(const sweep::WarmupCandidate& candidate, std::span<const boost::json::value> summaries, bool more) {
  sweep::Tried tried{candidate, true, std::nullopt};
  for (const boost::json::value& summary : summaries) {
    const Goal goal = goal_of(summary);
    tried.met = tried.met && goal.met;
    if (!goal.value) continue;
    const bool worse = !tried.value || (more ? *goal.value < *tried.value : *goal.value > *tried.value);
    if (worse) tried.value = goal.value;
  }
  return tried;
}

std::string value_text(const std::optional<double>& value) {
  return value ? report::plain_decimal(*value) : std::string("-");
}

void print_search(const sweep::Search& search, const PlanOptions& options) {
  report::Table table({{"start"}, {"growth"}, {"days"}, {"goal"}, {options.goal}});
  for (const sweep::Tried& tried : search.steepest) {
    table.add({fmt::format("{}", tried.candidate.start), fmt::format("{:.2f}", tried.candidate.growth_milli / 1000.0),
               fmt::format("{}", sweep::days_of(tried.candidate)), tried.met ? "met" : "missed",
               value_text(tried.value)});
  }
  fmt::print("For each start the steepest growth that meets the goal, or the gentlest, which does not:\n{}\n",
             table.text(report::style_for(1)));
}

// Of those that missed the goal, the one that came nearest.
const sweep::Tried* nearest_miss(const sweep::Search& search, bool more) {
  const sweep::Tried* nearest = nullptr;
  for (const sweep::Tried& tried : search.steepest) {
    if (!tried.value) continue;
    const bool nearer = nearest == nullptr || (more ? *tried.value > *nearest->value : *tried.value < *nearest->value);
    if (nearer) nearest = &tried;
  }
  return nearest;
}

int plan(const PlanOptions& options) {
  std::vector<std::string> sets = options.sets;
  const auto scenario = scenario::load(options.scenario, sets);
  if (!scenario) return complain(scenario.error(), usage_error);
  sets.push_back("expect=[\"" + options.goal + "\"]");
  if (const auto with_goal = scenario::load(options.scenario, sets); !with_goal) {
    return complain(Error{"--goal: " + with_goal.error().message}, usage_error);
  }
  if (options.sender.empty() && scenario->senders.size() != 1) {
    return complain(Error{"--sender: the scenario has several senders; say which one is to be warmed up"}, usage_error);
  }
  const std::string sender = options.sender.empty() ? scenario->senders.front().name : options.sender;
  const auto max = parse_count(options.max);
  const auto start = parse_count(options.start);
  if (!max || !start) return complain(!max ? max.error() : start.error(), usage_error);
  if (*start == 0 || *start > *max) return complain(Error{"--start must be from 1 to --max"}, usage_error);

  const auto& stop = interruption();
  const unsigned threads = options.jobs > 0 ? options.jobs : std::max(1U, std::thread::hardware_concurrency());
  const bool shows_progress = isatty(STDERR_FILENO) == 1;
  const bool more = wants_more(options.goal);
  std::optional<Error> failure;
  std::size_t played = 0;
  const auto play = [&](std::span<const sweep::WarmupCandidate> candidates) {
    std::vector<sweep::Job> jobs;
    for (const sweep::WarmupCandidate& candidate : candidates) {
      sweep::Job job{sets, scenario->seed};
      job.sets.push_back(fmt::format("senders.{}.warmup={}", sender, to_yaml(candidate)));
      for (std::uint64_t i = 0; i < options.repeat; ++i, ++job.seed) jobs.push_back(job);
    }
    std::vector<sweep::Tried> tried;
    const auto summaries = sweep::simulate_all(options.scenario, jobs, threads, stop, [&](std::size_t) {
      ++played;
      if (shows_progress) fmt::print(stderr, "\r{} simulations", played);
    });
    if (!summaries) {
      failure = summaries.error();
      return tried;
    }
    if (stop.load()) return tried;
    for (std::size_t i = 0; i < candidates.size(); ++i) {
      tried.push_back(judged(candidates[i], std::span(*summaries).subspan(i * options.repeat, options.repeat), more));
    }
    return tried;
  };
  const sweep::Search search = sweep::find_steepest(*start, *max, play);
  if (shows_progress) fmt::print(stderr, "\r\033[K");
  if (failure) return complain(*failure, usage_error);
  if (stop.load()) return interrupted;

  print_search(search, options);
  if (search.best) {
    fmt::print("The one that is done first, after {} days:\n  senders: {{ {}: {{ warmup: {} }} }}\n",
               sweep::days_of(search.best->candidate), sender, to_yaml(search.best->candidate));
    return passed;
  }
  fmt::print("No warm-up meets {}.\n", options.goal);
  if (const sweep::Tried* nearest = nearest_miss(search, more)) {
    fmt::print("The nearest: {} gives {}\n", to_yaml(nearest->candidate), value_text(nearest->value));
  }
  return expectation_failed;
}

}  // namespace

void add_plan_command(CLI::App& app, int& exit_status) {
  CLI::App* command = app.add_subcommand("plan", "search the steepest warm-up that still meets a goal");
  const auto options = std::make_shared<PlanOptions>();
  command->add_option("scenario", options->scenario, "the scenario file")->required();
  command->add_option("--goal", options->goal, "an expectation, such as \"rates.inbox >= 95%\"")->required();
  command->add_option("--sender", options->sender, "whose warm-up; default: the only sender's");
  command->add_option("--max", options->max, "copies a day for each address and provider that it grows to")
      ->capture_default_str();
  command->add_option("--start", options->start, "the fewest to start with")->capture_default_str();
  command->add_option("--set", options->sets, "path=value: changes the scenario")->allow_extra_args(false);
  command->add_option("--repeat", options->repeat, "seeds with which the goal must be met, each of them")
      ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1'000}))
      ->capture_default_str();
  command->add_option("--jobs", options->jobs, "simulations at a time; default: one per core");
  add_examples(
      *command,
      "  mailrig plan scenarios/automatic-warmup-with-carry-over.yaml --goal \"rates.inbox >= 95%\" --max 2k\n");
  command->callback([options, &exit_status] { exit_status = plan(*options); });
}

}  // namespace mailrig::app
