#include "sim/benchmark/dkim_bench.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mailrig::benchmark {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// How fast it is depends on the machine; here only that all figures are there and belong together.
TEST(DkimBench, MeasuresFromOneThreadUpToAsManyAsAskedFor) {
  DkimBenchOptions options;
  options.algorithm = auth::KeyType::ed25519;
  options.size_bytes = 2000;
  options.threads = 3;
  options.duration = std::chrono::milliseconds(1);
  const auto bench = run_dkim_bench(options);
  ASSERT_TRUE(bench);
  EXPECT_EQ(bench->algorithm, auth::KeyType::ed25519);
  EXPECT_EQ(bench->bits, 256);
  EXPECT_EQ(bench->size_bytes, 2000U);
  std::vector<unsigned> threads;
  for (const DkimThroughput& measured : bench->scaling) {
    threads.push_back(measured.threads);
    EXPECT_GE(measured.rounds, 3U);
    for (const BenchRate& rate : {measured.sign, measured.raw_sign, measured.verify, measured.raw_verify}) {
      EXPECT_GT(rate.per_s, 0);
      EXPECT_LE(rate.per_s_min, rate.per_s);
      EXPECT_GE(rate.per_s_max, rate.per_s);
    }
    EXPECT_GT(measured.sign_efficiency, 0);
    EXPECT_GT(measured.verify_efficiency, 0);
    EXPECT_GT(measured.cpu_share, 0);
    EXPECT_LE(measured.cpu_share, 1);
  }
  EXPECT_THAT(threads, ElementsAre(1, 2, 3));
  EXPECT_GT(bench->canonicalize_us, 0);
  EXPECT_GT(bench->hash_us, 0);
  EXPECT_GT(bench->raw_sign_us, 0);
  EXPECT_GT(bench->sign_us, 0);
}

TEST(DkimBench, RefusesWhatCannotBeMeasured) {
  DkimBenchOptions options;
  options.bits = 512;
  EXPECT_THAT(run_dkim_bench(options).error().message, HasSubstr("1024 to 4096 bits, not 512"));
  options.bits = 1024;
  options.size_bytes = 10;
  EXPECT_THAT(run_dkim_bench(options).error().message, HasSubstr("cannot have 10"));
  options.size_bytes = 5000;
  options.threads = 0;
  EXPECT_THAT(run_dkim_bench(options).error().message, HasSubstr("1 to 256 threads"));
}

}  // namespace
}  // namespace mailrig::benchmark
