#include "fakes/net/tls.h"

#include <fmt/format.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ssl/context.hpp>
#include <utility>

#include "fakes/base/check.h"

namespace mailrig::net {
namespace {

namespace ssl = boost::asio::ssl;

template <auto free_function>
struct Free {
  template <class T>
  void operator()(T* p) const {
    free_function(p);
  }
};
using Key = std::unique_ptr<EVP_PKEY, Free<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Free<X509_free>>;
using Extension = std::unique_ptr<X509_EXTENSION, Free<X509_EXTENSION_free>>;
using MemoryBio = std::unique_ptr<BIO, Free<BIO_free_all>>;

// The last thing OpenSSL complained about, which is the outermost and the most telling.
Error openssl_error(std::string_view what) {
  std::array<char, 256> reason{};
  ERR_error_string_n(ERR_peek_last_error(), reason.data(), reason.size());
  ERR_clear_error();
  return {fmt::format("cannot {}: OpenSSL says {}", what, reason.data())};
}

// Fixed dates instead of a clock: a sender may live at any model time.
constexpr const char* valid_from = "19900101000000Z";
constexpr const char* valid_until = "20900101000000Z";
constexpr const char* expired_at = "19910101000000Z";

// A common name is 64 characters at most (RFC 5280 appendix A.1, ub-common-name); host names stand in the SAN anyway.
constexpr std::size_t common_name_chars_max = 64;

Key new_key() {
  return Key(EVP_EC_gen("P-256"));
}

template <class Write>
std::string to_pem(Write write) {
  const MemoryBio bio(BIO_new(BIO_s_mem()));
  if (!bio || write(bio.get()) != 1) return {};
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  return std::string(data, static_cast<std::size_t>(size));
}

std::string to_pem(X509* certificate) {
  return to_pem([&](BIO* bio) { return PEM_write_bio_X509(bio, certificate); });
}

std::string to_pem(EVP_PKEY* key) {
  return to_pem([&](BIO* bio) { return PEM_write_bio_PrivateKey(bio, key, nullptr, nullptr, 0, nullptr, nullptr); });
}

bool set_serial(X509* certificate) {
  std::array<unsigned char, 8> bytes{};
  if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1) return false;
  std::uint64_t serial = 0;
  for (const unsigned char byte : bytes) serial = (serial << 8) | byte;
  return ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate), serial >> 1) == 1;
}

bool set_common_name(X509_NAME* name, const std::string& text) {
  const std::string shown = text.substr(0, common_name_chars_max);
  return X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, reinterpret_cast<const unsigned char*>(shown.data()),
                                    static_cast<int>(shown.size()), -1, 0) == 1;
}

bool add_extension(X509* certificate, X509* issuer, int nid, const std::string& value) {
  X509V3_CTX context{};
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  const Extension extension(X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str()));
  return extension && X509_add_ext(certificate, extension.get(), -1) == 1;
}

// Everything but names, extensions and the signature.
Certificate blank_certificate(EVP_PKEY* key, const char* not_after = valid_until) {
  Certificate certificate(X509_new());
  if (!certificate) return nullptr;
  const bool filled = X509_set_version(certificate.get(), X509_VERSION_3) == 1 && set_serial(certificate.get()) &&
                      ASN1_TIME_set_string_X509(X509_getm_notBefore(certificate.get()), valid_from) == 1 &&
                      ASN1_TIME_set_string_X509(X509_getm_notAfter(certificate.get()), not_after) == 1 &&
                      X509_set_pubkey(certificate.get(), key) == 1;
  return filled ? std::move(certificate) : nullptr;
}

int openssl_version(policy::TlsVersion version) {
  switch (version) {
    case policy::TlsVersion::tls1_0:
      return TLS1_VERSION;
    case policy::TlsVersion::tls1_1:
      return TLS1_1_VERSION;
    case policy::TlsVersion::tls1_2:
      return TLS1_2_VERSION;
    case policy::TlsVersion::tls1_3:
      return TLS1_3_VERSION;
    case policy::TlsVersion::none:
      break;
  }
  CHECK(version != policy::TlsVersion::none);
  return 0;
}

bool restrict_versions(SSL_CTX* context, TlsVersions versions) {
  if (SSL_CTX_set_min_proto_version(context, openssl_version(versions.min)) != 1) return false;
  if (SSL_CTX_set_max_proto_version(context, openssl_version(versions.max)) != 1) return false;
  // TLS 1.0 and 1.1 sign with SHA-1, which OpenSSL 3 only does at security level 0.
  const bool antique = versions.min < policy::TlsVersion::tls1_2;
  return !antique || SSL_CTX_set_cipher_list(context, "ALL:@SECLEVEL=0") == 1;
}

// `method` fixes the role; `fill` may use Asio's throwing setters.
template <class Fill>
Result<TlsContext> make_context(ssl::context::method method, TlsVersions versions, Fill fill) {
  if (versions.min > versions.max) return Error{"cannot set up TLS: the lowest allowed version is above the highest"};
  try {
    auto context = std::make_shared<ssl::context>(method);
    if (!restrict_versions(context->native_handle(), versions)) return openssl_error("restrict TLS versions");
    // One handshake per connection will do: it costs more to answer than to ask for. TLS 1.3 knows no other way.
    context->set_options(SSL_OP_NO_RENEGOTIATION);
    fill(*context);
    return context;
  } catch (const boost::system::system_error& error) {
    return Error{fmt::format("cannot set up TLS: {}", error.what())};
  }
}

}  // namespace

struct CertificateAuthority::State {
  Key key;
  Certificate certificate;
  std::string certificate_pem;
};

CertificateAuthority::CertificateAuthority(std::unique_ptr<State> state) : state_(std::move(state)) {}
CertificateAuthority::~CertificateAuthority() = default;
CertificateAuthority::CertificateAuthority(CertificateAuthority&&) noexcept = default;
CertificateAuthority& CertificateAuthority::operator=(CertificateAuthority&&) noexcept = default;

Result<CertificateAuthority> CertificateAuthority::create() {
  auto state = std::make_unique<State>();
  state->key = new_key();
  if (!state->key) return openssl_error("make a P-256 key for the run's certificate authority");
  state->certificate = blank_certificate(state->key.get());
  X509* const certificate = state->certificate.get();
  const bool signed_ = certificate != nullptr &&
                       set_common_name(X509_get_subject_name(certificate), "mailrig run CA") &&
                       X509_set_issuer_name(certificate, X509_get_subject_name(certificate)) == 1 &&
                       add_extension(certificate, certificate, NID_basic_constraints, "critical,CA:TRUE") &&
                       add_extension(certificate, certificate, NID_key_usage, "critical,keyCertSign,cRLSign") &&
                       add_extension(certificate, certificate, NID_subject_key_identifier, "hash") &&
                       X509_sign(certificate, state->key.get(), EVP_sha256()) != 0;
  if (!signed_) return openssl_error("make the run's CA certificate");
  state->certificate_pem = to_pem(certificate);
  return CertificateAuthority(std::move(state));
}

const std::string& CertificateAuthority::certificate_pem() const {
  return state_->certificate_pem;
}

Result<Credentials> CertificateAuthority::issue(const std::vector<std::string>& hosts, bool expired) const {
  if (hosts.empty()) return Error{"cannot issue a certificate: no host name given"};
  std::string names;
  for (const std::string& host : hosts) {
    // A comma would end the name in OpenSSL's extension syntax and let the rest say anything.
    if (host.empty() || host.find_first_of(", \n") != std::string::npos) {
      return Error{fmt::format("cannot issue a certificate for '{}': not a host name", host)};
    }
    names += (names.empty() ? "DNS:" : ",DNS:") + host;
  }
  const Key key = new_key();
  if (!key) return openssl_error("make a P-256 key");
  const Certificate certificate = blank_certificate(key.get(), expired ? expired_at : valid_until);
  X509* const issuer = state_->certificate.get();
  const bool signed_ = certificate != nullptr && set_common_name(X509_get_subject_name(certificate.get()), hosts[0]) &&
                       X509_set_issuer_name(certificate.get(), X509_get_subject_name(issuer)) == 1 &&
                       add_extension(certificate.get(), issuer, NID_basic_constraints, "critical,CA:FALSE") &&
                       add_extension(certificate.get(), issuer, NID_key_usage, "critical,digitalSignature") &&
                       add_extension(certificate.get(), issuer, NID_ext_key_usage, "serverAuth,clientAuth") &&
                       add_extension(certificate.get(), issuer, NID_authority_key_identifier, "keyid") &&
                       add_extension(certificate.get(), issuer, NID_subject_alt_name, names) &&
                       X509_sign(certificate.get(), state_->key.get(), EVP_sha256()) != 0;
  if (!signed_) return openssl_error(fmt::format("issue a certificate for {}", hosts[0]));
  return Credentials{to_pem(certificate.get()) + state_->certificate_pem, to_pem(key.get())};
}

Result<TlsContext> CertificateAuthority::server_context(std::string_view host, TlsVersions versions,
                                                        policy::Certificate certificate) const {
  // A name below the host's own is another one, as when the web server's certificate was put into place.
  const std::string named = (certificate == policy::Certificate::mismatched ? "www." : "") + std::string(host);
  const Result<Credentials> credentials = issue({named}, certificate == policy::Certificate::expired);
  if (!credentials) return credentials.error();
  return make_context(ssl::context::tls_server, versions, [&](ssl::context& context) {
    context.use_certificate_chain(boost::asio::buffer(credentials->certificate_pem));
    context.use_private_key(boost::asio::buffer(credentials->key_pem), ssl::context::pem);
    // A sender that asks for a session of another host must not be served this one's.
    SSL_CTX_set_session_id_context(context.native_handle(), reinterpret_cast<const unsigned char*>("mailrig"), 7);
  });
}

Result<TlsContext> client_context(TlsVersions versions) {
  return make_context(ssl::context::tls_client, versions,
                      [](ssl::context& context) { context.set_verify_mode(ssl::verify_none); });
}

Result<TlsContext> verifying_client_context(const std::string& ca_certificate_pem, TlsVersions versions) {
  return make_context(ssl::context::tls_client, versions, [&](ssl::context& context) {
    context.add_certificate_authority(boost::asio::buffer(ca_certificate_pem));
    context.set_verify_mode(ssl::verify_peer);
  });
}

policy::TlsVersion negotiated_version(const SSL* connection) {
  switch (SSL_version(connection)) {
    case TLS1_VERSION:
      return policy::TlsVersion::tls1_0;
    case TLS1_1_VERSION:
      return policy::TlsVersion::tls1_1;
    case TLS1_2_VERSION:
      return policy::TlsVersion::tls1_2;
    case TLS1_3_VERSION:
      return policy::TlsVersion::tls1_3;
    default:
      return policy::TlsVersion::none;
  }
}

}  // namespace mailrig::net
