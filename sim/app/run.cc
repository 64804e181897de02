// mailrig run: a live run.
#include <CLI/CLI.hpp>
#include <cmath>
#include <memory>

#include "fakes/base/units.h"
#include "sim/app/commands.h"
#include "sim/app/own_address.h"
#include "sim/app/play.h"

namespace mailrig::app {
namespace {

struct RunCommand {
  PlayOptions play;
  std::string sender = "builtin";
  double speed = 0;
  std::string duration;
};

int run(RunCommand& command) {
  if (command.sender != "builtin") {
    if (const auto target = parse_own_address(command.sender);
        !target && command.sender.find(':') != std::string::npos) {
      return complain(target.error(), usage_error);
    }
    return complain({"--sender " + command.sender + " is not available in this version; the one that is: builtin"},
                    usage_error);
  }
  if (command.speed > 0) command.play.speed_permille = static_cast<std::uint64_t>(std::llround(command.speed * 1000));
  if (!command.duration.empty()) {
    const auto duration = parse_duration(command.duration);
    if (!duration) return complain({"--duration: " + duration.error().message}, usage_error);
    command.play.duration = *duration;
  }
  return play(Mode::live, command.play);
}

}  // namespace

void add_run_command(CLI::App& app, int& exit_status) {
  CLI::App* command = app.add_subcommand("run", "play a scenario over real sockets");
  const auto options = std::make_shared<RunCommand>();
  add_play_options(*command, options->play);
  command->add_option("--sender", options->sender, "the sender under test")->capture_default_str();
  command->add_option("--speed", options->speed, "model seconds per wall second, instead of the scenario's")
      ->check(CLI::Range(0.001, 1'000'000.0));
  command->add_option("--duration", options->duration, "end after this much model time, whatever still waits");
  add_examples(*command,
               "  mailrig run scenarios/first-send.yaml\n"
               "  mailrig run scenarios/first-send.yaml --speed 30 --set receivers.qq.greylist.enabled=true\n");
  command->callback([options, &exit_status] { exit_status = run(*options); });
}

}  // namespace mailrig::app
