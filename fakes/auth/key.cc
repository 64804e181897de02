#include "fakes/auth/key.h"

#include <openssl/bio.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <climits>
#include <utility>

#include "fakes/base/check.h"

namespace mailrig::auth {
namespace {

constexpr int rsa_bits_generated_max = 4096;
constexpr int exponent_bits_max = 64;
constexpr std::size_t ed25519_octets = 32;
constexpr std::size_t pem_octets_max = 1 << 20;

using OwnedKey = std::unique_ptr<evp_pkey_st, FreeKey>;

struct FreeBio {
  void operator()(BIO* bio) const { BIO_free_all(bio); }
};
using OwnedBio = std::unique_ptr<BIO, FreeBio>;

const unsigned char* octets_of(std::string_view bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

// Without it OpenSSL would ask the terminal.
int no_pass_phrase(char*, int, int, void*) {
  return -1;
}

std::string contents(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  return {data, static_cast<std::size_t>(size)};
}

std::optional<KeyType> type_of_key(const EVP_PKEY* key) {
  switch (EVP_PKEY_get_base_id(key)) {
    case EVP_PKEY_RSA:
      return KeyType::rsa;
    case EVP_PKEY_ED25519:
      return KeyType::ed25519;
    default:
      return std::nullopt;
  }
}

std::unique_ptr<evp_pkey_ctx_st, FreeKeyContext> rsa_context(EVP_PKEY* key, int (*prepare)(EVP_PKEY_CTX*)) {
  std::unique_ptr<evp_pkey_ctx_st, FreeKeyContext> context(EVP_PKEY_CTX_new(key, nullptr));
  CHECK(context && prepare(context.get()) == 1);
  CHECK(EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_PADDING) == 1);
  CHECK(EVP_PKEY_CTX_set_signature_md(context.get(), sha256_method()) == 1);
  return context;
}

int exponent_bits(const EVP_PKEY* key) {
  BIGNUM* exponent = nullptr;
  if (EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_E, &exponent) != 1) return INT_MAX;
  const int bits = BN_num_bits(exponent);
  BN_free(exponent);
  return bits;
}

// The whole of `der` must be a key.
OwnedKey parse_subject_public_key(std::string_view der) {
  const unsigned char* at = octets_of(der);
  OwnedKey key(d2i_PUBKEY(nullptr, &at, static_cast<long>(der.size())));
  if (at != octets_of(der) + der.size()) key.reset();
  return key;
}

OwnedKey parse_rsa_public_key(std::string_view der) {
  const unsigned char* at = octets_of(der);
  OwnedKey key(d2i_PublicKey(EVP_PKEY_RSA, nullptr, &at, static_cast<long>(der.size())));
  if (at != octets_of(der) + der.size()) key.reset();
  return key;
}

}  // namespace

std::string_view to_string(KeyType type) {
  return type == KeyType::rsa ? "rsa" : "ed25519";
}

std::string_view algorithm_name(KeyType type) {
  return type == KeyType::rsa ? "rsa-sha256" : "ed25519-sha256";
}

void FreeKey::operator()(evp_pkey_st* key) const {
  EVP_PKEY_free(key);
}
void FreeKeyContext::operator()(evp_pkey_ctx_st* context) const {
  EVP_PKEY_CTX_free(context);
}
void FreeDigestContext::operator()(evp_md_ctx_st* context) const {
  EVP_MD_CTX_free(context);
}

Result<PrivateKey> PrivateKey::from_pem(std::string_view pem, std::string name) {
  const auto error = [&](std::string message) { return Error{.message = std::move(message), .file = name}; };
  if (pem.size() > pem_octets_max) return error("no private key is as large as this");
  const OwnedBio bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  CHECK(bio);
  std::shared_ptr<EVP_PKEY> key(PEM_read_bio_PrivateKey(bio.get(), nullptr, no_pass_phrase, nullptr), FreeKey{});
  ERR_clear_error();
  if (!key) {
    return error(
        "no private key in PEM without a pass phrase; expected -----BEGIN PRIVATE KEY----- or "
        "-----BEGIN RSA PRIVATE KEY-----");
  }
  const auto type = type_of_key(key.get());
  if (!type) return error("the private key is neither RSA nor Ed25519, and DKIM has no other (RFC 8463)");
  const int bits = EVP_PKEY_get_bits(key.get());
  if (type == KeyType::rsa && (bits < rsa_bits_min || bits > rsa_bits_max)) {
    return error("the RSA key has " + std::to_string(bits) + " bits; expected " + std::to_string(rsa_bits_min) +
                 " (RFC 8301) to " + std::to_string(rsa_bits_max) + "; 2048 is usual");
  }
  return PrivateKey(std::move(key), *type);
}

Result<PrivateKey> PrivateKey::from_ed25519_seed(std::string_view seed) {
  if (seed.size() != ed25519_octets) {
    return Error{.message = "an Ed25519 private key has 32 octets, not " + std::to_string(seed.size())};
  }
  std::shared_ptr<EVP_PKEY> key(
      EVP_PKEY_new_raw_private_key_ex(nullptr, "ED25519", nullptr, octets_of(seed), seed.size()), FreeKey{});
  CHECK(key);
  return PrivateKey(std::move(key), KeyType::ed25519);
}

Result<PrivateKey> PrivateKey::generate_rsa(int bits) {
  if (bits < rsa_bits_min || bits > rsa_bits_generated_max) {
    return Error{.message = "RSA keys are made with " + std::to_string(rsa_bits_min) + " to " +
                            std::to_string(rsa_bits_generated_max) + " bits, not " + std::to_string(bits)};
  }
  std::shared_ptr<EVP_PKEY> key(EVP_RSA_gen(static_cast<unsigned>(bits)), FreeKey{});
  CHECK(key);
  return PrivateKey(std::move(key), KeyType::rsa);
}

PrivateKey PrivateKey::generate_ed25519() {
  std::shared_ptr<EVP_PKEY> key(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"), FreeKey{});
  CHECK(key);
  return {std::move(key), KeyType::ed25519};
}

int PrivateKey::bits() const {
  return EVP_PKEY_get_bits(key_.get());
}

std::string PrivateKey::pem() const {
  const OwnedBio bio(BIO_new(BIO_s_mem()));
  CHECK(bio && PEM_write_bio_PKCS8PrivateKey(bio.get(), key_.get(), nullptr, nullptr, 0, nullptr, nullptr) == 1);
  return contents(bio.get());
}

std::string PrivateKey::public_bytes() const {
  if (type_ == KeyType::ed25519) {
    std::string octets(ed25519_octets, '\0');
    std::size_t size = octets.size();
    CHECK(EVP_PKEY_get_raw_public_key(key_.get(), reinterpret_cast<unsigned char*>(octets.data()), &size) == 1);
    return octets;
  }
  const OwnedBio bio(BIO_new(BIO_s_mem()));
  CHECK(bio && i2d_PUBKEY_bio(bio.get(), key_.get()) == 1);
  return contents(bio.get());
}

DigestSigner::DigestSigner(const PrivateKey& key)
    : key_(key), signature_(static_cast<std::size_t>(EVP_PKEY_get_size(key.native())), '\0') {
  if (key_.type() == KeyType::rsa) {
    rsa_ = rsa_context(key_.native(), EVP_PKEY_sign_init);
  } else {
    ed25519_.reset(EVP_MD_CTX_new());
    CHECK(ed25519_);
    begin_ed25519();
  }
}

void DigestSigner::begin_ed25519() {
  CHECK(EVP_DigestSignInit(ed25519_.get(), nullptr, nullptr, nullptr, key_.native()) == 1);
}

std::string_view DigestSigner::sign(const Sha256Digest& digest) {
  auto* const out = reinterpret_cast<unsigned char*>(signature_.data());
  std::size_t size = signature_.size();
  if (rsa_) {
    CHECK(EVP_PKEY_sign(rsa_.get(), out, &size, digest.data(), digest.size()) == 1);
  } else if (EVP_DigestSign(ed25519_.get(), out, &size, digest.data(), digest.size()) != 1) {
    // Not every OpenSSL lets a context sign twice. Where it does, beginning anew each time would cost a tenth.
    ERR_clear_error();
    begin_ed25519();
    size = signature_.size();
    CHECK(EVP_DigestSign(ed25519_.get(), out, &size, digest.data(), digest.size()) == 1);
  }
  return std::string_view(signature_).substr(0, size);
}

PublicKey::PublicKey(std::unique_ptr<evp_pkey_st, FreeKey> key, KeyType type)
    : key_(std::move(key)), type_(type), bits_(EVP_PKEY_get_bits(key_.get())) {
  if (type_ == KeyType::rsa) {
    rsa_ = rsa_context(key_.get(), EVP_PKEY_verify_init);
  } else {
    ed25519_.reset(EVP_MD_CTX_new());
    CHECK(ed25519_);
  }
}

std::optional<PublicKey> PublicKey::rsa(std::string_view der) {
  if (der.size() > rsa_bits_max) return std::nullopt;
  OwnedKey key = parse_subject_public_key(der);
  if (!key) key = parse_rsa_public_key(der);
  ERR_clear_error();
  if (!key || type_of_key(key.get()) != KeyType::rsa) return std::nullopt;
  const int bits = EVP_PKEY_get_bits(key.get());
  if (bits < 1 || bits > rsa_bits_max || exponent_bits(key.get()) > exponent_bits_max) return std::nullopt;
  return PublicKey(std::move(key), KeyType::rsa);
}

std::optional<PublicKey> PublicKey::ed25519(std::string_view octets) {
  OwnedKey key;
  if (octets.size() == ed25519_octets) {
    key.reset(EVP_PKEY_new_raw_public_key_ex(nullptr, "ED25519", nullptr, octets_of(octets), octets.size()));
  } else {
    key = parse_subject_public_key(octets);
  }
  ERR_clear_error();
  if (!key || type_of_key(key.get()) != KeyType::ed25519) return std::nullopt;
  return PublicKey(std::move(key), KeyType::ed25519);
}

bool PublicKey::verify(const Sha256Digest& digest, std::string_view signature) {
  const unsigned char* const octets = octets_of(signature);
  bool verified = false;
  if (rsa_) {
    verified = EVP_PKEY_verify(rsa_.get(), octets, signature.size(), digest.data(), digest.size()) == 1;
  } else {
    CHECK(EVP_DigestVerifyInit(ed25519_.get(), nullptr, nullptr, nullptr, key_.get()) == 1);
    verified = EVP_DigestVerify(ed25519_.get(), octets, signature.size(), digest.data(), digest.size()) == 1;
  }
  if (!verified) ERR_clear_error();
  return verified;
}

}  // namespace mailrig::auth
