// Runs a piece of a test in a process of its own that the kernel ends when it takes too much CPU time, so that hostile
// input is met with a bound instead of a stopwatch: the bound is far above what the work takes on any machine, and far
// below what it takes where the time grows faster than the input.
//
//   const BoundedRun run = run_bounded([] { … return true; });
//   EXPECT_TRUE(run.held);
//   EXPECT_LT(run.grown_kb, 100'000);
#pragma once

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <functional>

namespace mailrig {

struct BoundedRun {
  bool held = false;  // the work returned true, within its time
  long grown_kb = 0;  // by how much the memory in use was larger at its peak than before
};

// Sanitizers multiply both; their quarantine keeps what was freed.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr long slowness_factor = 12;
#else
inline constexpr long slowness_factor = 1;
#endif

inline BoundedRun run_bounded(const std::function<bool()>& work, rlim_t cpu_s_max = 10) {
  const pid_t child = fork();
  if (child == 0) {
    const rlim_t seconds = cpu_s_max * static_cast<rlim_t>(slowness_factor);
    const rlimit limit{seconds, seconds};
    setrlimit(RLIMIT_CPU, &limit);
    _exit(work() ? 0 : 1);
  }
  rusage before{};
  getrusage(RUSAGE_SELF, &before);
  int status = 0;
  rusage used{};
  if (child < 0 || wait4(child, &status, 0, &used) != child) return {};
  return {WIFEXITED(status) && WEXITSTATUS(status) == 0, used.ru_maxrss - before.ru_maxrss};
}

}  // namespace mailrig
