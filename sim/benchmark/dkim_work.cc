#include "sim/benchmark/dkim_work.h"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include <utility>
#include <vector>

#include "fakes/auth/canonical_body.h"
#include "fakes/auth/canonical_header.h"
#include "fakes/auth/dkim_sign.h"
#include "fakes/auth/dkim_verify.h"
#include "fakes/base/check.h"
#include "fakes/dns/resolver.h"
#include "fakes/dns/zones.h"
#include "fakes/mail/build.h"

namespace mailrig::benchmark {
namespace {

constexpr Instant signed_at{std::chrono::seconds(1'790'000'000)};
constexpr std::string_view signing_domain = "shop.example";
constexpr std::string_view selector = "s1";

// Words and line ends as plain text has them; nothing in it has to be changed to become canonical.
std::string text_of(std::size_t octets) {
  constexpr std::string_view words = "your order has been packed and is on its way, thank you for buying with us;";
  std::string text;
  while (text.size() < octets) text.append(words.substr(text.size() % 5)).append("\r\n");
  text.resize(octets);
  std::string_view end = "xx\r\n";  // so that no line end is cut in two
  if (octets < end.size()) end.remove_prefix(end.size() - octets);
  text.replace(octets - end.size(), end.size(), end);
  return text;
}

}  // namespace

// These are members of DkimWork::State, so they need a name outside of this file.
class Counted final : public auth::CanonicalSink {
 public:
  void take(std::string_view run) override { octets += run.size(); }
  std::size_t octets = 0;
};

struct FreeContext {
  void operator()(EVP_PKEY_CTX* context) const { EVP_PKEY_CTX_free(context); }
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

// OpenSSL's own operation and nothing else, prepared as well as its interface allows: contexts are made once.
class RawKey {
 public:
  explicit RawKey(const auth::PrivateKey& key) : key_(key) {
    if (key_.type() == auth::KeyType::rsa) {
      signing_ = rsa_context(EVP_PKEY_sign_init);
      verifying_ = rsa_context(EVP_PKEY_verify_init);
    } else {
      ed25519_signing_.reset(EVP_MD_CTX_new());
      ed25519_verifying_.reset(EVP_MD_CTX_new());
      CHECK(EVP_DigestSignInit(ed25519_signing_.get(), nullptr, nullptr, nullptr, key_.native()) == 1);
      CHECK(EVP_DigestVerifyInit(ed25519_verifying_.get(), nullptr, nullptr, nullptr, key_.native()) == 1);
    }
    sign();
  }

  void sign() {
    size_ = sizeof signature_;
    if (signing_) {
      CHECK(EVP_PKEY_sign(signing_.get(), signature_, &size_, digest_.data(), digest_.size()) == 1);
    } else {
      CHECK(EVP_DigestSign(ed25519_signing_.get(), signature_, &size_, digest_.data(), digest_.size()) == 1);
    }
  }

  void verify() {
    if (verifying_) {
      CHECK(EVP_PKEY_verify(verifying_.get(), signature_, size_, digest_.data(), digest_.size()) == 1);
    } else {
      CHECK(EVP_DigestVerify(ed25519_verifying_.get(), signature_, size_, digest_.data(), digest_.size()) == 1);
    }
  }

 private:
  using Context = std::unique_ptr<EVP_PKEY_CTX, FreeContext>;
  using DigestContext = std::unique_ptr<EVP_MD_CTX, FreeContext>;

  Context rsa_context(int (*prepare)(EVP_PKEY_CTX*)) {
    Context context(EVP_PKEY_CTX_new(key_.native(), nullptr));
    CHECK(context && prepare(context.get()) == 1);
    CHECK(EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_PADDING) == 1);
    CHECK(EVP_PKEY_CTX_set_signature_md(context.get(), auth::sha256_method()) == 1);
    return context;
  }

  auth::PrivateKey key_;
  auth::Sha256Digest digest_ = auth::Sha256::of("what is signed makes no difference");
  Context signing_;
  Context verifying_;
  DigestContext ed25519_signing_;
  DigestContext ed25519_verifying_;
  unsigned char signature_[auth::rsa_bits_max / 8];
  std::size_t size_ = 0;
};

Result<std::string> sample_message(std::size_t size_bytes) {
  mail::Composition parts;
  parts.from = {"Shop", {"orders", std::string(signing_domain)}};
  parts.to = {{"Customer", {"customer", "mailbox.example"}}};
  parts.subject = "Your order 4711 is on its way";
  parts.date = signed_at;
  parts.message_id = "4711.1790000000@shop.example";
  parts.list_unsubscribe = "https://shop.example/unsubscribe/4711";
  parts.encoding = mail::TransferEncoding::seven_bit;
  std::string message = mail::compose(parts);
  if (size_bytes < message.size()) {
    return Error{.message = fmt::format("the header alone takes {} bytes, so a message cannot have {}", message.size(),
                                        size_bytes)};
  }
  message += text_of(size_bytes - message.size());
  return {boost::system::in_place_value, std::move(message)};
}

struct DkimWork::State {
  State(const std::string& key_pem, std::string text)
      : key(auth::PrivateKey::from_pem(key_pem).value()),
        raw(key),
        signer(auth::DkimSigner::make(
                   {.domain = std::string(signing_domain), .selector = std::string(selector), .key = key})
                   .value()),
        message(std::move(text)),
        resolver(zones, signed_at),
        verifier({}, &cache),
        names(auth::default_signed_fields().begin(), auth::default_signed_fields().end()),
        body(auth::Canonicalization::relaxed, canonical) {
    CHECK(zones.add_zone(signing_domain));
    CHECK(zones.add(
        dns::Record::txt(fmt::format("{}._domainkey.{}", selector, signing_domain), auth::key_record_text(key))));
    signed_message = signer.sign(message, signed_at) + message;
    canonical_header(canonical_text);
    Counted counted;
    auth::BodyCanonicalizer body_once(auth::Canonicalization::relaxed, counted);
    body_once.push(std::string_view(message).substr(header.body_offset()));
    body_once.finish();
    canonical_text.append(counted.octets, 'x');
  }

  void canonical_header(std::string& out) {
    out.clear();
    header.assign(message);
    header.begin_choice();
    for (const auth::FieldName& name : names) {
      while (const mail::HeaderField* field = header.choose(name)) {
        auth::append_canonical_field(out, auth::Canonicalization::relaxed, field->raw);
      }
    }
  }

  auth::PrivateKey key;
  RawKey raw;
  auth::DkimSigner signer;
  std::string message;
  std::string signed_message;
  dns::Zones zones;
  dns::ZoneResolver resolver;
  auth::BoundedKeyCache cache;
  auth::DkimVerifier verifier;
  auth::HeaderFields header;
  std::vector<auth::FieldName> names;  // of what is signed
  std::string scratch;
  Counted canonical;
  auth::BodyCanonicalizer body;
  std::string canonical_text;  // as long as the canonical form
  auth::Sha256 sha256;
};

DkimWork::DkimWork(const std::string& key_pem, std::string message)
    : state_(std::make_unique<State>(key_pem, std::move(message))) {}
DkimWork::~DkimWork() = default;

void DkimWork::sign() {
  CHECK(!state_->signer.sign(state_->message, signed_at).empty());
}
void DkimWork::raw_sign() {
  state_->raw.sign();
}
void DkimWork::verify() {
  const auth::DkimOutcome outcome = state_->verifier.verify(state_->signed_message, state_->resolver, signed_at);
  CHECK(outcome.result() == auth::DkimResult::pass);
}
void DkimWork::raw_verify() {
  state_->raw.verify();
}
void DkimWork::canonicalize() {
  state_->canonical_header(state_->scratch);
  state_->body.push(std::string_view(state_->message).substr(state_->header.body_offset()));
  state_->body.finish();
  CHECK(state_->canonical.octets > 0);
}
void DkimWork::hash() {
  state_->sha256.update(state_->canonical_text);
  CHECK(state_->sha256.finish() != auth::Sha256Digest{});
}

}  // namespace mailrig::benchmark
