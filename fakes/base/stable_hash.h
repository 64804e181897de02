// Hashes whose values are part of the product: they seed draws, name messages and fingerprint bodies, so they are
// the same on every machine, compiler and version. XXH3 from libxxhash (its output is specified and frozen).
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

namespace mailrig {

// 64-bit hash of bytes.
std::uint64_t stable_hash(std::string_view bytes, std::uint64_t seed = 0);

// Folds one more value into a hash; order matters.
constexpr std::uint64_t combine(std::uint64_t hash, std::uint64_t value) {
  // splitmix64's finaliser over the sum: every input bit reaches every output bit.
  std::uint64_t x = hash + 0x9e3779b97f4a7c15ULL + (value ^ (value >> 32)) * 0xd6e8feb86659fd93ULL;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
  return x ^ (x >> 31);
}

// The same hash over bytes that arrive in pieces.
class StreamingHash {
 public:
  StreamingHash();
  ~StreamingHash();
  StreamingHash(StreamingHash&&) noexcept;
  StreamingHash& operator=(StreamingHash&&) noexcept;
  void update(std::string_view bytes);
  std::uint64_t digest() const;
  void reset();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace mailrig
