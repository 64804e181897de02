// A world of its own for a real MTA, on Linux and as root. The process enters a network namespace that has nothing but
// a loopback device, on which the addresses of the world are local: receivers listen at their own addresses on port 25,
// and no packet can leave. Beside it, a small process holds a mount and a pid namespace in which the machine's file
// system can be changed without touching the machine: /etc, /usr and /var lie under overlays, /run and /dev/shm are
// fresh. All that is written there is in memory. When the holder dies, everything in its namespaces dies with it, and
// it dies with this process, however that ends: so nothing is ever left behind.
//
// Main thread only; open() before any other thread exists, because threads have network namespaces of their own.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "fakes/base/ip_address.h"
#include "fakes/base/result.h"
#include "sim/rig/command.h"

namespace mailrig::rig {

struct IsolatedWorldOptions {
  std::vector<IpAddress> networks;   // IPv4, each a /24 that is local as a whole
  std::vector<IpAddress> addresses;  // IPv4, local one by one
  std::filesystem::path programs;    // laid over the machine's files, see packages.h; may be empty
  std::string nameserver;            // for /etc/resolv.conf
};

class IsolatedWorld {
 public:
  // Errors say what is missing: root, namespaces, overlays.
  static Result<IsolatedWorld> open(const IsolatedWorldOptions& options);
  ~IsolatedWorld() { close(); }
  IsolatedWorld(IsolatedWorld&& other) noexcept
      : keeper_(std::exchange(other.keeper_, 0)), init_(std::exchange(other.init_, 0)) {}
  IsolatedWorld& operator=(IsolatedWorld&&) = delete;

  // `path` of the world inside, as this process can open it.
  std::filesystem::path outside(const std::filesystem::path& path) const;
  // The words that run a command inside.
  std::vector<std::string> inside(std::vector<std::string> command) const;
  // Kills everything inside, and returns when it is gone.
  void close();

 private:
  IsolatedWorld() = default;

  pid_t keeper_ = 0;  // our child, which dies with us
  pid_t init_ = 0;    // its child: process 1 inside, which dies with it
};

}  // namespace mailrig::rig
