// The subcommands of mailrig. Each adds itself to the command line and leaves its exit status in `exit_status`.
#pragma once

#include <CLI/App.hpp>
#include <string>
#include <string_view>

#include "fakes/base/result.h"

namespace mailrig::app {

// Contract: where several apply, interrupted, environment, invalid, failed.
enum ExitStatus : int {
  passed = 0,
  expectation_failed = 1,
  usage_error = 2,        // command line, scenario or profile
  environment_error = 3,  // port taken, no permission, sender would not start
  measurement_invalid = 4,
  interrupted = 130,
};

void add_run_command(CLI::App& app, int& exit_status);
void add_simulate_command(CLI::App& app, int& exit_status);
void add_plan_command(CLI::App& app, int& exit_status);
void add_serve_command(CLI::App& app, int& exit_status);
void add_report_command(CLI::App& app, int& exit_status);
void add_explain_command(CLI::App& app, int& exit_status);
void add_isp_command(CLI::App& app, int& exit_status);
void add_scenario_command(CLI::App& app, int& exit_status);
void add_check_command(CLI::App& app, int& exit_status);
void add_dkim_command(CLI::App& app, int& exit_status);
void add_spf_command(CLI::App& app, int& exit_status);
void add_dmarc_command(CLI::App& app, int& exit_status);

// "mailrig: MESSAGE" on standard error.
int complain(const Error& error, ExitStatus status);

// "Examples:" under a command's --help.
void add_examples(CLI::App& command, std::string_view examples);

}  // namespace mailrig::app
