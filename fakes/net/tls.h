// TLS for a run: its own certificate authority, certificates for the fake hosts, and the contexts of both ends.
// Keys are made afresh in every run and never touch a disk unless the user asks for the CA's certificate.
// The functions are thread-safe; a context is filled here and only read afterwards.
#pragma once

#include <openssl/types.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "fakes/base/result.h"
#include "fakes/policy/certificate.h"
#include "fakes/policy/session.h"

namespace boost::asio::ssl {
class context;
}

namespace mailrig::net {

using TlsContext = std::shared_ptr<boost::asio::ssl::context>;

struct TlsVersions {
  policy::TlsVersion min = policy::TlsVersion::tls1_2;  // below 1.2 OpenSSL's security level is lowered to 0
  policy::TlsVersion max = policy::TlsVersion::tls1_3;
};

struct Credentials {
  std::string certificate_pem;  // the host's certificate, then the CA's
  std::string key_pem;
};

class CertificateAuthority {
 public:
  // An EC P-256 key and a self-signed certificate. Valid for a century around now, so that senders living in another
  // model time accept it.
  static Result<CertificateAuthority> create();
  ~CertificateAuthority();
  CertificateAuthority(CertificateAuthority&&) noexcept;
  CertificateAuthority& operator=(CertificateAuthority&&) noexcept;

  // What a sender has to trust to verify the fakes.
  const std::string& certificate_pem() const;
  // A certificate for these host names (subjectAltName; at least one) with a key of its own. One that has expired did
  // so in 1991, which is the past of every model time that a sender may live in.
  Result<Credentials> issue(const std::vector<std::string>& hosts, bool expired = false) const;
  // Speaks for `host` with a new certificate in this state.
  Result<TlsContext> server_context(std::string_view host, TlsVersions versions = {},
                                    policy::Certificate certificate = policy::Certificate::valid) const;

 private:
  struct State;
  explicit CertificateAuthority(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// What mail servers speak with one another, the oldest of them included.
inline constexpr TlsVersions all_versions{policy::TlsVersion::tls1_0, policy::TlsVersion::tls1_3};

// Encrypts without asking with whom, which is what opportunistic TLS between mail servers does (RFC 7435).
Result<TlsContext> client_context(TlsVersions versions = all_versions);
// Trusts exactly this CA and refuses everybody else.
Result<TlsContext> verifying_client_context(const std::string& ca_certificate_pem, TlsVersions versions = {});

// After the handshake.
policy::TlsVersion negotiated_version(const SSL* connection);

}  // namespace mailrig::net
