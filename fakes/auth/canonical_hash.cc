#include "fakes/auth/canonical_hash.h"

#include <openssl/evp.h>

#include <algorithm>
#include <utility>

#include "fakes/base/check.h"

namespace mailrig::auth {

const evp_md_st* sha256_method() {
  static const EVP_MD* const method = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  CHECK(method != nullptr);
  return method;
}

void Sha256::Free::operator()(evp_md_ctx_st* context) const {
  EVP_MD_CTX_free(context);
}

Sha256::Sha256() : context_(EVP_MD_CTX_new()) {
  CHECK(context_ && EVP_DigestInit_ex2(context_.get(), sha256_method(), nullptr) == 1);
}

void Sha256::update(std::string_view bytes) {
  CHECK(EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()) == 1);
}

Sha256Digest Sha256::finish() {
  Sha256Digest digest;
  CHECK(EVP_DigestFinal_ex(context_.get(), digest.data(), nullptr) == 1);
  CHECK(EVP_DigestInit_ex2(context_.get(), sha256_method(), nullptr) == 1);
  return digest;
}

Sha256Digest Sha256::of(std::string_view bytes) {
  Sha256 hash;
  hash.update(bytes);
  return hash.finish();
}

void BodyHasher::begin(Canonicalization method, std::uint64_t octets_max) {
  canonicalizer_.begin(method);
  octets_max_ = octets_max;
}

BodyHasher::Outcome BodyHasher::finish() {
  canonicalizer_.finish();
  return {hash_.finish(), std::exchange(octets_, 0)};
}

void BodyHasher::take(std::string_view run) {
  if (octets_ < octets_max_) hash_.update(run.substr(0, std::min<std::uint64_t>(run.size(), octets_max_ - octets_)));
  octets_ += run.size();
}

void BodyHashes::begin() {
  in_use_ = 0;
}

void BodyHashes::want(Canonicalization method, std::uint64_t octets_max) {
  if (find(method, octets_max) != nullptr) return;
  if (in_use_ == wanted_.size()) {
    wanted_.push_back(std::unique_ptr<Wanted>(new Wanted{BodyHasher(method, octets_max)}));
  } else {
    wanted_[in_use_]->hasher.begin(method, octets_max);
  }
  ++in_use_;
}

void BodyHashes::push(std::string_view piece) {
  for (const auto& wanted : in_use()) wanted->hasher.push(piece);
}

void BodyHashes::finish() {
  for (const auto& wanted : in_use()) wanted->outcome = wanted->hasher.finish();
}

const BodyHasher::Outcome& BodyHashes::outcome(Canonicalization method, std::uint64_t octets_max) const {
  const Wanted* wanted = find(method, octets_max);
  CHECK(wanted != nullptr);
  return wanted->outcome;
}

const BodyHashes::Wanted* BodyHashes::find(Canonicalization method, std::uint64_t octets_max) const {
  for (const auto& wanted : in_use()) {
    if (wanted->hasher.method() == method && wanted->hasher.octets_max() == octets_max) return wanted.get();
  }
  return nullptr;
}

}  // namespace mailrig::auth
