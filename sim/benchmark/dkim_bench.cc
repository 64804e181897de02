#include "sim/benchmark/dkim_bench.h"

#include <fmt/format.h>

#include <algorithm>
#include <barrier>
#include <memory>
#include <thread>
#include <utility>

#include "sim/benchmark/dkim_work.h"
#include "sim/benchmark/rounds.h"

namespace mailrig::benchmark {
namespace {

enum Part : std::size_t { raw_sign, sign, raw_verify, verify, canonicalize, hash };

using ThreadFigures = std::vector<Measured>;  // by Part

ThreadFigures measure_thread(DkimWork& work, Duration duration) {
  return measure_in_turn({{"raw sign", [&work] { work.raw_sign(); }},
                          {"sign", [&work] { work.sign(); }},
                          {"raw verify", [&work] { work.raw_verify(); }},
                          {"verify", [&work] { work.verify(); }},
                          {"canonicalize", [&work] { work.canonicalize(); }},
                          {"hash", [&work] { work.hash(); }}},
                         duration);
}

std::vector<ThreadFigures> measure_threads(unsigned threads, const std::string& key_pem, const std::string& message,
                                           Duration duration) {
  std::vector<ThreadFigures> figures(threads);
  std::barrier ready(static_cast<std::ptrdiff_t>(threads));
  std::vector<std::thread> running;
  running.reserve(figures.size());
  for (ThreadFigures& mine : figures) {
    running.emplace_back([&ready, &mine, &key_pem, &message, duration] {
      DkimWork work(key_pem, message);
      ready.arrive_and_wait();
      mine = measure_thread(work, duration);
    });
  }
  for (std::thread& thread : running) thread.join();
  return figures;
}

BenchRate rate_of(const std::vector<ThreadFigures>& threads, Part part) {
  BenchRate sum;
  for (const ThreadFigures& thread : threads) {
    const auto& rounds = thread[part].rounds;
    const auto [least, most] = std::minmax_element(rounds.begin(), rounds.end(),
                                                   [](const auto& a, const auto& b) { return a.per_s() < b.per_s(); });
    sum.per_s += thread[part].per_s();
    sum.per_s_min += least->per_s();
    sum.per_s_max += most->per_s();
  }
  return sum;
}

double efficiency(const std::vector<ThreadFigures>& threads, Part whole, Part raw) {
  std::vector<double> ratios;
  ratios.reserve(threads.size());
  for (const ThreadFigures& thread : threads) ratios.push_back(median_ratio(thread[whole], thread[raw]));
  return median(std::move(ratios));
}

double cpu_share(const std::vector<ThreadFigures>& threads) {
  double cpu_s = 0;
  double wall_s = 0;
  for (const ThreadFigures& thread : threads) {
    for (const Measured& part : thread) {
      for (const RoundFigures& round : part.rounds) {
        cpu_s += round.cpu_s;
        wall_s += round.wall_s;
      }
    }
  }
  return std::min(1.0, cpu_s / wall_s);
}

DkimThroughput throughput(const std::vector<ThreadFigures>& threads) {
  DkimThroughput made;
  made.threads = static_cast<unsigned>(threads.size());
  made.rounds = threads.front().front().rounds.size();
  made.sign = rate_of(threads, Part::sign);
  made.raw_sign = rate_of(threads, Part::raw_sign);
  made.verify = rate_of(threads, Part::verify);
  made.raw_verify = rate_of(threads, Part::raw_verify);
  made.sign_efficiency = efficiency(threads, Part::sign, Part::raw_sign);
  made.verify_efficiency = efficiency(threads, Part::verify, Part::raw_verify);
  made.cpu_share = cpu_share(threads);
  return made;
}

Result<auth::PrivateKey> new_key(const DkimBenchOptions& options) {
  if (options.algorithm == auth::KeyType::ed25519) return auth::PrivateKey::generate_ed25519();
  return auth::PrivateKey::generate_rsa(options.bits);
}

}  // namespace

Result<DkimBench> run_dkim_bench(const DkimBenchOptions& options) {
  if (options.threads < 1 || options.threads > bench_threads_max) {
    return Error{.message = fmt::format("measured with 1 to {} threads, not {}", bench_threads_max, options.threads)};
  }
  const auto key = new_key(options);
  if (!key) return key.error();
  const auto message = sample_message(options.size_bytes);
  if (!message) return message.error();

  DkimBench bench;
  bench.algorithm = options.algorithm;
  bench.bits = key->bits();
  bench.size_bytes = options.size_bytes;
  const std::string pem = key->pem();
  std::vector<unsigned> counts;
  for (unsigned count = 1; count < options.threads; count *= 2) counts.push_back(count);
  counts.push_back(options.threads);
  for (const unsigned count : counts) {
    const auto threads = measure_threads(count, pem, *message, options.duration);
    bench.scaling.push_back(throughput(threads));
    if (count != 1) continue;
    bench.sign_us = threads.front()[Part::sign].cpu_us();
    bench.raw_sign_us = threads.front()[Part::raw_sign].cpu_us();
    bench.verify_us = threads.front()[Part::verify].cpu_us();
    bench.raw_verify_us = threads.front()[Part::raw_verify].cpu_us();
    bench.canonicalize_us = threads.front()[Part::canonicalize].cpu_us();
    bench.hash_us = threads.front()[Part::hash].cpu_us();
  }
  return bench;
}

}  // namespace mailrig::benchmark
