// How fast this machine signs and verifies DKIM, beside the bare OpenSSL operation of the same process, and where the
// time goes. One call measures with one thread and then with more; it blocks until it is done.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "fakes/auth/key.h"
#include "fakes/base/instant.h"
#include "fakes/base/result.h"

namespace mailrig::benchmark {

inline constexpr unsigned bench_threads_max = 256;

struct DkimBenchOptions {
  auth::KeyType algorithm = auth::KeyType::rsa;
  int bits = 2048;                // of RSA
  std::size_t size_bytes = 5000;  // of the message, header included
  unsigned threads = 1;
  Duration duration = std::chrono::seconds(2);  // for each number of threads that is measured
};

// Per second of wall time and over all threads; the median, the least and the most of the rounds.
struct BenchRate {
  double per_s = 0;
  double per_s_min = 0;
  double per_s_max = 0;
};

struct DkimThroughput {
  unsigned threads = 1;
  std::size_t rounds = 0;  // of each thread
  BenchRate sign;
  BenchRate raw_sign;
  BenchRate verify;
  BenchRate raw_verify;
  // The raw operation's CPU time as a share of the whole one's: the median of the rounds. On a machine with nothing
  // else to do it is the ratio of the rates; on a busy one it is the steadier figure.
  double sign_efficiency = 0;
  double verify_efficiency = 0;
  double cpu_share = 0;  // of the time that the threads could have had; well below 1: something else was running
};

struct DkimBench {
  auth::KeyType algorithm = auth::KeyType::rsa;
  int bits = 0;
  std::size_t size_bytes = 0;
  // With 1, 2, 4, … threads, and last with as many as asked for.
  std::vector<DkimThroughput> scaling;
  // CPU time of one signature with one thread, and of its parts by themselves; of one verification.
  double sign_us = 0;
  double canonicalize_us = 0;
  double hash_us = 0;
  double raw_sign_us = 0;
  double verify_us = 0;
  double raw_verify_us = 0;

  const DkimThroughput& asked() const { return scaling.back(); }
};

// An error says which option cannot be used.
Result<DkimBench> run_dkim_bench(const DkimBenchOptions& options);

}  // namespace mailrig::benchmark
