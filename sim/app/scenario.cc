// mailrig scenario: list, check, and the JSON Schema for editors.
#include "sim/scenario/scenario.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <cstdio>
#include <memory>

#include "fakes/config/nearest.h"
#include "sim/app/commands.h"
#include "sim/app/from_log.h"
#include "sim/pacing/warmup.h"
#include "sim/plan/mix.h"
#include "sim/report/json_text.h"
#include "sim/scenario/listing.h"
#include "sim/scenario/load.h"
#include "sim/world/world.h"

namespace mailrig::app {
namespace {

struct ScenarioOptions {
  std::string folder = "scenarios";
  std::vector<std::string> files;
  std::string format = "text";
  std::string plan;
};

int list(const ScenarioOptions& options) {
  const auto scenarios = scenario::list_scenarios(options.folder);
  if (!scenarios) return complain(scenarios.error(), usage_error);
  boost::json::array rows;
  for (const scenario::Listing& one : *scenarios) {
    if (options.format == "json") {
      rows.push_back({{"file", one.file.string()},
                      {"name", one.name},
                      {"proves", boost::json::array(one.proves.begin(), one.proves.end())},
                      {"shows", one.shows}});
    } else {
      fmt::print("{:<32} {}\n{:<32} {}\n", one.file.string(), fmt::join(one.proves, " "), "",
                 one.fault ? one.fault->to_string() : one.shows);
    }
  }
  if (options.format == "json") fmt::print("{}", report::to_text(rows));
  return passed;
}

// The plans of published warm-ups, or one of them day by day.
int plans(const ScenarioOptions& options) {
  const auto& all = pacing::published_plans();
  if (!options.plan.empty() && pacing::find_plan(options.plan) == nullptr) {
    std::vector<std::string> names;
    names.reserve(all.size());
    for (const pacing::PublishedPlan& plan : all) names.emplace_back(plan.name);
    return complain({"unknown warm-up plan '" + options.plan + "'" + config::suggestion(options.plan, names)},
                    usage_error);
  }
  boost::json::array rows;
  for (const pacing::PublishedPlan& plan : all) {
    if (!options.plan.empty() && plan.name != options.plan) continue;
    const auto& days = plan.warmup.days;
    if (options.format == "json") {
      rows.push_back({{"name", plan.name},
                      {"description", plan.description},
                      {"source", plan.source},
                      {"hourly", plan.warmup.hourly},
                      {"days", boost::json::array(days.begin(), days.end())}});
    } else if (options.plan.empty()) {
      fmt::print("{:<10} {:>2} days, {:>3} to {} a day: {} ({})\n", plan.name, days.size(), days.front(), days.back(),
                 plan.description, plan.source);
    } else {
      fmt::print("{}: {} ({})\n", plan.name, plan.description, plan.source);
      for (std::size_t i = 0; i < days.size(); ++i) fmt::print("{:>3} {:>11}\n", i + 1, days[i]);
    }
  }
  if (options.format == "json") fmt::print("{}", report::to_text(rows));
  return passed;
}

int check(const ScenarioOptions& options) {
  int status = passed;
  for (const std::string& file : options.files) {
    config::Errors errors;
    const auto scenario = scenario::load(file, {}, errors);
    if (!scenario) {
      for (const Error& error : errors.list()) complain(error, usage_error);
      status = usage_error;
      continue;
    }
    const auto traffic = plan::Traffic::create(*scenario, world::receiver_domains(*scenario));
    const auto world =
        world::build_world(*scenario, world::AddressRange::documentation, [](std::uint32_t) { return nullptr; });
    if (!traffic) status = complain(traffic.error(), usage_error);
    if (!world) status = complain(world.error(), usage_error);
    if (traffic && world) fmt::print("{}: ok ({})\n", file, scenario->name);
  }
  return status;
}

}  // namespace

void add_scenario_command(CLI::App& app, int& exit_status) {
  CLI::App* command =
      app.add_subcommand("scenario", "list and check scenarios, print their JSON Schema and plans of warm-ups");
  command->require_subcommand(1);
  add_examples(*command,
               "  mailrig scenario list\n"
               "  mailrig scenario check scenarios/first-send.yaml\n"
               "  mailrig scenario plans sendgrid\n"
               "  mailrig scenario from-log /var/log/mail.log --key secret --out trace.csv\n"
               "  mailrig scenario schema > mailrig.schema.json    completion in editors that speak YAML\n");
  const auto options = std::make_shared<ScenarioOptions>();
  CLI::App* list_command = command->add_subcommand("list", "what each scenario of a folder shows");
  list_command->add_option("folder", options->folder, "default: scenarios");
  list_command->add_option("--format", options->format, "text or json")->check(CLI::IsMember({"text", "json"}));
  list_command->callback([options, &exit_status] { exit_status = list(*options); });
  CLI::App* check_command = command->add_subcommand("check", "every fault of a scenario, with its place");
  check_command->add_option("files", options->files, "scenario files")->required();
  check_command->callback([options, &exit_status] { exit_status = check(*options); });
  CLI::App* plans_command = command->add_subcommand("plans", "warm-ups that sending platforms publish");
  plans_command->add_option("plan", options->plan, "one of them, day by day");
  plans_command->add_option("--format", options->format, "text or json")->check(CLI::IsMember({"text", "json"}));
  plans_command->callback([options, &exit_status] { exit_status = plans(*options); });
  const auto log = std::make_shared<FromLogOptions>();
  CLI::App* log_command = command->add_subcommand("from-log", "a trace for a replay schedule, out of a mail log");
  log_command->add_option("log", log->file, "log of Postfix or Exim; - for standard input")->required();
  log_command->add_option("--key", log->key, "secret behind the made-up addresses; the same key, the same addresses");
  log_command->add_option("--out", log->out, "file for the trace; default: standard output");
  log_command->callback([log, &exit_status] { exit_status = from_log(*log); });
  CLI::App* schema_command = command->add_subcommand("schema", "JSON Schema of scenario files");
  schema_command->callback([&exit_status] {
    fmt::print("{}", report::to_text(scenario::schema()));
    exit_status = passed;
  });
}

}  // namespace mailrig::app
