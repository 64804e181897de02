// The parts of a DKIM signature and the whole of it, over a message of 5 KB and of 1 MB.
#include <benchmark/benchmark.h>

#include <string>

#include "fakes/auth/canonical_hash.h"
#include "fakes/auth/key.h"
#include "sim/benchmark/dkim_work.h"

namespace {

using namespace mailrig;
using Work = mailrig::benchmark::DkimWork;
using Operation = void (Work::*)();

enum KeyChoice { rsa_2048, ed25519 };

std::string message_of(std::int64_t bytes) {
  return mailrig::benchmark::sample_message(static_cast<std::size_t>(bytes)).value();
}

void repeat(::benchmark::State& state, KeyChoice choice, Operation operation) {
  const auth::PrivateKey key =
      choice == rsa_2048 ? auth::PrivateKey::generate_rsa(2048).value() : auth::PrivateKey::generate_ed25519();
  Work work(key.pem(), message_of(state.range(0)));
  for (auto _ : state) (work.*operation)();
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations()) * state.range(0));
}

BENCHMARK_CAPTURE(repeat, canonicalize, ed25519, &Work::canonicalize)->Arg(5'000)->Arg(1'000'000);
BENCHMARK_CAPTURE(repeat, hash, ed25519, &Work::hash)->Arg(5'000)->Arg(1'000'000);
BENCHMARK_CAPTURE(repeat, rsa_2048_raw_sign, rsa_2048, &Work::raw_sign)->Arg(5'000);
BENCHMARK_CAPTURE(repeat, rsa_2048_sign, rsa_2048, &Work::sign)->Arg(5'000);
BENCHMARK_CAPTURE(repeat, rsa_2048_raw_verify, rsa_2048, &Work::raw_verify)->Arg(5'000);
BENCHMARK_CAPTURE(repeat, rsa_2048_verify, rsa_2048, &Work::verify)->Arg(5'000);
BENCHMARK_CAPTURE(repeat, ed25519_raw_sign, ed25519, &Work::raw_sign)->Arg(5'000);
BENCHMARK_CAPTURE(repeat, ed25519_sign, ed25519, &Work::sign)->Arg(5'000);
BENCHMARK_CAPTURE(repeat, ed25519_raw_verify, ed25519, &Work::raw_verify)->Arg(5'000);
BENCHMARK_CAPTURE(repeat, ed25519_verify, ed25519, &Work::verify)->Arg(5'000);

// SHA-256 alone beside the same over the relaxed canonical form, made on the way.
void sha256_alone(::benchmark::State& state) {
  const std::string body = message_of(state.range(0));
  auth::Sha256 hash;
  for (auto _ : state) {
    hash.update(body);
    ::benchmark::DoNotOptimize(hash.finish());
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations()) * state.range(0));
}
BENCHMARK(sha256_alone)->Arg(1'000'000);

void relaxed_body_hash(::benchmark::State& state) {
  const std::string body = message_of(state.range(0));
  auth::BodyHasher hash(auth::Canonicalization::relaxed);
  for (auto _ : state) {
    hash.push(body);
    ::benchmark::DoNotOptimize(hash.finish());
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations()) * state.range(0));
}
BENCHMARK(relaxed_body_hash)->Arg(1'000'000);

}  // namespace
