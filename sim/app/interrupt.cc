#include "sim/app/interrupt.h"

#include <unistd.h>

#include <csignal>

namespace mailrig::app {
namespace {

std::atomic<bool> interrupted_by_signal{false};

extern "C" void on_signal(int) {
  constexpr int interrupted_status = 130;
  if (interrupted_by_signal.exchange(true)) _exit(interrupted_status);
}

}  // namespace

const std::atomic<bool>& interruption() {
  static_assert(std::atomic<bool>::is_always_lock_free, "set inside a signal handler");
  std::signal(SIGINT, on_signal);
  std::signal(SIGTERM, on_signal);
  return interrupted_by_signal;
}

}  // namespace mailrig::app
