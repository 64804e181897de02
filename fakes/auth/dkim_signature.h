// Reads a DKIM-Signature field (RFC 6376 §3.5), or an ARC-Message-Signature, which is the same with an instance in
// place of version and identity (RFC 8617 §4.1.2). Says for each why it cannot be verified, in the words and order of
// §6.1.1. Internationalised domains (RFC 8616) come out as A-labels. Pure functions and values.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fakes/auth/canonical_hash.h"
#include "fakes/auth/dkim_result.h"
#include "fakes/auth/key.h"
#include "fakes/auth/tag_list.h"
#include "fakes/mail/header.h"

namespace mailrig::auth {

inline constexpr std::size_t signed_names_max = 250;  // in h=

enum class SignatureKind : std::uint8_t { dkim, arc_message };

struct Signature {
  // pass: it can be verified. All else is final, and then only the texts below are filled in, as far as they could be
  // read.
  DkimResult result = DkimResult::pass;
  std::string reason;

  std::string algorithm;        // a= as written
  std::string domain;           // d= in A-labels, lower case
  std::string selector;         // s= in A-labels
  std::string identity;         // i= decoded, or what it is by default; DKIM only
  std::string identity_domain;  // of i=, in A-labels

  KeyType key_type = KeyType::rsa;
  Canonicalization header_method = Canonicalization::simple;
  Canonicalization body_method = Canonicalization::simple;
  std::uint64_t body_octets_max = BodyHasher::no_limit;  // l=
  std::vector<std::string_view> signed_names;            // h=, into the field
  std::string body_hash;
  std::string signature;
  std::optional<std::uint64_t> timestamp_s;   // t=
  std::optional<std::uint64_t> expiration_s;  // x=

  std::string_view raw;  // the field
  std::string_view cut;  // the value in it that is not signed: b=
};

Signature parse_signature(SignatureKind kind, const mail::HeaderField& field);

// Parts that an ARC-Seal has in common with a signature.

// A domain of at least two labels, as A-labels in lower case.
std::optional<std::string> parse_signing_domain(std::string_view value);
// At least one label.
std::optional<std::string> parse_selector(std::string_view value);
// Digits only; what is larger than anybody means is cut off at 10^18.
std::optional<std::uint64_t> parse_tag_number(std::string_view value);
// Sets algorithm and key type, or result and reason.
bool read_algorithm(Signature& signature, std::string_view value);

}  // namespace mailrig::auth
