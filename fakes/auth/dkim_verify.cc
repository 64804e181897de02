#include "fakes/auth/dkim_verify.h"

#include <utility>

#include "fakes/auth/dkim_check.h"
#include "fakes/auth/tag_list.h"
#include "fakes/mail/text.h"

namespace mailrig::auth {
namespace {

constexpr std::string_view dkim_signature_field = "DKIM-Signature";

SignatureVerdict describe(Signature signature) {
  SignatureVerdict verdict;
  verdict.result = signature.result;
  verdict.reason = std::move(signature.reason);
  verdict.domain = std::move(signature.domain);
  verdict.selector = std::move(signature.selector);
  verdict.algorithm = std::move(signature.algorithm);
  verdict.identity = std::move(signature.identity);
  verdict.value = without_white_space(signature.cut);
  return verdict;
}

}  // namespace

DkimResult DkimOutcome::result() const {
  DkimResult result = DkimResult::none;
  for (const SignatureVerdict& signature : signatures) {
    if (signature.result == DkimResult::pass) return DkimResult::pass;
    if (result == DkimResult::none || signature.result == DkimResult::temperror) result = signature.result;
  }
  return result;
}

void DkimVerifier::begin(std::string_view header) {
  header_.assign(header);
  signatures_.clear();
  others_.clear();
  unlisted_ = 0;
  bodies_.begin();
  for (const mail::HeaderField& field : header_.all()) {
    if (!mail::equals_ignoring_case(field.name, dkim_signature_field)) continue;
    if (signatures_.size() < options_.signatures_max && !header_.overfull()) {
      signatures_.push_back(parse_signature(SignatureKind::dkim, field));
      const Signature& signature = signatures_.back();
      if (signature.result == DkimResult::pass) bodies_.want(signature.body_method, signature.body_octets_max);
    } else if (signatures_.size() + others_.size() < signatures_listed_max) {
      others_.push_back(&field);
    } else {
      ++unlisted_;
    }
  }
}

DkimOutcome DkimVerifier::finish(dns::Resolver& resolver, Instant now) {
  bodies_.finish();
  DkimOutcome outcome;
  outcome.unlisted = unlisted_;
  outcome.signatures.reserve(signatures_.size() + others_.size());
  SignatureChecker checker(resolver, cache_, options_.key_records_max, options_.clock_skew_max);
  for (Signature& signature : signatures_) {
    outcome.expires = outcome.expires || signature.expiration_s.has_value();
    if (signature.result != DkimResult::pass) {
      outcome.signatures.push_back(describe(std::move(signature)));
      continue;
    }
    const BodyHasher::Outcome& body = bodies_.outcome(signature.body_method, signature.body_octets_max);
    SignatureCheck check = checker.check(signature, header_, body, now, scratch_);
    const std::uint64_t octets_signed = signature.body_octets_max;
    SignatureVerdict& verdict = outcome.signatures.emplace_back(describe(std::move(signature)));
    verdict.result = check.result;
    verdict.reason = std::move(check.reason);
    verdict.key_bits = check.key_bits;
    verdict.testing = check.testing;
    if (body.canonical_octets > octets_signed) verdict.unsigned_body_octets = body.canonical_octets - octets_signed;
  }
  for (const mail::HeaderField* field : others_) {
    SignatureVerdict& verdict = outcome.signatures.emplace_back(describe(parse_signature(SignatureKind::dkim, *field)));
    verdict.result = DkimResult::policy;
    verdict.reason = header_.overfull() ? "too many header fields" : "too many signatures";
  }
  outcome.cost = checker.cost();
  outcome.ttl_s = checker.ttl_s();
  return outcome;
}

DkimOutcome DkimVerifier::verify(std::string_view message, dns::Resolver& resolver, Instant now) {
  begin(message);
  push(message.substr(header_.body_offset()));
  return finish(resolver, now);
}

}  // namespace mailrig::auth
