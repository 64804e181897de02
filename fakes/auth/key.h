// The keys that sign mail and verify signatures: RSA with PKCS #1 v1.5 (RFC 6376 §3.3) and Ed25519 (RFC 8463), both
// over a SHA-256 digest. All arithmetic is OpenSSL's; here keys are read, written and made, once, and kept in a form in
// which signing costs little more than the operation itself.
//
// Thread rule: a PrivateKey may be shared. DigestSigner and PublicKey hold scratch memory: one user at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "fakes/auth/canonical_hash.h"
#include "fakes/base/result.h"

struct evp_pkey_st;
struct evp_pkey_ctx_st;

namespace mailrig::auth {

enum class KeyType : std::uint8_t { rsa, ed25519 };

// "rsa", "ed25519", as k= has it.
std::string_view to_string(KeyType type);
// "rsa-sha256", "ed25519-sha256", as a= has it.
std::string_view algorithm_name(KeyType type);

// RFC 8301 §3.2: signers MUST use, and verifiers MUST ask for, at least 1024 bits.
inline constexpr int rsa_bits_min = 1024;
// Longer keys would let strangers keep us busy, and no DNS answer carries them. RFC 8301 asks for 4096.
inline constexpr int rsa_bits_max = 8192;

struct FreeKey {
  void operator()(evp_pkey_st* key) const;
};
struct FreeKeyContext {
  void operator()(evp_pkey_ctx_st* context) const;
};
struct FreeDigestContext {
  void operator()(evp_md_ctx_st* context) const;
};

class PrivateKey {
 public:
  // PEM: PKCS #1 or PKCS #8 of RSA, PKCS #8 of Ed25519, without a pass phrase. `name` is for the message of an error.
  static Result<PrivateKey> from_pem(std::string_view pem, std::string name = {});
  // The 32 octets of RFC 8032 §5.1.5.
  static Result<PrivateKey> from_ed25519_seed(std::string_view seed);
  // 1024 to 4096 bits.
  static Result<PrivateKey> generate_rsa(int bits);
  static PrivateKey generate_ed25519();

  KeyType type() const { return type_; }
  int bits() const;
  std::string pem() const;  // PKCS #8
  // What p= of the key record holds, before base64: SubjectPublicKeyInfo of RSA, 32 octets of Ed25519 (RFC 8463 §4.2).
  std::string public_bytes() const;

  evp_pkey_st* native() const { return key_.get(); }

 private:
  PrivateKey(std::shared_ptr<evp_pkey_st> key, KeyType type) : key_(std::move(key)), type_(type) {}

  std::shared_ptr<evp_pkey_st> key_;
  KeyType type_;
};

// Signs digests with one key, all the preparations made.
class DigestSigner {
 public:
  explicit DigestSigner(const PrivateKey& key);

  // Valid until the next call.
  std::string_view sign(const Sha256Digest& digest);

 private:
  void begin_ed25519();

  PrivateKey key_;
  std::unique_ptr<evp_pkey_ctx_st, FreeKeyContext> rsa_;
  std::unique_ptr<evp_md_ctx_st, FreeDigestContext> ed25519_;
  std::string signature_;
};

class PublicKey {
 public:
  // SubjectPublicKeyInfo or, as also seen, RSAPublicKey (RFC 8017 §A.1.1). None for anything else, for keys over
  // `rsa_bits_max` and for exponents over 64 bits, with which verifying takes as long as others like.
  static std::optional<PublicKey> rsa(std::string_view der);
  // 32 octets or, as also seen, SubjectPublicKeyInfo.
  static std::optional<PublicKey> ed25519(std::string_view octets);

  KeyType type() const { return type_; }
  int bits() const { return bits_; }
  bool verify(const Sha256Digest& digest, std::string_view signature);

 private:
  PublicKey(std::unique_ptr<evp_pkey_st, FreeKey> key, KeyType type);

  std::unique_ptr<evp_pkey_st, FreeKey> key_;
  KeyType type_;
  int bits_ = 0;
  std::unique_ptr<evp_pkey_ctx_st, FreeKeyContext> rsa_;
  std::unique_ptr<evp_md_ctx_st, FreeDigestContext> ed25519_;
};

}  // namespace mailrig::auth
