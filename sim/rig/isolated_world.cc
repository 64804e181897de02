#include "sim/rig/isolated_world.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <iterator>

#include "sim/rig/own_network.h"
#include "sim/rig/system.h"
#include "sim/rig/user_namespace.h"

namespace mailrig::rig {
namespace {

namespace fs = std::filesystem;

Result<void> mount_at(const char* type, const std::string& where, unsigned long flags, const std::string& data) {
  if (mount(type, where.c_str(), type, flags, data.c_str()) == 0) return {};
  return system_error(fmt::format("cannot mount {} at {}", type, where));
}

// Changes stay in memory; what is unpacked lies between them and the machine's own.
Result<void> lay_over(const std::string& folder, const fs::path& programs) {
  const std::string changes = "/run/mailrig/over/" + folder;
  fs::create_directories(changes + "/upper");
  fs::create_directories(changes + "/work");
  const std::string below =
      programs.empty() ? "/" + folder : fmt::format("{}/{}:/{}", programs.string(), folder, folder);
  return mount_at("overlay", "/" + folder, 0,
                  fmt::format("lowerdir={},upperdir={}/upper,workdir={}/work", below, changes, changes));
}

// Root of a user namespace cannot change what belongs to the machine's root, not even under an overlay. So /etc becomes
// a copy of what can be read of it.
Result<void> copy_etc(const fs::path& programs) {
  const fs::path copy = "/run/mailrig/etc";
  const auto take = [&copy](const fs::path& from) {
    const fs::copy_options options = fs::copy_options::copy_symlinks | fs::copy_options::overwrite_existing;
    std::error_code unreadable;
    for (fs::recursive_directory_iterator entry(from, fs::directory_options::skip_permission_denied, unreadable), end;
         !unreadable && entry != end; entry.increment(unreadable)) {
      const fs::path to = copy / entry->path().lexically_relative(from);
      std::error_code ignored;
      if (entry->is_directory(ignored) && !entry->is_symlink(ignored)) {
        fs::create_directories(to, ignored);
      } else {
        fs::copy(entry->path(), to, options, ignored);
      }
    }
  };
  fs::create_directories(copy);
  take("/etc");
  if (!programs.empty()) take(programs / "etc");
  if (mount(copy.c_str(), "/etc", nullptr, MS_BIND, nullptr) == 0) return {};
  return system_error("cannot put a copy at /etc");
}

// In the holder, in its new namespaces.
Result<void> furnish(const IsolatedWorldOptions& options) {
  if (mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0)
    return system_error("cannot make mounts private");
  if (auto done = mount_at("tmpfs", "/run", MS_NOSUID | MS_NODEV, "mode=755"); !done) return done;
  for (const char* folder : {"usr", "var"}) {
    if (auto done = lay_over(folder, options.programs); !done) return done;
  }
  auto etc = in_own_user_namespace() ? copy_etc(options.programs) : lay_over("etc", options.programs);
  if (!etc) return etc;
  if (auto done = mount_at("proc", "/proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, ""); !done) return done;
  if (auto done = mount_at("tmpfs", "/dev/shm", MS_NOSUID | MS_NODEV, "mode=1777"); !done) return done;
  if (auto done = write_file("/etc/resolv.conf",
                             fmt::format("nameserver {}\noptions timeout:1 attempts:2\n", options.nameserver));
      !done) {
    return done;
  }
  if (auto done = write_file("/etc/hosts", "127.0.0.1 localhost\n"); !done) return done;
  return write_file(
      "/etc/nsswitch.conf",
      "passwd: files\ngroup: files\nshadow: files\nhosts: files dns\nservices: files\nprotocols: files\n");
}

// Init of the pid namespace: buries whoever dies in it, and waits to be killed.
[[noreturn]] void hold() {
  sigset_t children;
  sigemptyset(&children);
  sigaddset(&children, SIGCHLD);
  pthread_sigmask(SIG_BLOCK, &children, nullptr);
  for (;;) {
    while (waitpid(-1, nullptr, WNOHANG) > 0) {
    }
    int signal = 0;
    sigwait(&children, &signal);
  }
}

void die_with_parent(pid_t parent) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(1);
}

// What children have to say on their way: nothing when all is well.
void report(int pipe, const std::string& text) {
  if (write(pipe, text.data(), text.size()) < 0) _exit(1);
}

// Only the second child is in the new pid namespace (pid_namespaces(7)); the first one is what ties it to us.
[[noreturn]] void be_holder(const IsolatedWorldOptions& options, int pipe, pid_t parent) {
  die_with_parent(parent);
  setsid();
  if (unshare(CLONE_NEWPID | CLONE_NEWNS) != 0) {
    report(pipe, system_error("cannot make pid and mount namespaces").message);
    _exit(1);
  }
  int pair[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0) {
    report(pipe, system_error("cannot make a pair of sockets").message);
    _exit(1);
  }
  const pid_t init = fork();
  if (init < 0) {
    report(pipe, system_error("cannot fork").message);
    _exit(1);
  }
  char byte = 0;
  if (init == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    // A parent outside the namespace has no number in here, so it has to say itself that it still lives.
    close(pair[0]);
    if (write(pair[1], &byte, 1) != 1 || read(pair[1], &byte, 1) != 1) _exit(1);
    close(pair[1]);
    std::string fault;
    try {
      if (const auto done = furnish(options); !done) fault = done.error().to_string();
    } catch (const std::exception& error) {
      fault = error.what();
    }
    if (!fault.empty()) {
      report(pipe, fault);
      _exit(1);
    }
    report(pipe, "ready");
    ::close(pipe);
    if (chdir("/") != 0) _exit(1);
    hold();
  }
  close(pair[1]);
  if (read(pair[0], &byte, 1) == 1 && write(pair[0], &byte, 1) != 1) _exit(1);
  close(pair[0]);
  report(pipe, fmt::format("pid {};", init));
  ::close(pipe);
  while (waitpid(init, nullptr, 0) < 0 && errno == EINTR) {
  }
  _exit(0);
}

std::string read_all(int descriptor) {
  std::string text;
  char buffer[4096];
  for (;;) {
    const ssize_t got = read(descriptor, buffer, sizeof buffer);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return text;
    text.append(buffer, static_cast<std::size_t>(got));
  }
}

}  // namespace

Result<IsolatedWorld> IsolatedWorld::open(const IsolatedWorldOptions& options) {
  if (geteuid() != 0) return Error{"an isolated world needs root"};
  if (auto entered = enter_own_network(options.networks, options.addresses); !entered) return entered.error();
  int pipe[2];
  if (pipe2(pipe, O_CLOEXEC) != 0) return system_error("cannot make a pipe");
  const pid_t self = getpid();
  const pid_t keeper = fork();
  if (keeper < 0) return system_error("cannot fork");
  if (keeper == 0) {
    ::close(pipe[0]);
    be_holder(options, pipe[1], self);
  }
  ::close(pipe[1]);
  const std::string words = read_all(pipe[0]);
  ::close(pipe[0]);
  // "pid 123;" comes from the keeper, "ready" or a fault from init, whichever is first.
  IsolatedWorld world;
  world.keeper_ = keeper;
  std::string rest = words;
  if (const auto at = words.find("pid "); at != std::string::npos) {
    world.init_ = std::stoi(words.substr(at + 4));
    rest.erase(at, words.find(';', at) + 1 - at);
  }
  if (rest != "ready" || world.init_ == 0) {
    return Error{fmt::format("cannot make an isolated world: {}", rest.empty() ? "its holder died" : rest)};
  }
  return world;
}

fs::path IsolatedWorld::outside(const fs::path& path) const {
  return fs::path(fmt::format("/proc/{}/root", init_)) / path.relative_path();
}

std::vector<std::string> IsolatedWorld::inside(std::vector<std::string> command) const {
  std::vector<std::string> words = {"nsenter", "--target", std::to_string(init_), "--mount", "--pid", "--"};
  words.insert(words.end(), std::make_move_iterator(command.begin()), std::make_move_iterator(command.end()));
  return words;
}

void IsolatedWorld::close() {
  if (keeper_ == 0) return;
  if (init_ != 0) kill(init_, SIGKILL);
  if (init_ == 0) kill(keeper_, SIGKILL);
  // The keeper returns when everything in the pid namespace is gone.
  while (waitpid(keeper_, nullptr, 0) < 0 && errno == EINTR) {
  }
  keeper_ = init_ = 0;
}

}  // namespace mailrig::rig
