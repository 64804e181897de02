#include "sim/app/commands.h"

#include <fmt/format.h>

#include <cstdio>

namespace mailrig::app {

int complain(const Error& error, ExitStatus status) {
  fmt::print(stderr, "mailrig: {}\n", error.to_string());
  return status;
}

void add_examples(CLI::App& command, std::string_view examples) {
  command.footer(fmt::format("\nExamples:\n{}", examples));
}

}  // namespace mailrig::app
