#include "fakes/net/tls.h"

#include <gmock/gmock.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <boost/asio/ssl/context.hpp>

namespace mailrig::net {
namespace {

using policy::TlsVersion;

const CertificateAuthority& authority() {
  static const CertificateAuthority made = *CertificateAuthority::create();
  return made;
}

// Both ends of a handshake in memory. Returns the version agreed on, or none when it failed.
TlsVersion shake_hands(const TlsContext& client_side, const TlsContext& server_side, const char* expected_host) {
  SSL* const client = SSL_new(client_side->native_handle());
  SSL* const server = SSL_new(server_side->native_handle());
  BIO* client_end = nullptr;
  BIO* server_end = nullptr;
  BIO_new_bio_pair(&client_end, 0, &server_end, 0);
  SSL_set_bio(client, client_end, client_end);
  SSL_set_bio(server, server_end, server_end);
  SSL_set_connect_state(client);
  SSL_set_accept_state(server);
  SSL_set1_host(client, expected_host);
  int client_done = 0;
  int server_done = 0;
  for (int round = 0; round < 10 && (client_done != 1 || server_done != 1); ++round) {
    client_done = SSL_do_handshake(client);
    server_done = SSL_do_handshake(server);
  }
  const bool agreed = client_done == 1 && server_done == 1;
  const TlsVersion version = agreed ? negotiated_version(client) : TlsVersion::none;
  SSL_free(client);
  SSL_free(server);
  return version;
}

TEST(CertificateAuthority, WhoTrustsItAcceptsItsHosts) {
  const TlsContext client = *verifying_client_context(authority().certificate_pem());
  const TlsContext server = *authority().server_context("mx.test.example");
  EXPECT_EQ(shake_hands(client, server, "mx.test.example"), TlsVersion::tls1_3);
  EXPECT_EQ(shake_hands(client, server, "mx.other.example"), TlsVersion::none);
}

TEST(CertificateAuthority, WhoTrustsAnotherOneRefusesItsHosts) {
  const auto other = CertificateAuthority::create();
  ASSERT_TRUE(other);
  const TlsContext client = *verifying_client_context(other->certificate_pem());
  EXPECT_EQ(shake_hands(client, *authority().server_context("mx.test.example"), "mx.test.example"), TlsVersion::none);
}

TEST(CertificateAuthority, WhoVerifiesRefusesExpiredAndForeignCertificatesAndTakesRenewedOnes) {
  using policy::Certificate;
  const TlsContext verifying = *verifying_client_context(authority().certificate_pem());
  const TlsContext opportunistic = *client_context();
  for (const Certificate state :
       {Certificate::valid, Certificate::renewed, Certificate::expired, Certificate::mismatched}) {
    const TlsContext server = *authority().server_context("mx.test.example", {}, state);
    EXPECT_EQ(shake_hands(verifying, server, "mx.test.example") != TlsVersion::none, policy::proves_identity(state))
        << static_cast<int>(state);
    // RFC 7435 §3: whoever only wants to encrypt does so in any case.
    EXPECT_EQ(shake_hands(opportunistic, server, "mx.test.example"), TlsVersion::tls1_3);
  }
}

TEST(CertificateAuthority, AnExpiredCertificateIsInOrderOtherwise) {
  const TlsContext client = *verifying_client_context(authority().certificate_pem());
  // In 1990, say, when it was valid.
  X509_VERIFY_PARAM_set_time(SSL_CTX_get0_param(client->native_handle()), 640'000'000);
  const TlsContext server = *authority().server_context("mx.test.example", {}, policy::Certificate::expired);
  EXPECT_EQ(shake_hands(client, server, "mx.test.example"), TlsVersion::tls1_3);
  EXPECT_EQ(shake_hands(client, server, "mx.other.example"), TlsVersion::none);
}

TEST(CertificateAuthority, ARenewedCertificateHasANewKey) {
  const auto first = authority().issue({"mx.test.example"});
  const auto second = authority().issue({"mx.test.example"});
  ASSERT_TRUE(first && second);
  EXPECT_NE(first->key_pem, second->key_pem);
  EXPECT_NE(first->certificate_pem, second->certificate_pem);
}

TEST(CertificateAuthority, ACertificateMayNameSeveralHostsAndLongOnes) {
  const std::string long_name = std::string(60, 'a') + "." + std::string(60, 'b') + ".example";
  const auto issued = authority().issue({long_name, "second.example"});
  ASSERT_TRUE(issued) << issued.error().message;
  BIO* const bio = BIO_new_mem_buf(issued->certificate_pem.data(), static_cast<int>(issued->certificate_pem.size()));
  X509* const certificate = PEM_read_bio_X509(bio, nullptr, nullptr, nullptr);
  EXPECT_EQ(X509_check_host(certificate, long_name.data(), long_name.size(), 0, nullptr), 1);
  EXPECT_EQ(X509_check_host(certificate, "second.example", 0, 0, nullptr), 1);
  EXPECT_EQ(X509_check_host(certificate, "third.example", 0, 0, nullptr), 0);
  X509_free(certificate);
  BIO_free(bio);
}

TEST(CertificateAuthority, RefusesNamesThatAreNone) {
  EXPECT_FALSE(authority().issue({}));
  EXPECT_FALSE(authority().issue({""}));
  EXPECT_THAT(authority().issue({"a.example,IP:127.0.0.1"}).error().message, ::testing::HasSubstr("not a host name"));
}

TEST(TlsContexts, OpportunisticClientsTakeAnyCertificate) {
  EXPECT_EQ(shake_hands(*client_context(), *authority().server_context("mx.test.example"), "mx.other.example"),
            TlsVersion::tls1_3);
}

TEST(TlsContexts, KeepToTheirVersions) {
  for (const TlsVersion version : {TlsVersion::tls1_0, TlsVersion::tls1_1, TlsVersion::tls1_2, TlsVersion::tls1_3}) {
    const TlsContext server = *authority().server_context("mx.test.example", {version, version});
    EXPECT_EQ(shake_hands(*client_context(), server, "mx.test.example"), version);
    const TlsContext modern = *client_context({TlsVersion::tls1_2, TlsVersion::tls1_3});
    EXPECT_EQ(shake_hands(modern, server, "mx.test.example"),
              version < TlsVersion::tls1_2 ? TlsVersion::none : version);
  }
}

TEST(TlsContexts, TheLowestVersionIsNotAboveTheHighest) {
  EXPECT_FALSE(client_context({TlsVersion::tls1_3, TlsVersion::tls1_2}));
}

}  // namespace
}  // namespace mailrig::net
