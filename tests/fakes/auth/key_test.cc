#include "fakes/auth/key.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fakes/auth/tag_list.h"
#include "fakes/mail/encode.h"

namespace mailrig::auth {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

std::string hex(std::string_view digits) {
  std::string octets;
  for (std::size_t i = 0; i + 1 < digits.size(); i += 2) {
    octets += static_cast<char>(std::stoi(std::string(digits.substr(i, 2)), nullptr, 16));
  }
  return octets;
}

// Made for these tests with `openssl genrsa -traditional 1024` and of no other use.
constexpr std::string_view pkcs1_pem = R"(-----BEGIN RSA PRIVATE KEY-----
MIICXQIBAAKBgQCtR6pcrrG0ia7IVXZJQQsuCGHUhafGx/jv7EoYGeuoiFR4/G6X
CGY/3VMYmJJ0itmJus8NMZNFAtCKW502+9QX6VQfmqOQVQAGL4UWFl4kIQDPwWkC
ZuL+ARdaTPIW/t241aYBekIzZEfaqhvnDByE45l5HRpXQSP+5EMfEqzNAQIDAQAB
AoGBAJTmTGKwS0wUM/k6VxbDqdO4qDhzUaTjGesxZMopG/QKkmwUnwNx2Etw6ILu
OIuk9SIBQQLZYu+eZ409BG/HHoyyvWGazKfiacfr4qgHzO3sWpqesqV+rYEsJqbZ
9CmS/uabZph3TUnkoyFcCkMVU6ux8etw3dADGl7fb92n5aPxAkEA4dU8H4jB63u/
t2+T36AvmIFAHvzlkVHL3FF69kRaKv9bNpf4IRyx6zLLpj813C5phS45etqvxo2y
TOAdxHUZTwJBAMRtSSj2Gb/AahUMDca2JZXcSAqpCxmFodEYVlzK7HP3/yGj9PTS
gzpdMz1XMht60kPv3q/csp717vCr6hY3gK8CQCGK0GFGqLbXLISMWARRAIDAQcvY
eCh7Y7IXkBHf2RylzOBw9fPFFU//vWu128QWSKn1UahDrvPou+DbMNCrK9UCQQCB
0TxlzuhLm25AxLuiFaWXeoM+UGRelLvSRkRlhVNqfX9ni0WMPEiwXQJNSwB5ut2W
OsSw86o1dpJZCzVlQ39PAkBgttNyM3vkmIjtHiahcotonPpIoxLnCPa+tr/7VhNw
bFVSxPHkHKPVcBqcTbw+mG0cDqGm+xt1t9aA5lc3j97t
-----END RSA PRIVATE KEY-----
)";

TEST(PrivateKey, ReadsBothFormsOfRsa) {
  const auto pkcs1 = PrivateKey::from_pem(pkcs1_pem);
  ASSERT_TRUE(pkcs1) << pkcs1.error().message;
  EXPECT_EQ(pkcs1->type(), KeyType::rsa);
  EXPECT_EQ(pkcs1->bits(), 1024);
  const std::string pkcs8 = pkcs1->pem();
  EXPECT_THAT(pkcs8, StartsWith("-----BEGIN PRIVATE KEY-----\n"));
  const auto again = PrivateKey::from_pem(pkcs8);
  ASSERT_TRUE(again);
  EXPECT_EQ(again->public_bytes(), pkcs1->public_bytes());
}

// RFC 8463 Appendix A.2, whose key is that of RFC 8032 §7.1 TEST 1.
TEST(PrivateKey, MakesThePublicKeyOfTheRfc) {
  const auto key =
      PrivateKey::from_ed25519_seed(hex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"));
  ASSERT_TRUE(key);
  EXPECT_EQ(mail::base64(key->public_bytes()), "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=");
  const auto again = PrivateKey::from_pem(key->pem());
  ASSERT_TRUE(again);
  EXPECT_EQ(again->type(), KeyType::ed25519);
  EXPECT_EQ(again->public_bytes(), key->public_bytes());
}

TEST(PrivateKey, SaysWhatIsWrong) {
  const auto message = [](std::string_view pem) { return PrivateKey::from_pem(pem, "key.pem").error().to_string(); };
  EXPECT_THAT(message("hello"), StartsWith("key.pem"));
  EXPECT_THAT(message("hello"), HasSubstr("-----BEGIN PRIVATE KEY-----"));
  EXPECT_THAT(message("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"), HasSubstr("no private key"));
  // RFC 8301 §3.2: "Signers MUST use RSA keys of at least 1024 bits".
  EXPECT_THAT(message(R"(-----BEGIN RSA PRIVATE KEY-----
MIIBOwIBAAJBAKEMjfZEWhuaa0qtgYkP2FkjBBO+Wma1PEAQ5FxlDejy3nPDTGIh
K+MdFgL5PrG0EPnQPiZ/gagwRGgfCJpoeBECAwEAAQJAK75mPPL56q953xHbsmfs
YuHA9L/qfCVUFS7BaFtGePQ4q/V4XTY+TIjcEiQa1QsiMZQRy7S2dBLOD1UExToF
RQIhAMuU/1Z5e2bfzpvLm6ph3S6pBjZ/wb71vviJNsQ2BE+fAiEAyoQEmXiNNqgO
MvUUeuI9mwvijxFtnJqyCebx/MUqWk8CIQCF1n2LDzB2cFp3CANdnxr3Cv3fpFvu
O8cBw8tycQSihwIgbYgVzMPs7KDcfScc2pG+7DrzYJn2hPsOTFjCjQo+q/UCIQC9
13tFm6GMl8C5KCj72K5EtI9pODTkhQUyQpz+dtctEg==
-----END RSA PRIVATE KEY-----
)"),
              HasSubstr("512 bits"));
  EXPECT_THAT(message(R"(-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgu75MQvMp7/zsPmXI
QaUkZgJ8hMTuwxWjjf9FdIX3LVahRANCAAQvoDUsil2b1wNduy9bVVsnecvh1xfS
sPl9Qbs/xZ1xgUAZ1B6ucOVVoZg4O2kOnyPXLyDm+QQR92JIwUFTAlJk
-----END PRIVATE KEY-----
)"),
              HasSubstr("neither RSA nor Ed25519"));
  // A pass phrase cannot be asked for.
  EXPECT_THAT(message(R"(-----BEGIN ENCRYPTED PRIVATE KEY-----
MIGbMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAhogKzRr+CFcAICCAAw
DAYIKoZIhvcNAgkFADAdBglghkgBZQMEAQIEEOIzJQnTZgvnK9XEt6PSPQwEQN+0
dHHUAcRCx+BWCfa55iekOZzEdLfHO9y7xwiuXrjigne0oR1lkIK7caGMCbUhOTyy
bmABoGvq8gzK5nkG60E=
-----END ENCRYPTED PRIVATE KEY-----
)"),
              HasSubstr("without a pass phrase"));
  EXPECT_THAT(PrivateKey::generate_rsa(1023).error().message, HasSubstr("1024 to 4096"));
  EXPECT_THAT(PrivateKey::generate_rsa(4097).error().message, HasSubstr("1024 to 4096"));
  EXPECT_FALSE(PrivateKey::from_ed25519_seed("short"));
}

TEST(PrivateKey, IsGenerated) {
  const auto rsa = PrivateKey::generate_rsa(1024);
  ASSERT_TRUE(rsa);
  EXPECT_EQ(rsa->bits(), 1024);
  EXPECT_NE(PrivateKey::generate_ed25519().public_bytes(), PrivateKey::generate_ed25519().public_bytes());
}

// Signs twice with one signer, since contexts are used again; verifies good and bad likewise.
void expect_round_trip(const PrivateKey& private_key, PublicKey public_key) {
  DigestSigner signer(private_key);
  for (const std::string_view text : {"one", "two"}) {
    const Sha256Digest digest = Sha256::of(text);
    const std::string signature(signer.sign(digest));
    EXPECT_TRUE(public_key.verify(digest, signature));
    EXPECT_FALSE(public_key.verify(Sha256::of("three"), signature));
    EXPECT_FALSE(public_key.verify(digest, signature.substr(1)));
    EXPECT_FALSE(public_key.verify(digest, ""));
    EXPECT_TRUE(public_key.verify(digest, signature));
  }
}

TEST(PublicKey, VerifiesWhatThePrivateKeySigned) {
  const auto rsa = PrivateKey::from_pem(pkcs1_pem);
  expect_round_trip(*rsa, *PublicKey::rsa(rsa->public_bytes()));
  const PrivateKey ed25519 = PrivateKey::generate_ed25519();
  expect_round_trip(ed25519, *PublicKey::ed25519(ed25519.public_bytes()));
}

// RFC 6376 §3.6.1 says RSAPublicKey, everybody writes SubjectPublicKeyInfo (erratum 3017), and a few do as it says.
TEST(PublicKey, ReadsBothFormsOfRsa) {
  const std::string info = PrivateKey::from_pem(pkcs1_pem)->public_bytes();
  constexpr std::size_t wrapping = 22;  // SEQUENCE, AlgorithmIdentifier, BIT STRING
  auto bare = PublicKey::rsa(std::string_view(info).substr(wrapping));
  ASSERT_TRUE(bare);
  EXPECT_EQ(bare->bits(), 1024);
  expect_round_trip(*PrivateKey::from_pem(pkcs1_pem), std::move(*bare));
}

// RFC 8463 §4.2 has 32 octets; some publish SubjectPublicKeyInfo.
TEST(PublicKey, ReadsBothFormsOfEd25519) {
  const PrivateKey key = PrivateKey::generate_ed25519();
  auto wrapped = PublicKey::ed25519(hex("302a300506032b6570032100") + key.public_bytes());
  ASSERT_TRUE(wrapped);
  expect_round_trip(key, std::move(*wrapped));
}

TEST(PublicKey, RefusesWhatIsNone) {
  const std::string info = PrivateKey::from_pem(pkcs1_pem)->public_bytes();
  EXPECT_FALSE(PublicKey::rsa(""));
  EXPECT_FALSE(PublicKey::rsa(info + "x"));
  EXPECT_FALSE(PublicKey::rsa(info.substr(0, info.size() - 1)));
  EXPECT_FALSE(PublicKey::rsa(PrivateKey::generate_ed25519().public_bytes()));
  EXPECT_FALSE(PublicKey::ed25519(info));
  EXPECT_FALSE(PublicKey::ed25519(std::string(31, 'x')));
  // An exponent of 72 bits: verifying with it would cost what its owner likes.
  EXPECT_FALSE(PublicKey::rsa(hex("3016"
                                  "0209"
                                  "00"
                                  "c000000000000001") +
                              hex("0209"
                                  "01"
                                  "0000000000000001")));
}

}  // namespace
}  // namespace mailrig::auth
