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
  std::string dns;
  int mx_port = -1;
};

int run(RunCommand& command) {
  auto sender = parse_sender(command.sender);
  if (!sender) return complain(sender.error(), usage_error);
  if (!command.dns.empty()) {
    const auto dns = parse_own_address(command.dns);
    if (!dns) return complain({"--dns: " + dns.error().message}, usage_error);
    sender->dns = *dns;
  }
  sender->mx_port = command.mx_port;
  command.play.sender = std::move(*sender);
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
  command
      ->add_option(
          "--sender", options->sender,
          "the sender under test: builtin; postfix (an unmodified one, in namespaces of its own; needs root); "
          "HOST:PORT of "
          "one that runs on this machine and delivers into the world by its DNS or by mapped ports; none, when "
          "mail comes from outside")
      ->capture_default_str();
  command->add_option("--dns", options->dns,
                      "where the world's DNS listens for HOST:PORT and none; default 127.0.0.1:5353");
  command
      ->add_option("--port", options->mx_port,
                   "of the MX hosts for HOST:PORT and none; default: 25 where permitted, else 2525")
      ->check(CLI::Range(0, 65535));
  command->add_option("--speed", options->speed, "model seconds per wall second, instead of the scenario's")
      ->check(CLI::Range(0.001, 1'000'000.0));
  command->add_option("--duration", options->duration, "end after this much model time, whatever still waits");
  add_examples(*command,
               "  mailrig run scenarios/first-send.yaml\n"
               "  mailrig run scenarios/first-send.yaml --sender postfix\n"
               "  mailrig run my.yaml --sender 127.0.0.1:2525 --dns 127.0.0.1:5353 --port 2526\n"
               "  mailrig run my.yaml --sender none --duration 10m\n"
               "  mailrig run scenarios/first-send.yaml --speed 30 --set receivers.qq.greylist.enabled=true\n");
  command->callback([options, &exit_status] { exit_status = run(*options); });
}

}  // namespace mailrig::app
