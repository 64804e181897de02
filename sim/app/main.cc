// mailrig: a wind tunnel for email.
#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>
#include <exception>

#include "sim/app/commands.h"
#include "sim/app/version.h"

// NOLINTNEXTLINE(bugprone-exception-escape): where not even a complaint has room, std::terminate() is right
int main(int argc, char** argv) {
  // A peer that hangs up is an event on its socket, not the end of the program.
  std::signal(SIGPIPE, SIG_IGN);
  int exit_status = mailrig::app::passed;
  CLI::App app(
      "mailrig: a wind tunnel for email. Plays traffic from any SMTP sender against a pretend internet of\n"
      "mailbox providers, and accounts for every delivery.");
  app.set_version_flag("--version", std::string("mailrig ") + mailrig::app::version);
  app.require_subcommand(1);
  mailrig::app::add_run_command(app, exit_status);
  mailrig::app::add_simulate_command(app, exit_status);
  mailrig::app::add_plan_command(app, exit_status);
  mailrig::app::add_serve_command(app, exit_status);
  mailrig::app::add_report_command(app, exit_status);
  mailrig::app::add_explain_command(app, exit_status);
  mailrig::app::add_scenario_command(app, exit_status);
  mailrig::app::add_isp_command(app, exit_status);
  mailrig::app::add_check_command(app, exit_status);
  mailrig::app::add_dkim_command(app, exit_status);
  mailrig::app::add_spf_command(app, exit_status);
  mailrig::app::add_dmarc_command(app, exit_status);
  mailrig::app::add_examples(app,
                             "  mailrig run scenarios/first-send.yaml        real sockets, at the scenario's speed\n"
                             "  mailrig simulate scenarios/first-send.yaml   the same without sockets, at once\n"
                             "  mailrig serve --isp gmail --isp qq           receivers for your own sender\n");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? mailrig::app::passed : mailrig::app::usage_error;
  } catch (const std::exception& error) {
    return mailrig::app::complain({error.what()}, mailrig::app::environment_error);
  }
  return exit_status;
}
