#include "sim/app/from_log.h"

#include <fmt/format.h>

#include <fstream>
#include <iostream>

#include "sim/app/commands.h"
#include "sim/report/files.h"
#include "sim/scenario/mail_log.h"

namespace mailrig::app {
namespace {

void read_lines(std::istream& in, scenario::MailLog& log) {
  std::string line;
  while (std::getline(in, line)) {
    if (line.ends_with('\r')) line.pop_back();
    log.add(line);
  }
}

}  // namespace

int from_log(const FromLogOptions& options) {
  scenario::MailLog log;
  if (options.file == "-") {
    read_lines(std::cin, log);
  } else {
    std::ifstream in(options.file);
    if (!in) return complain({"cannot be read", options.file}, usage_error);
    read_lines(in, log);
  }
  const auto rows = log.trace(options.key);
  fmt::print(stderr, "{} lines: {} messages to {} recipients", log.lines(), log.messages(), rows.size());
  if (log.not_understood() > 0) {
    fmt::print(stderr, "; {} lines not understood, the first is line {}", log.not_understood(),
               log.first_not_understood());
  }
  fmt::print(stderr, "\n");
  if (options.key.empty()) {
    fmt::print(stderr, "without --key SECRET somebody who guesses an address can find it in the trace\n");
  }
  if (rows.empty()) {
    return complain({"no mail of Postfix or Exim in it; expected lines with status=… or with <= and =>", options.file},
                    usage_error);
  }
  const std::string csv = scenario::to_csv(rows);
  if (options.out.empty()) {
    fmt::print("{}", csv);
    return passed;
  }
  auto written = report::write_atomically(options.out, csv);
  return written ? static_cast<int>(passed) : complain(written.error(), environment_error);
}

}  // namespace mailrig::app
