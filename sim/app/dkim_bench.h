// mailrig dkim bench, a part of the dkim command.
#pragma once

#include <CLI/App.hpp>

namespace mailrig::app {

void add_dkim_bench_command(CLI::App& dkim, int& exit_status);

}  // namespace mailrig::app
