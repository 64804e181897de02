// Playing a scenario from the command line, live or in virtual time: load, run, record, report, exit status.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "fakes/base/instant.h"
#include "sim/app/commands.h"
#include "sim/app/sender_under_test.h"

namespace mailrig::app {

enum class Mode : std::uint8_t { live, virtual_time };

struct PlayOptions {
  std::string scenario;
  std::vector<std::string> sets;
  std::optional<std::uint64_t> seed;
  std::string out;      // empty: results/runs/<scenario>-<time>
  std::string maildir;  // where mailboxes are kept; empty: nowhere. Live runs only
  bool quiet = false;
  // Live runs only.
  std::optional<std::uint64_t> speed_permille;
  std::optional<Duration> duration;
  SenderChoice sender;
};

// What both commands take.
void add_play_options(CLI::App& command, PlayOptions& options);

ExitStatus play(Mode mode, const PlayOptions& options);

}  // namespace mailrig::app
