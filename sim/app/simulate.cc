// mailrig simulate: the same scenario in virtual time.
#include <CLI/CLI.hpp>
#include <memory>

#include "sim/app/commands.h"
#include "sim/app/play.h"

namespace mailrig::app {

void add_simulate_command(CLI::App& app, int& exit_status) {
  CLI::App* command = app.add_subcommand("simulate", "play a scenario in virtual time, without sockets");
  const auto options = std::make_shared<PlayOptions>();
  add_play_options(*command, *options);
  add_examples(*command,
               "  mailrig simulate scenarios/first-send.yaml\n"
               "  mailrig simulate scenarios/first-send.yaml --seed 8 --set lists.buyers.unknown=9%\n");
  command->callback([options, &exit_status] { exit_status = play(Mode::virtual_time, *options); });
}

}  // namespace mailrig::app
