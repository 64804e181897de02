// Running other programs: to their end with what they print, or in the background. Thread-safe.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "fakes/base/result.h"

namespace mailrig::rig {

struct CommandResult {
  int status = 0;      // exit status; 128 + signal when it was killed
  std::string output;  // standard output and standard error
};

// Fails when the program cannot be started, or does not end within `timeout` of the wall (it is killed then).
// `output_max` bytes are kept.
Result<CommandResult> run_command(const std::vector<std::string>& words,
                                  std::chrono::milliseconds timeout = std::chrono::seconds(30),
                                  std::size_t output_max = std::size_t{256} << 20);

// A program in the background, with its output in a file. Killed by the destructor at the latest.
class BackgroundCommand {
 public:
  static Result<BackgroundCommand> start(const std::vector<std::string>& words, const std::string& output_file);
  ~BackgroundCommand() { kill(); }
  BackgroundCommand(BackgroundCommand&& other) noexcept : pid_(std::exchange(other.pid_, 0)) {}
  BackgroundCommand& operator=(BackgroundCommand&& other) noexcept {
    std::swap(pid_, other.pid_);
    return *this;
  }

  // Its exit status once it has ended.
  std::optional<int> ended();
  void kill();

 private:
  explicit BackgroundCommand(pid_t pid) : pid_(pid) {}
  pid_t pid_ = 0;  // 0: ended
};

}  // namespace mailrig::rig
