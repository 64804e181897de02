#include "fakes/auth/dkim_verify.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fakes/auth/dkim_sign.h"
#include "fakes/auth/key_record.h"
#include "fakes/mail/encode.h"
#include "tests/fakes/auth/suite.h"

namespace mailrig::auth {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr Instant verified_at{std::chrono::seconds(1'790'000'000)};
constexpr std::string_view plain_message =
    "From: Ann <ann@example.com>\r\n"
    "To: bob@example.net\r\n"
    "Subject: Hello\r\n"
    "Date: Mon, 02 Mar 2026 08:00:00 +0000\r\n"
    "\r\n"
    "Hello Bob,\r\nhow are you?\r\n";

const PrivateKey& ed25519_key() {
  static const PrivateKey key = PrivateKey::generate_ed25519();
  return key;
}
const PrivateKey& rsa_key() {
  static const PrivateKey key = *PrivateKey::generate_rsa(1024);
  return key;
}

SigningOptions options_of(const PrivateKey& key = ed25519_key()) {
  return {.domain = "example.com", .selector = "s1", .key = key};
}

std::string signed_message(SigningOptions options, std::string_view message = plain_message, Instant at = verified_at) {
  auto signer = DkimSigner::make(std::move(options));
  EXPECT_TRUE(signer) << signer.error().message;
  return signer->sign(message, at) + std::string(message);
}

std::string replacing(std::string text, std::string_view from, std::string_view to) {
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

class DkimVerify : public ::testing::Test {
 protected:
  DkimVerify() { resolver_.txt("s1._domainkey.example.com", key_record_text(ed25519_key())); }

  DkimOutcome verify(std::string_view message, Instant at = verified_at, DkimVerifyOptions options = {}) {
    return DkimVerifier(options).verify(message, resolver_, at);
  }
  // "pass", "fail: body hash mismatch"
  std::string verdict(std::string_view message, Instant at = verified_at) {
    const DkimOutcome outcome = verify(message, at);
    if (outcome.signatures.size() != 1) return std::to_string(outcome.signatures.size()) + " signatures";
    return in_words(outcome.signatures.front());
  }
  static std::string in_words(const SignatureVerdict& signature) {
    const std::string result(to_string(signature.result));
    return signature.reason.empty() ? result : result + ": " + signature.reason;
  }
  // For a key record of its own.
  std::string verdict_with_record(std::string_view record, std::string_view message) {
    suite::Resolver resolver;
    resolver.txt("s1._domainkey.example.com", record);
    return in_words(DkimVerifier().verify(message, resolver, verified_at).signatures.at(0));
  }
  std::string record_with(std::string_view tags) {
    return "v=DKIM1; k=ed25519; " + std::string(tags) + " p=" + mail::base64(ed25519_key().public_bytes());
  }

  suite::Resolver resolver_;
};

TEST_F(DkimVerify, TellsWhatASignatureSays) {
  auto options = options_of();
  options.identity = "ann@mail.example.com";
  const DkimOutcome outcome = verify(signed_message(options));
  ASSERT_EQ(outcome.signatures.size(), 1U);
  const SignatureVerdict& signature = outcome.signatures.front();
  EXPECT_EQ(signature.result, DkimResult::pass) << signature.reason;
  EXPECT_EQ(signature.domain, "example.com");
  EXPECT_EQ(signature.selector, "s1");
  EXPECT_EQ(signature.algorithm, "ed25519-sha256");
  EXPECT_EQ(signature.identity, "ann@mail.example.com");
  EXPECT_EQ(signature.key_bits, 256);
  EXPECT_EQ(signature.value.size(), 88U);
  EXPECT_FALSE(signature.testing);
  EXPECT_EQ(signature.unsigned_body_octets, 0U);
  EXPECT_EQ(outcome.result(), DkimResult::pass);
}

TEST_F(DkimVerify, HasNothingToSayOfUnsignedMail) {
  const DkimOutcome outcome = verify(plain_message);
  EXPECT_TRUE(outcome.signatures.empty());
  EXPECT_EQ(outcome.result(), DkimResult::none);
  EXPECT_TRUE(resolver_.asked().empty());
  EXPECT_EQ(outcome.ttl_s, 0U);
}

// RFC 6376 §6.1.3: body hash first, then the signature itself.
TEST_F(DkimVerify, TellsAlteredBodiesFromAlteredHeaders) {
  const std::string message = signed_message(options_of());
  EXPECT_EQ(verdict(message), "pass");
  EXPECT_EQ(verdict(replacing(message, "how are", "who are")), "fail: body hash mismatch");
  EXPECT_EQ(verdict(replacing(message, "Subject: Hello", "Subject: Bye")), "fail: signature mismatch");
  EXPECT_EQ(verdict("Subject: above\r\n" + message), "pass") << "the lower instance is the signed one";
  EXPECT_EQ(verdict("From: eve@example.org\r\n" + message), "fail: signature mismatch") << "From is oversigned";
}

// RFC 6376 §6.1.1, one sentence after the other.
TEST_F(DkimVerify, RefusesIllFormedSignatures) {
  const std::string good = signed_message(options_of());
  const auto with = [&](std::string_view from, std::string_view to) { return verdict(replacing(good, from, to)); };
  EXPECT_EQ(with("v=1; ", ""), "permerror: signature missing required tag v=");
  EXPECT_EQ(with("v=1;", "v=2;"), "permerror: incompatible version (v=)");
  EXPECT_EQ(with("d=example.com;", ""), "permerror: signature missing required tag d=");
  EXPECT_EQ(with("s=s1;", ""), "permerror: signature missing required tag s=");
  EXPECT_EQ(with("a=ed25519-sha256;", ""), "permerror: signature missing required tag a=");
  EXPECT_EQ(with(" h=", " hh="), "permerror: signature missing required tag h=");
  EXPECT_EQ(with(" bh=", " bhh="), "permerror: signature missing required tag bh=");
  EXPECT_EQ(with(" b=", " bb="), "permerror: signature missing required tag b=");
  EXPECT_EQ(with("v=1;", "v=1; v=1;"), "permerror: signature syntax error: a tag appears twice");
  EXPECT_EQ(with("v=1;", "v=1;;"), "permerror: signature syntax error: not a tag list");
  EXPECT_EQ(with("d=example.com;", "d=example.com; i=@example.org;"),
            "permerror: domain mismatch: i= is not within d=");
  EXPECT_EQ(with("d=example.com;", "d=example.com; i=@badexample.com;"),
            "permerror: domain mismatch: i= is not within d=");
  EXPECT_EQ(with("h=From:", "h=Sender:"), "fail: signature mismatch") << "From was listed twice";
  EXPECT_EQ(with("d=example.com;", "d=example;"), "permerror: signature syntax error: d= is no domain name");
  EXPECT_EQ(with("d=example.com;", "d=exa mple.com;"), "permerror: signature syntax error: d= is no domain name");
  EXPECT_EQ(with("s=s1;", "s=;"), "permerror: signature syntax error: s= is no selector");
  EXPECT_EQ(with("t=", "t=x"), "permerror: signature syntax error: t= is no number");
  EXPECT_EQ(with("t=", "l=-1; t="), "permerror: signature syntax error: l= is no number");
  EXPECT_EQ(with("t=", "x=1; t="), "permerror: signature syntax error: x= is not later than t=");
  EXPECT_EQ(with(" bh=", " bh=*"), "permerror: signature syntax error: bh= is not base64");
  EXPECT_EQ(with("h=From:", "h=From::"), "permerror: signature syntax error: h= lists what is no field name");
  EXPECT_EQ(resolver_.asked().size(), 1U) << "nothing is asked for what cannot be verified";
}

// RFC 6376 §5.4: "The From header field MUST be signed".
TEST_F(DkimVerify, WantsFromSigned) {
  auto options = options_of();
  options.oversigned.clear();
  EXPECT_EQ(verdict(replacing(signed_message(options), "h=From:", "h=")), "permerror: from not signed");
}

// RFC 6376 §3.3 and §3.5: verifiers MUST ignore what they do not know.
TEST_F(DkimVerify, IgnoresUnknownAlgorithmsAndMethods) {
  const std::string good = signed_message(options_of());
  EXPECT_EQ(verdict(replacing(good, "a=ed25519-sha256", "a=rsa-sha512")), "neutral: unknown algorithm (a=)");
  EXPECT_EQ(verdict(replacing(good, "c=relaxed/relaxed", "c=relaxed/nofws")), "neutral: unknown canonicalization (c=)");
  EXPECT_EQ(verdict(replacing(good, "v=1;", "v=1; q=dns/future;")), "neutral: unknown query method (q=)");
}

// RFC 8301 §3.1: rsa-sha1 "MUST NOT be used for … verifying"; §3.2: "Verifiers MUST NOT consider signatures using RSA
// keys of less than 1024 bits as valid signatures."
TEST_F(DkimVerify, FailsWhatIsTooWeak) {
  EXPECT_EQ(verdict(replacing(signed_message(options_of()), "a=ed25519-sha256", "a=rsa-sha1")),
            "fail: rsa-sha1 is historic and no longer verified (RFC 8301)");
  const std::string message = signed_message(options_of(rsa_key()));
  // 512 bits.
  EXPECT_EQ(verdict_with_record("p=MFwwDQYJKoZIhvcNAQEBBQADSwAwSAJBALBNzlc7mGoSwWAsRGkBZpmLv4qJncyLJuRGmmeC5X0hbK/dQMZ/"
                                "UM60btRY6aBnOab8t544RdIs6aH9dWYhGikCAwEAAQ==",
                                message),
            "fail: the RSA key has fewer than 1024 bits (RFC 8301)");
  EXPECT_EQ(verdict_with_record(key_record_text(rsa_key()), message), "pass");
}

// RFC 6376 §3.5 on x= and t=.
TEST_F(DkimVerify, LooksAtTheTime) {
  auto options = options_of();
  options.lifetime = std::chrono::hours(1);
  const std::string message = signed_message(options);
  EXPECT_EQ(verdict(message, verified_at + std::chrono::hours(1)), "pass");
  EXPECT_EQ(verdict(message, verified_at + std::chrono::seconds(3601)), "fail: signature expired (x=)");
  EXPECT_EQ(verdict(message, verified_at - std::chrono::minutes(5)), "pass") << "clocks differ";
  EXPECT_EQ(verdict(message, verified_at - std::chrono::minutes(6)), "policy: signature made in the future (t=)");
  const Instant months_before = verified_at - std::chrono::hours(24 * 90);
  EXPECT_EQ(DkimVerifier({.clock_skew_max = Duration::max()}).verify(message, resolver_, months_before).result(),
            DkimResult::pass);
}

// RFC 6376 §6.1.2, the answers of the DNS.
TEST_F(DkimVerify, TellsMissingKeysFromMissingAnswers) {
  const std::string message = signed_message(options_of());
  resolver_ = {};
  EXPECT_EQ(verdict(message), "permerror: no key for signature");
  resolver_.fail("s1._domainkey.example.com", "SERVFAIL");
  EXPECT_EQ(verdict(message), "temperror: key unavailable: the DNS did not answer");
  resolver_.fail("s1._domainkey.example.com", "TIMEOUT");
  EXPECT_EQ(verdict(message), "temperror: key unavailable: the DNS did not answer");
}

// RFC 6376 §3.6.1 and §6.1.2 items 5 to 8.
TEST_F(DkimVerify, HoldsToWhatTheKeyRecordSays) {
  const std::string message = signed_message(options_of());
  EXPECT_EQ(verdict_with_record(record_with(""), message), "pass");
  EXPECT_EQ(verdict_with_record(record_with("h=sha1:sha256; s=email; n=note; g=*; unknown=1;"), message), "pass");
  EXPECT_EQ(verdict_with_record("v=DKIM1; k=ed25519; p=", message), "permerror: key revoked");
  EXPECT_EQ(verdict_with_record(key_record_text(rsa_key()), message), "permerror: inappropriate key algorithm (k=)");
  EXPECT_EQ(verdict_with_record(record_with("h=sha1;"), message),
            "permerror: hash algorithm not permitted by the key record (h=)");
  EXPECT_EQ(verdict_with_record(record_with("s=tlsrpt;"), message),
            "permerror: key not valid for the email service (s=)");
}

TEST_F(DkimVerify, TellsTestingAndStrictIdentity) {
  auto options = options_of();
  options.identity = "@sub.example.com";
  const std::string message = signed_message(options);
  EXPECT_EQ(verdict_with_record(record_with("t=s;"), message),
            "permerror: i= is not exactly d= and the key record sets t=s");
  EXPECT_EQ(verdict_with_record(record_with("t=s;"), signed_message(options_of())), "pass");
  suite::Resolver testing;
  testing.txt("s1._domainkey.example.com", record_with("t=y:s;"));
  EXPECT_TRUE(DkimVerifier().verify(message, testing, verified_at).signatures.at(0).testing);
}

// RFC 6376 §6.1.2 item 4: where several records answer, the verifier may try them.
TEST_F(DkimVerify, TriesSeveralRecords) {
  const std::string message = signed_message(options_of());
  resolver_ = {};
  resolver_.txt("s1._domainkey.example.com", "v=spf1 -all");
  resolver_.txt("s1._domainkey.example.com", key_record_text(PrivateKey::generate_ed25519()));
  EXPECT_EQ(verdict(message), "fail: signature mismatch");
  resolver_.txt("s1._domainkey.example.com", key_record_text(ed25519_key()));
  EXPECT_EQ(verdict(message), "pass");
  EXPECT_EQ(in_words(verify(message, verified_at, {.key_records_max = 2}).signatures.at(0)),
            "fail: signature mismatch");
}

// RFC 6376 §3.5 and §8.2: l= lets others append; whoever reports says so.
TEST_F(DkimVerify, TellsWhatALengthLeavesUnsigned) {
  auto options = options_of();
  options.body_octets_max = 1000;
  const std::string message = signed_message(options);
  EXPECT_THAT(message, HasSubstr("l=26;")) << "never more than there is";
  EXPECT_EQ(verdict(message), "pass");
  const DkimOutcome appended = verify(message + "P.S. buy\r\n");
  EXPECT_EQ(appended.signatures.at(0).result, DkimResult::pass);
  EXPECT_EQ(appended.signatures.at(0).unsigned_body_octets, 10U);
  EXPECT_EQ(verdict(message.substr(0, message.size() - 5)), "fail: the body is shorter than l= says");
}

// RFC 6376 §6.1: "Verifiers SHOULD … limit the number of signatures they evaluate"; every signature on its own.
TEST_F(DkimVerify, EvaluatesSeveralSignaturesInTheOrderOfTheHeader) {
  resolver_.txt("r._domainkey.example.com", key_record_text(rsa_key()));
  auto rsa = options_of(rsa_key());
  rsa.selector = "r";
  const std::string one = signed_message(rsa);
  const std::string both = one.substr(0, one.size() - plain_message.size()) + signed_message(options_of());
  const DkimOutcome outcome = verify(replacing(both, "d=example.com; s=r;", "d=example.org; s=r;"));
  ASSERT_EQ(outcome.signatures.size(), 2U);
  EXPECT_EQ(in_words(outcome.signatures[0]), "permerror: no key for signature");
  EXPECT_EQ(in_words(outcome.signatures[1]), "pass");
  EXPECT_EQ(outcome.result(), DkimResult::pass);
}

TEST_F(DkimVerify, IsBoundedInSignatures) {
  const std::string message = signed_message(options_of());
  const std::string field = message.substr(0, message.size() - plain_message.size());
  std::string hostile;
  for (int i = 0; i < 5'000; ++i) hostile += field;
  const DkimOutcome outcome = verify(hostile + std::string(plain_message));
  ASSERT_EQ(outcome.signatures.size(), signatures_listed_max);
  EXPECT_EQ(outcome.unlisted, 5'000 - signatures_listed_max);
  for (std::size_t i = 0; i < outcome.signatures.size(); ++i) {
    EXPECT_EQ(in_words(outcome.signatures[i]), i < 10 ? "pass" : "policy: too many signatures");
  }
  EXPECT_THAT(resolver_.asked_as_text(), ElementsAre("s1._domainkey.example.com TXT")) << "one question is enough";
}

TEST_F(DkimVerify, IsBoundedInFieldsAndNames) {
  std::string fields;
  for (std::size_t i = 0; i < header_fields_max; ++i) fields += "x:\r\n";
  EXPECT_EQ(verdict(fields + signed_message(options_of())), "0 signatures");
  const std::string below = replacing(signed_message(options_of()), "\r\n\r\n", "\r\n" + fields + "\r\n");
  EXPECT_EQ(verdict(below), "policy: too many header fields");
  std::string names;
  for (std::size_t i = 0; i < signed_names_max; ++i) names += "x:";
  EXPECT_EQ(verdict(replacing(signed_message(options_of()), "h=", "h=" + names)), "policy: h= lists too many fields");
}

TEST_F(DkimVerify, TakesTheBodyInPieces) {
  const std::string message = signed_message(options_of());
  const std::size_t body = message.find("\r\n\r\n") + 4;
  const std::string header = message.substr(0, body);
  BoundedKeyCache cache(1);
  DkimVerifier verifier({}, &cache);
  for (int round = 0; round < 3; ++round) {
    verifier.begin(header);
    for (std::size_t at = body; at < message.size(); ++at) verifier.push(std::string_view(message).substr(at, 1));
    EXPECT_EQ(in_words(verifier.finish(resolver_, verified_at).signatures.at(0)), "pass");
  }
}

TEST_F(DkimVerify, AddsUpCostAndKeepsTheSmallestTtl) {
  suite::Resolver resolver;
  resolver.set_cost(std::chrono::milliseconds(20));
  resolver.txt("s1._domainkey.example.com", key_record_text(ed25519_key()), 600);
  resolver.txt("s1._domainkey.example.org", key_record_text(ed25519_key()), 60);
  auto other = options_of();
  other.domain = "example.org";
  const std::string one = signed_message(other);
  const std::string both = one.substr(0, one.size() - plain_message.size()) + signed_message(options_of());
  const DkimOutcome outcome = DkimVerifier().verify(both, resolver, verified_at);
  EXPECT_EQ(outcome.cost, std::chrono::milliseconds(40));
  EXPECT_EQ(outcome.ttl_s, 60U);
}

// RFC 8616 §4, §5: U-labels in the field, A-labels in the DNS.
TEST_F(DkimVerify, AsksForALabels) {
  const std::string message = replacing(signed_message(options_of()), "d=example.com",
                                        "d=b\xc3\xbc"
                                        "cher.example");
  EXPECT_EQ(verdict(message), "permerror: no key for signature");
  EXPECT_THAT(resolver_.asked_as_text(), ElementsAre("s1._domainkey.xn--bcher-kva.example TXT"));
}

// RFC 6376 §2.11: i= is dkim-quoted-printable.
TEST_F(DkimVerify, DecodesIdentities) {
  const std::string message =
      replacing(signed_message(options_of()), "d=example.com;", "d=example.com; i=a=3Db=\r\n 20@example.com;");
  EXPECT_EQ(verify(message).signatures.at(0).identity, "a=b @example.com");
}

}  // namespace
}  // namespace mailrig::auth
