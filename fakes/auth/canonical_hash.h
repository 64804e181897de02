// SHA-256 (FIPS 180-4, by OpenSSL) over what comes in pieces, and over the canonical form of a body. The contexts are
// made once and used again and again: making one costs more than hashing a small message. Not thread-safe.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "fakes/auth/canonical_body.h"

struct evp_md_ctx_st;
struct evp_md_st;

namespace mailrig::auth {

using Sha256Digest = std::array<unsigned char, 32>;

inline std::string_view as_bytes(const Sha256Digest& digest) {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

// OpenSSL's description of SHA-256, looked up once in a process.
const evp_md_st* sha256_method();

class Sha256 {
 public:
  Sha256();

  void update(std::string_view bytes);
  // What went in since the last call; another hash may begin.
  Sha256Digest finish();

  static Sha256Digest of(std::string_view bytes);

 private:
  struct Free {
    void operator()(evp_md_ctx_st* context) const;
  };
  std::unique_ptr<evp_md_ctx_st, Free> context_;
};

// The bh= of RFC 6376 §3.7, over at most `octets_max` octets of the canonical body (l=).
class BodyHasher final : private CanonicalSink {
 public:
  static constexpr std::uint64_t no_limit = std::numeric_limits<std::uint64_t>::max();

  explicit BodyHasher(Canonicalization method, std::uint64_t octets_max = no_limit)
      : octets_max_(octets_max), canonicalizer_(method, *this) {}

  // Another body, after finish().
  void begin(Canonicalization method, std::uint64_t octets_max = no_limit);
  void push(std::string_view piece) { canonicalizer_.push(piece); }

  struct Outcome {
    Sha256Digest digest{};
    std::uint64_t canonical_octets = 0;  // of the whole body, whatever the limit
  };
  Outcome finish();

  Canonicalization method() const { return canonicalizer_.method(); }
  std::uint64_t octets_max() const { return octets_max_; }

 private:
  void take(std::string_view run) override;

  std::uint64_t octets_max_;
  std::uint64_t octets_ = 0;
  Sha256 hash_;
  BodyCanonicalizer canonicalizer_;
};

// The hashes of one body that several signatures ask for; what two of them share is computed once.
class BodyHashes {
 public:
  // Forgets what was wanted of the last body.
  void begin();
  // Before the first piece.
  void want(Canonicalization method, std::uint64_t octets_max);
  void push(std::string_view piece);
  void finish();
  // After finish(), of what was wanted.
  const BodyHasher::Outcome& outcome(Canonicalization method, std::uint64_t octets_max) const;

 private:
  struct Wanted {
    BodyHasher hasher;
    BodyHasher::Outcome outcome{};
  };
  std::span<const std::unique_ptr<Wanted>> in_use() const { return std::span(wanted_).first(in_use_); }
  const Wanted* find(Canonicalization method, std::uint64_t octets_max) const;

  std::vector<std::unique_ptr<Wanted>> wanted_;  // those beyond `in_use_` wait for the next body
  std::size_t in_use_ = 0;
};

}  // namespace mailrig::auth
