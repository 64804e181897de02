// Verifies the DKIM signatures of a message: RFC 6376 §6, with RFC 8301 (what is too weak), RFC 8463 (Ed25519) and
// RFC 8616 (internationalised domains); results as in RFC 8601 §2.7.1 (dkim_result.h says which is which). The body may
// stream by in pieces. Hostile messages cost bounded time and memory: only the first signatures are evaluated.
//
//   DkimVerifier verifier({}, &cache);
//   verifier.begin(header);
//   while (…) verifier.push(piece of the body);
//   DkimOutcome outcome = verifier.finish(resolver, now);
//
// Not thread-safe; one verifier serves one message after the other, and keeps its buffers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "fakes/auth/canonical_header.h"
#include "fakes/auth/dkim_check.h"
#include "fakes/auth/dkim_result.h"
#include "fakes/auth/dkim_signature.h"
#include "fakes/auth/key_record.h"
#include "fakes/base/instant.h"
#include "fakes/dns/resolver.h"

namespace mailrig::auth {

struct DkimVerifyOptions {
  std::size_t signatures_max = 10;   // evaluated; others are `policy`
  std::size_t key_records_max = 10;  // tried, where a name has several
  // A timestamp (t=) further ahead of us is `policy`; RFC 6376 §3.5 leaves it to the verifier.
  Duration clock_skew_max = clock_skew_usual;
};

// More signatures than this are counted, not listed.
inline constexpr std::size_t signatures_listed_max = 100;

struct SignatureVerdict {
  DkimResult result = DkimResult::none;
  std::string reason;  // in words; empty for a plain pass

  std::string domain;     // d=, A-labels in lower case where it is a domain name
  std::string selector;   // s=
  std::string algorithm;  // a= as written
  std::string identity;   // i=, or its default
  std::string value;      // b= without white space: RFC 6008 tells signatures apart by it

  int key_bits = 0;                        // 0: no key was found or chosen
  bool testing = false;                    // the key record says t=y: treat the message as unsigned (RFC 6376 §3.6.1)
  std::uint64_t unsigned_body_octets = 0;  // what l= left out (RFC 6376 §8.2)
};

struct DkimOutcome {
  std::vector<SignatureVerdict> signatures;  // in the order of the header, from the top
  std::size_t unlisted = 0;                  // further ones, not evaluated
  Duration cost{};                           // of all lookups
  std::uint32_t ttl_s = 0;                   // how long the keys hold: the smallest TTL of them
  bool expires = false;                      // one of them says until when it holds (x=)

  // For the message as a whole: none without signatures; pass if any passes; otherwise the first's result, a
  // temperror first, since it may still become a pass.
  DkimResult result() const;
};

class DkimVerifier {
 public:
  // The cache is lent and may be null; without it every signature's key is parsed anew, which costs more than
  // verifying.
  explicit DkimVerifier(DkimVerifyOptions options = {}, KeyCache* cache = nullptr) : options_(options), cache_(cache) {}

  // The header of the next message, complete (with or without the empty line behind it; a body behind that is not
  // looked at). Lent until finish().
  void begin(std::string_view header);
  void push(std::string_view body_piece) { bodies_.push(body_piece); }
  DkimOutcome finish(dns::Resolver& resolver, Instant now);

  // All at once.
  DkimOutcome verify(std::string_view message, dns::Resolver& resolver, Instant now);

 private:
  DkimVerifyOptions options_;
  KeyCache* cache_;
  HeaderFields header_;
  std::vector<Signature> signatures_;  // those to be evaluated
  std::vector<const mail::HeaderField*> others_;
  std::size_t unlisted_ = 0;
  BodyHashes bodies_;
  std::string scratch_;
};

}  // namespace mailrig::auth
