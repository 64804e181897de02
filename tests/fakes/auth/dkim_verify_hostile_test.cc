// Messages that are made to keep a verifier busy. What it may cost is bounded by the number of questions and, in a
// process of its own, by CPU time and memory.
#include <gtest/gtest.h>

#include <string>

#include "fakes/auth/arc_verify.h"
#include "fakes/auth/dkim_sign.h"
#include "fakes/auth/dkim_verify.h"
#include "fakes/auth/from_header.h"
#include "tests/bounded_process.h"
#include "tests/fakes/auth/suite.h"

namespace mailrig::auth {
namespace {

constexpr Instant attacked_at{std::chrono::seconds(1'790'000'000)};
constexpr long grown_kb_max = 120'000 * slowness_factor;  // for inputs of 10 to 45 MB
const std::string plain = "From: ann@shop.example\r\nSubject: x\r\n\r\nbody\r\n";

const PrivateKey& large_key() {
  static const PrivateKey one = PrivateKey::generate_rsa(2048).value();
  return one;
}

std::string signed_field(const std::string& message, std::string domain) {
  return DkimSigner::make({.domain = std::move(domain), .selector = "s", .key = large_key()})
      .value()
      .sign(message, attacked_at);
}

suite::Resolver keys() {
  suite::Resolver resolver;
  resolver.txt("s._domainkey.shop.example", key_record_text(large_key()));
  return resolver;
}

// All of them verify, so that each one that is evaluated costs an RSA operation; DkimVerifyOptions::signatures_max of
// them may.
TEST(HostileDkim, OfAHundredThousandSignaturesTheFirstTenAreEvaluated) {
  const std::string field = signed_field(plain, "shop.example");
  std::string message;
  for (int i = 0; i < 100'000; ++i) message += field;
  message += plain;
  const BoundedRun run = run_bounded([&message] {
    suite::Resolver resolver = keys();
    const DkimOutcome outcome = DkimVerifier().verify(message, resolver, attacked_at);
    std::size_t passed = 0;
    for (const SignatureVerdict& signature : outcome.signatures) passed += signature.result == DkimResult::pass ? 1 : 0;
    return passed == 10 && resolver.asked().size() == 1 && outcome.signatures.size() == signatures_listed_max &&
           outcome.unlisted == 100'000 - signatures_listed_max && outcome.signatures[10].result == DkimResult::policy;
  });
  EXPECT_TRUE(run.held);
  EXPECT_LT(run.grown_kb, grown_kb_max);
}

TEST(HostileDkim, SignaturesOfAsManyDomainsAskForNoMoreThanTenKeys) {
  std::string message;
  for (int i = 0; i < 1'000; ++i) message += signed_field(plain, "d" + std::to_string(i % 20) + ".example");
  message += plain;
  suite::Resolver resolver;
  const DkimOutcome outcome = DkimVerifier().verify(message, resolver, attacked_at);
  EXPECT_EQ(outcome.result(), DkimResult::permerror);  // RFC 6376 §6.1.2: no key for signature
  EXPECT_EQ(resolver.asked().size(), 10U);
}

// A signed field of 10 MB, once in one line and once in many: it verifies, and costs what hashing it costs.
TEST(HostileDkim, AHeaderOfTenMegabytesVerifies) {
  for (const std::string_view piece : {"x", " ", "x \r\n \t"}) {
    std::string message = "From: ann@shop.example\r\nSubject: a";
    while (message.size() < 10'000'000) message += piece;
    message += "b\r\n\r\nbody\r\n";
    const BoundedRun run = run_bounded([&message] {
      suite::Resolver resolver = keys();
      const std::string field = signed_field(message, "shop.example");
      return DkimVerifier().verify(field + message, resolver, attacked_at).result() == DkimResult::pass;
    });
    EXPECT_TRUE(run.held) << "'" << piece << "'";
    EXPECT_LT(run.grown_kb, grown_kb_max);
  }
}

// RFC 6376 §5.4.2 takes instances from the bottom up: h= with 250 names over very many fields of one name must not look
// at all of them for each.
TEST(HostileDkim, AHeaderOfManyFieldsWithOneNameIsGoneThroughOnce) {
  std::string fields;
  while (fields.size() < 1'000'000) fields += "X-A: b\r\n";
  const std::string message = fields + plain;
  const BoundedRun run = run_bounded([&message] {
    suite::Resolver resolver = keys();
    SigningOptions options{.domain = "shop.example", .selector = "s", .key = large_key()};
    options.fields.assign(249, "X-A");
    options.fields.emplace_back("From");
    const std::string field = DkimSigner::make(options).value().sign(message, attacked_at);
    return DkimVerifier().verify(field + message, resolver, attacked_at).result() == DkimResult::pass;
  });
  EXPECT_TRUE(run.held);
  EXPECT_LT(run.grown_kb, grown_kb_max);
}

// b= of 10 MB: base64 of no signature anybody makes. Whatever is said of it, it is not pass.
TEST(HostileDkim, ASignatureOfTenMegabytesFails) {
  std::string field = signed_field(plain, "shop.example");
  field.resize(field.size() - 2);
  while (field.size() < 10'000'000) field += "AAAA";
  const std::string message = field + "\r\n" + plain;
  const BoundedRun run = run_bounded([&message] {
    suite::Resolver resolver = keys();
    return DkimVerifier().verify(message, resolver, attacked_at).result() != DkimResult::pass;
  });
  EXPECT_TRUE(run.held);
  EXPECT_LT(run.grown_kb, grown_kb_max);
}

TEST(HostileDkim, AFromFieldOfTenMegabytesIsNotRead) {
  std::string message = "From: ";
  while (message.size() < 10'000'000) message += "(((\"<,";
  const BoundedRun run =
      run_bounded([&message] { return read_from_header(message + "\r\n\r\n").fault == FromFault::too_long; });
  EXPECT_TRUE(run.held);
  EXPECT_LT(run.grown_kb, grown_kb_max);
}

}  // namespace
}  // namespace mailrig::auth
