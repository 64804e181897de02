#include "fakes/auth/arc_seal.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fakes/auth/key_record.h"
#include "tests/fakes/auth/suite.h"

namespace mailrig::auth {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr Instant now{std::chrono::seconds(1'790'000'000)};
constexpr std::string_view message =
    "DKIM-Signature: v=1\r\n"
    "From: ann@example.com\r\n"
    "Subject: Hello\r\n"
    "\r\n"
    "Hello\r\n";

const PrivateKey& key() {
  static const PrivateKey one = PrivateKey::generate_ed25519();
  return one;
}

std::string fault_of(ArcSealOptions options) {
  const auto sealer = ArcSealer::make(std::move(options));
  return sealer ? "" : sealer.error().message;
}

// RFC 8617 §5.1: seal, message signature, results from the top; §4.1.2: DKIM signatures are signed too.
TEST(ArcSeal, WritesASet) {
  auto sealer = ArcSealer::make({.domain = "Example.ORG", .selector = "s1", .key = key()});
  ASSERT_TRUE(sealer);
  const std::string set = sealer->seal(message, {}, "mx.example.org;\r\n  spf=pass", now);
  EXPECT_THAT(set, StartsWith("ARC-Seal: a=ed25519-sha256;\r\n b="));
  EXPECT_THAT(set, HasSubstr(";\r\n cv=none; d=example.org; i=1; s=s1; t=1790000000\r\nARC-Message-Signature: "));
  EXPECT_THAT(set, HasSubstr("c=relaxed/relaxed;\r\n d=example.org; h=From:Subject:DKIM-Signature; i=1; s=s1;"));
  EXPECT_THAT(set, HasSubstr("\r\nARC-Authentication-Results: i=1; mx.example.org; spf=pass\r\n"));

  suite::Resolver resolver;
  resolver.txt("s1._domainkey.example.org", key_record_text(key()));
  EXPECT_EQ(ArcVerifier().verify(set + std::string(message), resolver, now).result, ArcResult::pass);
}

TEST(ArcSeal, TakesTheBodyInPiecesAndMessageAfterMessage) {
  auto sealer = ArcSealer::make({.domain = "example.org", .selector = "s1", .key = key()});
  const std::string whole = sealer->seal(message, {}, "mx.example.org; none", now);
  const std::size_t body = message.find("\r\n\r\n") + 4;
  for (int round = 0; round < 2; ++round) {
    sealer->begin(message.substr(0, body));
    for (const char& c : message.substr(body)) sealer->push({&c, 1});
    EXPECT_EQ(sealer->finish({}, "mx.example.org; none", now), whole);
  }
}

TEST(ArcSeal, SealsWithLongKeys) {
  const PrivateKey rsa = *PrivateKey::generate_rsa(2048);
  auto sealer = ArcSealer::make({.domain = "example.org", .selector = "s1", .key = rsa});
  suite::Resolver resolver;
  resolver.txt("s1._domainkey.example.org", key_record_text(rsa));
  const std::string set = sealer->seal(message, {}, "mx.example.org; none", now);
  EXPECT_EQ(ArcVerifier().verify(set + std::string(message), resolver, now).result, ArcResult::pass);
}

TEST(ArcSeal, SaysWhichOptionCannotBeUsed) {
  EXPECT_THAT(fault_of({.domain = "example.org", .selector = "s1"}), HasSubstr("private key"));
  EXPECT_THAT(fault_of({.domain = "org", .selector = "s1", .key = key()}), HasSubstr("'org' is no domain"));
  EXPECT_THAT(fault_of({.domain = "example.org", .selector = "s1", .key = key(), .fields = {"From", "arc-seal"}}),
              HasSubstr("arc-seal must not be signed"));
  EXPECT_THAT(fault_of({.domain = "example.org", .selector = "s1", .key = key(), .fields = {"To"}}),
              HasSubstr("From must be among"));
}

// RFC 8617 §4.1.1: all Authentication-Results of the sealer's own service, those of others left out.
TEST(CollectedResults, PutsTogetherWhatOneServiceWrote) {
  EXPECT_EQ(collected_results("Authentication-Results: mx.example.org 1; spf=pass\r\n"
                              "Authentication-Results: other.example; spf=fail\r\n"
                              "authentication-results: MX.example.org; dkim=pass;\r\n\tdmarc=pass\r\n"
                              "Authentication-Results: broken\r\n"
                              "\r\n"
                              "Authentication-Results: mx.example.org; body=no\r\n",
                              "mx.example.org"),
            "mx.example.org; spf=pass; dkim=pass;\r\n\tdmarc=pass");
}

}  // namespace
}  // namespace mailrig::auth
