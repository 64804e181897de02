#include "sim/app/play.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <memory>
#include <utility>

#include "sim/app/interrupt.h"
#include "sim/app/maildir_option.h"
#include "sim/app/recorder.h"
#include "sim/live/driver.h"
#include "sim/report/expectations.h"
#include "sim/report/files.h"
#include "sim/report/text.h"
#include "sim/scenario/load.h"
#include "sim/virtual/driver.h"
#include "sim/world/bounce_log.h"
#include "sim/world/readership.h"
#include "sim/world/world.h"

namespace mailrig::app {
namespace {

// Later than this against its schedule, in wall time, for one message in a hundred: then the rig and not the sender
// set the pace, and the run is not valid.
constexpr Duration schedule_lag_p99_max = std::chrono::seconds(1);

// Every fault of the scenario is printed; nothing when there is one.
std::optional<scenario::Scenario> load_scenario(const PlayOptions& options) {
  std::vector<std::string> sets = options.sets;
  if (options.seed) sets.push_back(fmt::format("seed={}", *options.seed));
  config::Errors errors;
  auto scenario = scenario::load(options.scenario, sets, errors);
  for (const Error& error : errors.list()) complain(error, usage_error);
  return scenario;
}

std::string default_folder(const scenario::Scenario& scenario) {
  std::string time = wall_now();
  std::erase_if(time, [](char c) { return c == ':' || c == '-'; });
  return fmt::format("results/runs/{}-{}", scenario.name, time);
}

ExitStatus exit_status(const boost::json::value& summary, bool was_interrupted) {
  const auto& verdict = summary.at("verdict").as_string();
  if (was_interrupted) return interrupted;
  if (verdict == "invalid") return measurement_invalid;
  return verdict == "pass" ? passed : expectation_failed;
}

}  // namespace

void add_play_options(CLI::App& command, PlayOptions& options) {
  command.add_option("scenario", options.scenario, "scenario file")->required();
  command.add_option("--set", options.sets, "change a value of the scenario: path=value; may be repeated")
      ->allow_extra_args(false);
  command.add_option("--seed", options.seed, "another seed than the scenario's");
  command.add_option("--out", options.out, "folder for the results; default: results/runs/<scenario>-<time>");
  add_maildir_option(command, options.maildir);
  command.add_flag("--quiet", options.quiet, "no progress and no report; the exit status says it");
}

ExitStatus play(Mode mode, const PlayOptions& options) {
  if (mode == Mode::virtual_time && !options.maildir.empty()) {
    return static_cast<ExitStatus>(complain(
        {"--maildir: in virtual time there are facts about messages, but no messages to write; use mailrig run"},
        usage_error));
  }
  const auto scenario = load_scenario(options);
  if (!scenario) return usage_error;
  auto traffic = plan::Traffic::create(*scenario, world::receiver_domains(*scenario));
  if (!traffic) return static_cast<ExitStatus>(complain(traffic.error(), usage_error));

  if (auto able = check_ability(options.sender, *scenario); !able) {
    return static_cast<ExitStatus>(complain(able.error(), usage_error));
  }

  const std::filesystem::path folder = options.out.empty() ? default_folder(*scenario) : options.out;
  RunKind kind{.mode = mode, .sender = options.sender.name};
  if (mode == Mode::live) kind.speed_permille = options.speed_permille.value_or(std::uint64_t{scenario->speed} * 1000);
  auto sender = prepare_sender(options.sender, *scenario, kind.speed_permille.value_or(1000), folder,
                               [&options](std::string_view text) {
                                 if (!options.quiet) fmt::print(stderr, "{}\n", text);
                               });
  if (!sender) return static_cast<ExitStatus>(complain(sender.error(), environment_error));
  kind.insight = sender->insight;
  kind.notes = notices(*scenario);
  kind.notes.insert(kind.notes.end(), sender->notes.begin(), sender->notes.end());
  kind.from_outside = options.sender.kind == SenderChoice::Kind::none;
  auto recorder = Recorder::open(*scenario, folder, kind, options.quiet);
  if (!recorder) return static_cast<ExitStatus>(complain(recorder.error(), environment_error));
  measure::Ledger& ledger = (*recorder)->ledger();

  world::Readership readership(*scenario, ledger);
  auto store = open_mail_store(options.maildir);
  if (!store) return static_cast<ExitStatus>(complain(store.error(), environment_error));

  world::BounceLog bounces(ledger, sender->probe.get());
  auto world = world::build_world(
      *scenario, sender->range,
      [&](std::uint32_t index) -> receiver::Observer* {
        if (index >= world::observed_parties(*scenario)) return &bounces;
        receiver::Observer& told = *readership.in_front_of(index, &ledger.observer(index));
        const bool has_mailboxes = index < scenario->receivers.size();
        return *store && has_mailboxes ? (*store)->keep(scenario->receivers[index].name, &told) : &told;
      },
      sender->probe != nullptr);
  if (!world) return static_cast<ExitStatus>(complain(world.error(), usage_error));

  if (sender->probe) {
    const std::string table = routes(**world, sender->internet.own_addresses_port.value_or(25));
    if (auto written = report::write_atomically(folder / "routes", table); !written) {
      return static_cast<ExitStatus>(complain(written.error(), environment_error));
    }
    if (!options.quiet) fmt::print(stderr, "routes into the world: {}\n", (folder / "routes").string());
  }

  if (mode == Mode::live && (*world)->dnssec) {
    const std::string anchor = dns::trust_anchor_file((*world)->dnssec->root());
    if (auto written = report::write_atomically(folder / "trust-anchor", anchor); !written) {
      return static_cast<ExitStatus>(complain(written.error(), environment_error));
    }
    if (!options.quiet) {
      fmt::print(stderr, "trust anchor of the world's DNS: {}\n", (folder / "trust-anchor").string());
    }
  }

  const auto& stop = interruption();
  report::RigInfo rig;
  Instant ended{};
  const auto progress = [&](Instant now) { (*recorder)->progress(now); };
  if (mode == Mode::live) {
    live::RunOptions run{.speed_permille = *kind.speed_permille,
                         .duration = options.duration,
                         .interrupted = &stop,
                         .progress = progress,
                         .readership = &readership,
                         .internet = sender->internet,
                         .sender = sender->foreign.get()};
    run.listening = [&](const std::string& host, const std::string& address) {
      (*recorder)->note(fmt::format("endpoint {}", host), address);
    };
    auto result = live::run(*scenario, **world, *traffic, ledger, run);
    if (!result) return static_cast<ExitStatus>(complain(result.error(), environment_error));
    ended = result->ended;
    rig.saturated = result->lag.percentile(990) > schedule_lag_p99_max;
    rig.schedule_lag = std::move(result->lag);
  } else {
    ended = virtual_time::run(*scenario, **world, *traffic, ledger,
                              {.interrupted = &stop, .progress = progress, .readership = &readership});
  }

  if (!stop.load()) readership.finish();
  auto summary = (*recorder)->finish(ended, stop.load(), rig);
  if (!summary) return static_cast<ExitStatus>(complain(summary.error(), environment_error));
  if (!options.quiet) {
    fmt::print("{}", report::text_report(*summary, report::style_for(1)));
    fmt::print("\nAll of it is in {}\n", folder.string());
  }
  const ExitStatus status = exit_status(*summary, stop.load());
  return is_complete(store->get()) || status == interrupted ? status : environment_error;
}

}  // namespace mailrig::app
