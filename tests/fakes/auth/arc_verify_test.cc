#include "fakes/auth/arc_verify.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fakes/auth/arc_seal.h"
#include "fakes/auth/key_record.h"
#include "tests/fakes/auth/suite.h"

namespace mailrig::auth {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr Instant arrival{std::chrono::seconds(1'790'000'000)};
constexpr std::string_view original =
    "From: Ann <ann@example.com>\r\n"
    "To: list@example.org\r\n"
    "Subject: Hello\r\n"
    "\r\n"
    "Hello all\r\n";

const PrivateKey& sealing_key() {
  static const PrivateKey one = PrivateKey::generate_ed25519();
  return one;
}

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

class Arc : public ::testing::Test {
 protected:
  Arc() { resolver_.txt("s1._domainkey.example.org", key_record_text(sealing_key())); }

  ArcOutcome verify(std::string_view message, Instant at = arrival) {
    return ArcVerifier().verify(message, resolver_, at);
  }
  std::string verdict(std::string_view message) {
    const ArcOutcome outcome = verify(message);
    const std::string result(to_string(outcome.result));
    return outcome.reason.empty() ? result : result + ": " + outcome.reason;
  }

  // The message with one more set.
  std::string sealed(const std::string& message) {
    auto sealer = ArcSealer::make({.domain = "example.org", .selector = "s1", .key = sealing_key()});
    EXPECT_TRUE(sealer) << sealer.error().message;
    return sealer->seal(message, verify(message), "mx.example.org; spf=pass", arrival) + message;
  }
  std::string sealed_times(int times) {
    std::string message(original);
    for (int i = 0; i < times; ++i) message = sealed(message);
    return message;
  }

  suite::Resolver resolver_;
};

// RFC 8617 §4.4: "none: There was no Authenticated Received Chain on the message when it arrived".
TEST_F(Arc, IsNoneWithoutSets) {
  const ArcOutcome outcome = verify(original);
  EXPECT_EQ(outcome.result, ArcResult::none);
  EXPECT_EQ(outcome.instances, 0U);
  EXPECT_TRUE(resolver_.asked().empty());
}

// RFC 8617 §5.1: instances go up by one; cv= is none in the first set and what validation gave in later ones.
TEST_F(Arc, PassesAWholeChain) {
  const std::string message = sealed_times(3);
  const ArcOutcome outcome = verify(message);
  EXPECT_EQ(outcome.result, ArcResult::pass) << outcome.reason;
  EXPECT_EQ(outcome.instances, 3U);
  EXPECT_EQ(outcome.oldest_pass, 0U);
  ASSERT_EQ(outcome.seals.size(), 3U);
  EXPECT_EQ(outcome.seals[0].cv, ArcResult::none);
  EXPECT_EQ(outcome.seals[2].cv, ArcResult::pass);
  EXPECT_EQ(outcome.seals[2].instance, 3U);
  EXPECT_EQ(outcome.seals[2].domain, "example.org");
  EXPECT_EQ(resolver_.asked().size(), 2U + 1U) << "one name is asked for once in each of three validations";
}

// RFC 8617 §5.2 step 4: the last message signature must hold; step 5: older ones need not.
TEST_F(Arc, LooksAtTheLastMessageSignatureAndTellsTheOldest) {
  const std::string once = sealed_times(1);
  EXPECT_EQ(verdict(replaced(once, "Hello all", "Hello none")), "fail: ARC-Message-Signature(1): body hash mismatch");
  EXPECT_EQ(verdict(replaced(once, "Subject: Hello", "Subject: Bye")),
            "fail: ARC-Message-Signature(1): signature mismatch");
  // A list validates what it was given, changes it, and seals what it sends (RFC 8617 §5.1).
  auto sealer = ArcSealer::make({.domain = "example.org", .selector = "s1", .key = sealing_key()});
  const std::string changed = replaced(once, "Hello all\r\n", "Hello all\r\n-- \r\nthe list\r\n");
  const std::string twice = sealer->seal(changed, verify(once), "mx.example.org; arc=pass", arrival) + changed;
  const ArcOutcome outcome = verify(twice);
  EXPECT_EQ(outcome.result, ArcResult::pass) << outcome.reason;
  EXPECT_EQ(outcome.oldest_pass, 2U);
}

// RFC 8617 §5.2 step 6: every seal must hold, over all sets up to its own.
TEST_F(Arc, LooksAtAllSeals) {
  const std::string message = sealed_times(2);
  EXPECT_EQ(verdict(replaced(message, "i=2; mx.example.org; spf=pass", "i=2; mx.example.org; spf=fail")),
            "fail: ARC-Seal(2): signature mismatch");
  EXPECT_EQ(verdict(replaced(message, "i=1; mx.example.org; spf=pass", "i=1; mx.example.org; spf=fail")),
            "fail: ARC-Seal(2): signature mismatch");
}

// RFC 8617 §5.2 step 3.
TEST_F(Arc, WantsAWellFormedChain) {
  const std::string message = sealed_times(2);
  const auto with = [&](std::string_view from, std::string_view to) { return verdict(replaced(message, from, to)); };
  EXPECT_EQ(with("ARC-Authentication-Results: i=1;", "X-Was: i=1;"), "fail: ARC-Authentication-Results(1) is missing");
  EXPECT_EQ(with("ARC-Authentication-Results: i=2;", "ARC-Authentication-Results: i=1;"),
            "fail: ARC-Authentication-Results: instance 1 appears twice");
  EXPECT_EQ(with("ARC-Authentication-Results: i=2;", "ARC-Authentication-Results: i=51;"),
            "fail: ARC-Authentication-Results: no instance (i=) from 1 to 50");
  EXPECT_EQ(with("ARC-Authentication-Results: i=2;", "ARC-Authentication-Results: i=0;"),
            "fail: ARC-Authentication-Results: no instance (i=) from 1 to 50");
  EXPECT_EQ(with("ARC-Authentication-Results: i=2;", "ARC-Authentication-Results: i=2 "),
            "fail: ARC-Authentication-Results: no instance (i=) from 1 to 50");
  EXPECT_EQ(with("ARC-Authentication-Results: i=2;", "ARC-Authentication-Results: i=3;"),
            "fail: ARC-Authentication-Results(2) is missing");
  EXPECT_EQ(with("cv=pass;", "cv=none;"), "fail: ARC-Seal(2): cv=none");
  EXPECT_EQ(with("cv=none;", "cv=pass;"), "fail: ARC-Seal(1): cv=pass");
  EXPECT_EQ(with("cv=pass;", "cv=;"), "fail: ARC-Seal(2): cv= is none of none, fail, pass");
  EXPECT_EQ(with("cv=pass;", "cv=pass; h=from;"), "fail: ARC-Seal(2): h= is not allowed");
  EXPECT_EQ(with("cv=pass;", ""), "fail: ARC-Seal(2): missing required tag cv=");
  EXPECT_EQ(with("cv=pass;", "cv=pass; cv=pass;"), "fail: ARC-Seal: a tag appears twice");
}

// RFC 8617 §5.2 step 2: "If the Chain Validation Status of the highest instance value ARC Set is "fail" …".
TEST_F(Arc, StopsAtAChainThatFailedBefore) {
  const std::string broken = replaced(sealed_times(1), "Hello all", "Hello none");
  const std::string message = sealed(broken);
  EXPECT_THAT(message, HasSubstr("cv=fail;"));
  const ArcOutcome outcome = verify(message);
  EXPECT_EQ(outcome.result, ArcResult::fail);
  EXPECT_EQ(outcome.reason, "the last ARC-Seal says cv=fail");
  EXPECT_TRUE(outcome.ended);
  EXPECT_EQ(sealed(message), message) << "nobody adds to it";
}

// RFC 8617 §4.1.2: the message signature "MUST NOT" sign seals; its From is signed as in DKIM.
TEST_F(Arc, RefusesMessageSignaturesOverSeals) {
  EXPECT_THAT(verdict(replaced(sealed_times(1), "h=From:", "h=ARC-Seal:From:")),
              StartsWith("fail: ARC-Message-Signature(1): h= lists ARC-Seal"));
}

TEST_F(Arc, TellsATemporaryFailure) {
  const std::string message = sealed_times(1);
  resolver_ = {};
  resolver_.fail("s1._domainkey.example.org", "SERVFAIL");
  ArcOutcome outcome = verify(message);
  EXPECT_EQ(outcome.result, ArcResult::fail);
  EXPECT_TRUE(outcome.temporary);
  resolver_ = {};
  outcome = verify(message);
  EXPECT_EQ(outcome.reason, "ARC-Message-Signature(1): no key for signature");
  EXPECT_FALSE(outcome.temporary);
}

// RFC 8617 §4.2.1: at most 50 sets.
TEST_F(Arc, EndsAtFiftySets) {
  auto sealer = ArcSealer::make({.domain = "example.org", .selector = "s1", .key = sealing_key()});
  std::string message(original);
  for (unsigned i = 0; i < arc_instances_max; ++i) {
    ArcOutcome chain;  // what validation would say each time
    chain.result = i == 0 ? ArcResult::none : ArcResult::pass;
    chain.instances = i;
    message.insert(0, sealer->seal(message, chain, "mx.example.org; spf=pass", arrival));
  }
  const ArcOutcome outcome = verify(message);
  EXPECT_EQ(outcome.result, ArcResult::pass) << outcome.reason;
  EXPECT_EQ(outcome.oldest_pass, 41U) << "no further is looked";
  EXPECT_EQ(sealed(message), message);
}

TEST_F(Arc, IsBounded) {
  std::string hostile;
  for (int i = 0; i < 100'000; ++i) hostile += "ARC-Seal: i=" + std::to_string(i % 60) + ";\r\n";
  EXPECT_EQ(verify(hostile + std::string(original)).result, ArcResult::fail);
  EXPECT_TRUE(resolver_.asked().empty());
}

TEST_F(Arc, TakesTheBodyInPieces) {
  const std::string message = sealed_times(2);
  const std::size_t body = message.find("\r\n\r\n") + 4;
  const std::string header = message.substr(0, body);
  BoundedKeyCache cache;
  ArcVerifier verifier(&cache);
  for (int round = 0; round < 2; ++round) {
    verifier.begin(header);
    for (std::size_t at = body; at < message.size(); ++at) verifier.push(std::string_view(message).substr(at, 1));
    EXPECT_EQ(verifier.finish(resolver_, arrival).result, ArcResult::pass);
  }
}

}  // namespace
}  // namespace mailrig::auth
