#include "sim/rig/command.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "sim/rig/system.h"

namespace mailrig::rig {
namespace {

using Wall = std::chrono::steady_clock;

// Descriptors that a child gets instead of ours.
class FileActions {
 public:
  FileActions() {
    posix_spawn_file_actions_init(&actions_);
    posix_spawn_file_actions_addopen(&actions_, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  }
  ~FileActions() { posix_spawn_file_actions_destroy(&actions_); }
  FileActions(const FileActions&) = delete;
  FileActions& operator=(const FileActions&) = delete;

  void output_to(int descriptor) {
    posix_spawn_file_actions_adddup2(&actions_, descriptor, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions_, descriptor, STDERR_FILENO);
  }
  void output_to(const std::string& file) {
    posix_spawn_file_actions_addopen(&actions_, STDOUT_FILENO, file.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
    posix_spawn_file_actions_adddup2(&actions_, STDOUT_FILENO, STDERR_FILENO);
  }
  // Sockets are not theirs: a child that kept a listener would keep its port.
  const posix_spawn_file_actions_t* finish() {
    posix_spawn_file_actions_addclosefrom_np(&actions_, STDERR_FILENO + 1);
    return &actions_;
  }

 private:
  posix_spawn_file_actions_t actions_{};
};

Result<pid_t> spawn(const std::vector<std::string>& words, FileActions& actions) {
  std::vector<char*> arguments;
  arguments.reserve(words.size() + 1);
  for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  // Ctrl-C on the terminal is ours to handle; what we block or ignore is not theirs to inherit.
  posix_spawnattr_t attributes{};
  posix_spawnattr_init(&attributes);
  sigset_t nothing;
  sigemptyset(&nothing);
  sigset_t usual;
  sigfillset(&usual);
  posix_spawnattr_setsigmask(&attributes, &nothing);
  posix_spawnattr_setsigdefault(&attributes, &usual);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  pid_t pid = 0;
  const int error = posix_spawnp(&pid, arguments[0], actions.finish(), &attributes, arguments.data(), environ);
  posix_spawnattr_destroy(&attributes);
  if (error != 0) return system_error("cannot run " + words[0], error);
  return pid;
}

int status_of(int wait_status) {
  return WIFEXITED(wait_status) ? WEXITSTATUS(wait_status) : 128 + WTERMSIG(wait_status);
}

int wait_for(pid_t pid) {
  int status = 0;
  while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  return status_of(status);
}

}  // namespace

Result<CommandResult> run_command(const std::vector<std::string>& words, std::chrono::milliseconds timeout,
                                  std::size_t output_max) {
  int pipe[2];
  if (pipe2(pipe, O_CLOEXEC) != 0) return system_error("cannot make a pipe");
  Result<pid_t> pid = Error{};
  {
    FileActions actions;
    actions.output_to(pipe[1]);
    pid = spawn(words, actions);
  }
  close(pipe[1]);
  if (!pid) {
    close(pipe[0]);
    return pid.error();
  }
  CommandResult result;
  const auto deadline = Wall::now() + timeout;
  bool open = true;
  std::vector<char> buffer(64 << 10);
  while (open && Wall::now() < deadline) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Wall::now());
    pollfd readable{pipe[0], POLLIN, 0};
    if (poll(&readable, 1, static_cast<int>(std::max<std::int64_t>(left.count(), 1))) <= 0) continue;
    const ssize_t got = read(pipe[0], buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    open = got > 0;
    if (open)
      result.output.append(buffer.data(),
                           std::min<std::size_t>(static_cast<std::size_t>(got), output_max - result.output.size()));
  }
  close(pipe[0]);
  if (open) {
    ::kill(*pid, SIGKILL);
    wait_for(*pid);
    return Error{fmt::format("{} did not end within {} s", fmt::join(words, " "),
                             std::chrono::duration_cast<std::chrono::seconds>(timeout).count())};
  }
  result.status = wait_for(*pid);
  return result;
}

Result<BackgroundCommand> BackgroundCommand::start(const std::vector<std::string>& words,
                                                   const std::string& output_file) {
  FileActions actions;
  actions.output_to(output_file);
  auto pid = spawn(words, actions);
  if (!pid) return pid.error();
  return BackgroundCommand(*pid);
}

std::optional<int> BackgroundCommand::ended() {
  if (pid_ == 0) return 0;
  int status = 0;
  if (waitpid(pid_, &status, WNOHANG) != pid_) return std::nullopt;
  pid_ = 0;
  return status_of(status);
}

void BackgroundCommand::kill() {
  if (pid_ == 0) return;
  ::kill(pid_, SIGKILL);
  wait_for(std::exchange(pid_, 0));
}

}  // namespace mailrig::rig
