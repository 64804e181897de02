#include "fakes/auth/dkim_check.h"

#include <algorithm>

namespace mailrig::auth {
namespace {

std::uint64_t unix_seconds(Instant now) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count();
  return seconds > 0 ? static_cast<std::uint64_t>(seconds) : 0;
}

std::string_view as_text(const Sha256Digest& digest) {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

// Why a record is not for this signature; empty when it is (RFC 6376 §6.1.2 items 5 to 8, §3.6.1).
std::string why_unsuited(const KeyRecord& record, const Signature& signature) {
  if (!record.fault.empty()) return record.fault;
  if (record.type != signature.key_type) return "inappropriate key algorithm (k=)";
  if (!record.allows_sha256) return "hash algorithm not permitted by the key record (h=)";
  if (!record.for_email) return "key not valid for the email service (s=)";
  if (record.strict_identity && !signature.identity_domain.empty() && signature.identity_domain != signature.domain) {
    return "i= is not exactly d= and the key record sets t=s";
  }
  return {};
}

std::uint64_t ahead_s(std::uint64_t timestamp_s, std::uint64_t now_s) {
  return timestamp_s > now_s ? timestamp_s - now_s : 0;
}

std::uint64_t whole_seconds_of(Duration d) {
  return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::seconds>(d).count());
}

}  // namespace

SignatureCheck SignatureChecker::check(const Signature& signature, HeaderFields& header,
                                       const BodyHasher::Outcome& body, Instant now, std::string& scratch) {
  const std::uint64_t now_s = unix_seconds(now);
  if (signature.expiration_s && now_s > *signature.expiration_s) return {DkimResult::fail, "signature expired (x=)"};
  if (signature.timestamp_s && ahead_s(*signature.timestamp_s, now_s) > whole_seconds_of(clock_skew_max_)) {
    return {DkimResult::policy, "signature made in the future (t=)"};
  }

  std::string_view failed;
  if (signature.body_octets_max != BodyHasher::no_limit && body.canonical_octets < signature.body_octets_max) {
    failed = "the body is shorter than l= says";
  } else if (signature.body_hash != as_text(body.digest)) {
    failed = "body hash mismatch";
  }
  Sha256Digest digest{};
  if (failed.empty()) {
    scratch.clear();
    append_signed_fields(scratch, header, signature.header_method, signature.signed_names);
    append_canonical_signature(scratch, signature.header_method, signature.raw, signature.cut);
    hash_.update(scratch);
    digest = hash_.finish();
  }
  return try_keys(signature, digest, failed);
}

SignatureCheck SignatureChecker::check_digest(const Signature& signature, const Sha256Digest& digest) {
  return try_keys(signature, digest, {});
}

SignatureCheck SignatureChecker::try_keys(const Signature& signature, const Sha256Digest& digest,
                                          std::string_view failed_already) {
  const KeyAnswer& keys = keys_of(signature);
  if (keys.temporary) return {DkimResult::temperror, "key unavailable: the DNS did not answer"};
  if (keys.records.empty()) return {DkimResult::permerror, "no key for signature"};

  // A key that fits and fails says more than one that does not fit; otherwise the first record decides.
  SignatureCheck best;
  for (const auto& record : keys.records) {
    SignatureCheck check{DkimResult::permerror, why_unsuited(*record, signature), record->key ? record->key->bits() : 0,
                         record->testing};
    if (check.reason.empty()) {
      check.result = DkimResult::fail;
      if (record->type == KeyType::rsa && check.key_bits < rsa_bits_min) {
        check.reason = "the RSA key has fewer than 1024 bits (RFC 8301)";
      } else if (!failed_already.empty()) {
        check.reason = failed_already;
      } else if (record->key->verify(digest, signature.signature)) {
        check.result = DkimResult::pass;
        return check;
      } else {
        check.reason = "signature mismatch";
      }
    }
    if (best.result == DkimResult::none || (best.result == DkimResult::permerror && check.result == DkimResult::fail)) {
      best = std::move(check);
    }
  }
  return best;
}

const KeyAnswer& SignatureChecker::keys_of(const Signature& signature) {
  const auto known = std::find_if(asked_.begin(), asked_.end(), [&](const Asked& asked) {
    return asked.selector == signature.selector && asked.domain == signature.domain;
  });
  if (known != asked_.end()) return known->answer;
  asked_.push_back({signature.selector, signature.domain,
                    find_keys(resolver_, cache_, signature.selector, signature.domain, key_records_max_)});
  const KeyAnswer& answer = asked_.back().answer;
  cost_ += answer.cost;
  ttl_s_ = std::min(ttl_s_, answer.ttl_s);
  return answer;
}

void append_signed_fields(std::string& out, HeaderFields& header, Canonicalization method,
                          const std::vector<std::string_view>& names) {
  header.begin_choice();
  for (const std::string_view name : names) {
    if (const mail::HeaderField* field = header.choose(FieldName(name)))
      append_canonical_field(out, method, field->raw);
  }
}

}  // namespace mailrig::auth
