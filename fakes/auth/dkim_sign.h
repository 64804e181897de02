// Makes DKIM signatures: RFC 6376 §5, with rsa-sha256 and ed25519-sha256 (RFC 8463). What does not change from message
// to message is prepared once, so that a signature costs little more than its arithmetic. The body may stream by.
//
//   auto signer = DkimSigner::make({.domain = "example.com", .selector = "s1", .key = key});
//   message = signer->sign(message, now) + message;
//
// Several signatures on one message are made by several signers over the same original message. Not thread-safe: one
// signer per thread; the key behind them may be the same.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fakes/auth/canonical_hash.h"
#include "fakes/auth/canonical_header.h"
#include "fakes/auth/dkim_field_writer.h"
#include "fakes/auth/key.h"
#include "fakes/base/instant.h"
#include "fakes/base/result.h"

namespace mailrig::auth {

// What is signed when nothing else is asked for, where the message has it: RFC 6376 §5.4.1, RFC 8058 §4, and the fields
// that say how the body is to be read.
const std::vector<std::string>& default_signed_fields();

struct SigningOptions {
  std::string domain;               // d=
  std::string selector;             // s=
  std::optional<PrivateKey> key{};  // required
  Canonicalization header = Canonicalization::relaxed;
  Canonicalization body = Canonicalization::relaxed;
  std::string identity{};  // i=, written when not empty: "@mail.example.com"
  // h= exactly as listed here; a name that is listed twice signs two instances, or that there is no second one. Empty:
  // all instances of the default fields, and once more for each of `oversigned`.
  std::vector<std::string> fields{};
  std::vector<std::string> oversigned = {"From"};
  bool timestamp = true;                           // t=
  std::optional<Duration> lifetime{};              // x=, counted from the signing; whole seconds
  std::optional<std::uint64_t> body_octets_max{};  // l=: no more of the canonical body is signed
  bool query_method = false;                       // q=dns/txt, which is the default
  bool copied_fields = false;                      // z=: a copy of the signed fields, for diagnosis
};

class DkimSigner {
 public:
  // An error says which option cannot be used and why.
  static Result<DkimSigner> make(SigningOptions options);

  // The field with its CRLF, to be put in front of the message. Lines of the message end with CRLF (LF is taken for
  // it).
  std::string sign(std::string_view message, Instant now);

  // The same in pieces. The header is lent until finish().
  void begin(std::string_view header);
  void push(std::string_view body_piece) { body_->push(body_piece); }
  std::string finish(Instant now);

 private:
  explicit DkimSigner(SigningOptions options);

  void choose_fields();
  void add_all(const FieldName& name);
  void add_name(std::string_view name, const mail::HeaderField* field);
  void write_tags(FieldWriter& field, Instant now) const;
  void write_copied_fields(FieldWriter& field) const;

  SigningOptions options_;
  bool fields_by_default_;
  std::vector<FieldName> fields_;  // to be looked for, and those of them that are signed once more
  std::vector<FieldName> oversigned_;
  FieldWriter opening_;  // "DKIM-Signature: v=1; …", up to what differs between messages
  DigestSigner key_;
  HeaderFields header_;
  std::vector<std::string_view> names_;           // h=
  std::vector<const mail::HeaderField*> chosen_;  // those of them that exist
  std::unique_ptr<BodyHasher> body_;              // which cannot move
  Sha256 hash_;
  std::string scratch_;
};

}  // namespace mailrig::auth
