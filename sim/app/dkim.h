// The subcommands of `mailrig dkim`, one file each.
#pragma once

#include <CLI/App.hpp>

namespace mailrig::app {

void add_dkim_keygen_command(CLI::App& dkim, int& exit_status);
void add_dkim_sign_command(CLI::App& dkim, int& exit_status);
void add_dkim_verify_command(CLI::App& dkim, int& exit_status);
void add_dkim_bench_command(CLI::App& dkim, int& exit_status);

}  // namespace mailrig::app
