// Validates the Authenticated Received Chain of a message: RFC 8617 §5.2. The body may stream by in pieces. Not
// thread-safe; one verifier serves one message after the other.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "fakes/auth/arc_chain.h"
#include "fakes/auth/canonical_header.h"
#include "fakes/auth/key_record.h"
#include "fakes/base/instant.h"
#include "fakes/dns/resolver.h"

namespace mailrig::auth {

struct ArcSealVerdict {
  unsigned instance = 0;
  std::string domain;  // of the seal
  std::string selector;
  ArcResult cv = ArcResult::none;  // what the seal says of the chain before it
};

struct ArcOutcome {
  ArcResult result = ArcResult::none;
  std::string reason;      // in words, when it failed
  bool temporary = false;  // it failed because the DNS did not answer
  unsigned instances = 0;  // the highest instance seen
  // The last seal says that the chain failed before: no further set may be added (RFC 8617 §5.1).
  bool ended = false;
  // RFC 8617 §5.2 step 5: the lowest instance from which on all message signatures hold, 0 when they hold from the
  // first. Looked for among the last `arc_message_signatures_max`, and only in a chain that passes.
  unsigned oldest_pass = 0;
  std::vector<ArcSealVerdict> seals;  // from instance 1; empty when the chain is not well-formed
  Duration cost{};
  std::uint32_t ttl_s = 0;
};

// Bodies are hashed for so many of the latest sets.
inline constexpr std::size_t arc_message_signatures_max = 10;

class ArcVerifier {
 public:
  // The cache is lent and may be null.
  explicit ArcVerifier(KeyCache* cache = nullptr) : cache_(cache) {}

  // The header, complete; lent until finish().
  void begin(std::string_view header);
  void push(std::string_view body_piece) { bodies_.push(body_piece); }
  ArcOutcome finish(dns::Resolver& resolver, Instant now);

  // All at once.
  ArcOutcome verify(std::string_view message, dns::Resolver& resolver, Instant now);

 private:
  void validate(ArcOutcome& outcome, class SignatureChecker& checker, Instant now);

  KeyCache* cache_;
  HeaderFields header_;
  ArcChain chain_;
  std::vector<Signature> message_signatures_;  // the latest ones, the last set's first
  BodyHashes bodies_;
  std::string scratch_;
};

}  // namespace mailrig::auth
