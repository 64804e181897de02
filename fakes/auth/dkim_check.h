// What verifying DKIM-Signature, ARC-Message-Signature and ARC-Seal have in common once a field has been read: the time
// it is valid in, its body hash, the hash of the header, and the choice among the keys in the DNS (RFC 6376 §6.1.2,
// §6.1.3). One SignatureChecker serves one message; not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "fakes/auth/canonical_header.h"
#include "fakes/auth/dkim_signature.h"
#include "fakes/auth/key_lookup.h"
#include "fakes/base/instant.h"

namespace mailrig::auth {

struct SignatureCheck {
  DkimResult result = DkimResult::none;
  std::string reason;
  int key_bits = 0;      // of the key that decided; 0: none did
  bool testing = false;  // its t=y
};

// How far a signer's clock may be ahead of ours before a timestamp counts as one in the future.
inline constexpr Duration clock_skew_usual = std::chrono::minutes(5);

class SignatureChecker {
 public:
  // All lent; `cache` may be null.
  SignatureChecker(dns::Resolver& resolver, KeyCache* cache, std::size_t key_records_max,
                   Duration clock_skew_max = clock_skew_usual)
      : resolver_(resolver), cache_(cache), key_records_max_(key_records_max), clock_skew_max_(clock_skew_max) {}

  // For a signature that could be read. `scratch` keeps its memory from message to message.
  SignatureCheck check(const Signature& signature, HeaderFields& header, const BodyHasher::Outcome& body, Instant now,
                       std::string& scratch);

  // For a digest that is known already. Of `signature` it needs the key's place and type, and the signature value.
  SignatureCheck check_digest(const Signature& signature, const Sha256Digest& digest);

  Duration cost() const { return cost_; }
  // The smallest of all answers; 0 when nothing was asked.
  std::uint32_t ttl_s() const { return asked_.empty() ? 0 : ttl_s_; }

 private:
  SignatureCheck try_keys(const Signature& signature, const Sha256Digest& digest, std::string_view failed_already);
  // Each name is asked for once, whatever number of signatures want it.
  const KeyAnswer& keys_of(const Signature& signature);

  dns::Resolver& resolver_;
  KeyCache* cache_;
  std::size_t key_records_max_;
  Duration clock_skew_max_;
  struct Asked {
    std::string selector;
    std::string domain;
    KeyAnswer answer;
  };
  std::vector<Asked> asked_;
  Duration cost_{};
  std::uint32_t ttl_s_ = UINT32_MAX;
  Sha256 hash_;
};

// The octets that the b= of a signature covers, but for the field itself: the fields that h= names.
void append_signed_fields(std::string& out, HeaderFields& header, Canonicalization method,
                          const std::vector<std::string_view>& names);

}  // namespace mailrig::auth
