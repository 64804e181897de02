// Adds an ARC set to a message that is passed on: RFC 8617 §5.1. Tags are written in alphabetical order and the
// canonical form is relaxed/relaxed, as most sealers do. The body may stream by. Not thread-safe; one sealer serves one
// message after the other.
//
//   const ArcOutcome chain = verifier.verify(message, resolver, now);
//   message = sealer.seal(message, chain, "mx.example.org; arc=none; spf=pass …", now) + message;
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fakes/auth/arc_verify.h"
#include "fakes/auth/canonical_hash.h"
#include "fakes/auth/canonical_header.h"
#include "fakes/auth/key.h"
#include "fakes/base/instant.h"
#include "fakes/base/result.h"

namespace mailrig::auth {

struct ArcSealOptions {
  std::string domain;
  std::string selector;
  std::optional<PrivateKey> key{};  // required
  // h= of the message signature, exactly as listed. Empty: all instances of the fields that DKIM signs by default, and
  // the DKIM-Signature fields (RFC 8617 §4.1.2).
  std::vector<std::string> fields{};
};

class ArcSealer {
 public:
  // An error says which option cannot be used and why.
  static Result<ArcSealer> make(ArcSealOptions options);

  // The three fields, to be put in front of the message. `chain` is what validating that very message gave. `results`
  // is the payload of Authentication-Results: "mx.example.org; spf=pass …" (collected_results() has those that the
  // message brings). Empty when nobody may add to the chain: it failed before, or has 50 sets already.
  std::string seal(std::string_view message, const ArcOutcome& chain, std::string_view results, Instant now);

  // The same in pieces. The header is lent until finish().
  void begin(std::string_view header);
  void push(std::string_view body_piece) { body_->push(body_piece); }
  std::string finish(const ArcOutcome& chain, std::string_view results, Instant now);

 private:
  explicit ArcSealer(ArcSealOptions options);

  void add_name(std::string_view name, const mail::HeaderField* field);

  struct Stamp {
    unsigned instance = 0;
    ArcResult cv = ArcResult::none;
    long long time_s = 0;
  };
  std::string message_signature(const Stamp& stamp, std::string_view body_hash, std::string_view value) const;
  std::string seal_field(const Stamp& stamp, std::string_view value) const;
  // `text` is a field that ends in CRLF and whose b= is empty.
  std::string sign(std::string_view signed_before, std::string_view text);

  ArcSealOptions options_;
  bool fields_by_default_;
  DigestSigner key_;
  HeaderFields header_;
  std::vector<std::string_view> names_;
  std::vector<const mail::HeaderField*> chosen_;
  std::unique_ptr<BodyHasher> body_;
  Sha256 hash_;
};

// RFC 8617 §4.1.1: the results that one authentication service has written into the header, put together as one
// payload, which begins with its name.
std::string collected_results(std::string_view header, std::string_view authentication_service);

}  // namespace mailrig::auth
