// Suites of other implementations: messages that must verify or must not, with the keys they were signed for.
#include <gtest/gtest.h>

#include <algorithm>

#include "fakes/auth/dkim_verify.h"
#include "tests/fakes/auth/suite.h"

namespace mailrig::auth {
namespace {

using boost::json::object;

constexpr Instant dkim_suite_time{std::chrono::seconds(1'790'000'000)};

std::string text_or(const object& from, std::string_view key, std::string_view otherwise) {
  const auto* value = from.if_contains(key);
  return value != nullptr && value->is_string() ? std::string(value->as_string()) : std::string(otherwise);
}

// What the suites expect, as "sig.0.result" and the like.
std::string observed(const DkimOutcome& outcome, const std::string& key) {
  if (key == "signatures") return std::to_string(outcome.signatures.size());
  if (key == "result") return std::string(to_string(outcome.result()));
  const std::size_t index = std::stoul(key.substr(4));
  const std::string what = key.substr(key.find('.', 4) + 1);
  if (index >= outcome.signatures.size()) return "no such signature";
  const SignatureVerdict& signature = outcome.signatures[index];
  if (what == "result") return std::string(to_string(signature.result));
  if (what == "reason") return signature.reason;
  if (what == "selector") return signature.selector;
  if (what == "testing") return signature.testing ? "true" : "";
  return "unknown expectation " + what;
}

TEST(DkimVerifySuite, SecuredkimRfc8463) {
  if (!suite::present("dkim-rfc8463-securedkim")) GTEST_SKIP() << suite::absent("dkim-rfc8463-securedkim");
  const auto folder = suite::folder("dkim-rfc8463-securedkim");
  suite::Tally tally("dkim-rfc8463-securedkim", 26);
  const auto cases = suite::read_json(folder / "cases.json");
  for (const auto& value : cases.as_array()) {
    const object& one = value.as_object();
    const std::string message = suite::read_message(folder / std::string(one.at("message_file").as_string()));
    suite::Resolver resolver(one.at("zone").as_object());
    DkimVerifyOptions options;
    if (const auto* args = one.if_contains("args"); args != nullptr && args->is_array()) {
      ASSERT_EQ(args->as_array().at(0).as_string(), "--max-key-records");
      options.key_records_max = std::stoul(std::string(args->as_array().at(1).as_string()));
    }
    DkimVerifier verifier(options);
    const DkimOutcome outcome = verifier.verify(message, resolver, dkim_suite_time);
    bool passed = true;
    for (const auto& [key, expected] : one.at("expect").as_object()) {
      const std::string seen = observed(outcome, key);
      const std::string wanted = expected.is_null() ? "" : std::string(expected.as_string());
      EXPECT_EQ(seen, wanted) << one.at("name") << ": " << key;
      passed = passed && seen == wanted;
    }
    tally.count(passed);
  }
}

// The keys that the messages of go-msgauth were signed with are served by the DNS of another suite.
TEST(DkimVerifySuite, GoMsgauth) {
  for (const auto* name : {"dkim-go-msgauth", "dkim-lieser"}) {
    if (!suite::present(name)) GTEST_SKIP() << suite::absent(name);
  }
  const auto folder = suite::folder("dkim-go-msgauth");
  suite::Resolver resolver(suite::read_json(suite::folder("dkim-lieser") / "dns.json").as_object());
  // RFC 6376 Appendix C's key in the form of PKCS #1, as upstream's resolver has it.
  resolver.txt(
      "newengland._domainkey.example.com",
      "v=DKIM1; p=MIGJAoGBALVI635dLK4cJJAH3Lx6upo3X/Lm1tQz3mezcWTA3BUBnyIsdnRf57aD5BtNmhPrYYDlWlzw3UgnKisIxktkk5"
      "+iMQMlFtAS10JB8L3YadXNJY+JBcbeSi5TgJe4WFzNgW95FWDAuSTRXSWZfA/8xjflbTLDx0euFZOM7C4T0GwLAgMBAAE=");
  suite::Tally tally("dkim-go-msgauth messages", 5);
  const auto verify = [&](const char* file, DkimVerifyOptions options = {}) {
    return DkimVerifier(options).verify(suite::read_message(folder / file), resolver, dkim_suite_time);
  };
  const auto expect = [&](const char* file, const std::vector<std::string>& results, DkimVerifyOptions options = {}) {
    std::vector<std::string> seen;
    std::string reasons;
    for (const SignatureVerdict& signature : verify(file, options).signatures) {
      seen.emplace_back(to_string(signature.result));
      reasons += signature.reason + "; ";
    }
    EXPECT_EQ(seen, results) << file << ": " << reasons;
    tally.count(seen == results);
  };
  expect("verifiedMailString.eml", {"pass"});
  expect("verifiedRawRSAMailString.eml", {"pass"});
  expect("verifiedEd25519MailString.eml", {"pass", "pass"});
  expect("unsignedMailString.eml", {});
  const DkimOutcome many = verify("tooManySignaturesMailString.eml", {.signatures_max = 1});
  const bool limited = many.signatures.size() > 1 && many.signatures[0].result == DkimResult::pass &&
                       std::all_of(many.signatures.begin() + 1, many.signatures.end(), [](const auto& signature) {
                         return signature.result == DkimResult::policy && signature.reason == "too many signatures";
                       });
  EXPECT_TRUE(limited);
  tally.count(limited);
}

// The add-on has rules of its own beyond the RFC. These are they:
bool is_addon_policy(const object& signature) {
  // It distrusts a signature when a further instance of a signed field stands above (RFC 6376 §8.15 suggests it to
  // signers and to user agents, and leaves the signature valid).
  return text_or(signature, "errorType", "") == "DKIM_POLICYERROR_UNSIGNED_HEADER_ADDED";
}

std::string expected_result(const object& signature, const SignatureVerdict& seen) {
  const std::string result = text_or(signature, "result", "");
  if (result == "SUCCESS" || is_addon_policy(signature)) return "pass";
  if (result == "TEMPFAIL") return "temperror";
  const std::string error = text_or(signature, "errorType", "");
  const bool mismatch = error == "DKIM_SIGERROR_CORRUPT_BH" || error == "DKIM_SIGERROR_BADSIG";
  EXPECT_EQ(result, "PERMFAIL");
  EXPECT_FALSE(seen.reason.empty());
  return mismatch ? "fail" : "permerror";
}

TEST(DkimVerifySuite, Lieser) {
  if (!suite::present("dkim-lieser")) GTEST_SKIP() << suite::absent("dkim-lieser");
  const auto folder = suite::folder("dkim-lieser");
  const auto dns = suite::read_json(folder / "dns.json");
  suite::Tally tally("dkim-lieser", 32);
  int addon_policies = 0;
  const auto cases = suite::read_json(folder / "cases.json");
  for (const auto& value : cases.as_array()) {
    const object& one = value.as_object();
    const auto* own_dns = one.if_contains("dns");
    suite::Resolver resolver(own_dns != nullptr ? own_dns->as_object() : dns.as_object());
    const std::string message = suite::read_message(folder / std::string(one.at("message").as_string()));
    const DkimOutcome outcome = DkimVerifier().verify(message, resolver, dkim_suite_time);
    bool passed = one.at("n_sigs").is_null() ||
                  outcome.signatures.size() == static_cast<std::size_t>(one.at("n_sigs").as_int64());
    for (const auto& [index, expected] : one.at("sigs").as_object()) {
      const object& signature = expected.as_object();
      // The add-on sorts signatures by how well they fit From; we keep the order of the header.
      const std::string selector = text_or(signature, "selector", "");
      const auto at = std::find_if(outcome.signatures.begin(), outcome.signatures.end(), [&](const auto& verdict) {
        return selector.empty() || verdict.selector == selector;
      });
      const bool by_selector = !selector.empty();
      const std::size_t place = by_selector ? static_cast<std::size_t>(at - outcome.signatures.begin())
                                            : std::stoul(std::string(std::string_view(index)));
      ASSERT_LT(place, outcome.signatures.size()) << one.at("title");
      const SignatureVerdict& seen = outcome.signatures[place];
      addon_policies += is_addon_policy(signature) ? 1 : 0;
      const std::string algorithm = text_or(signature, "algorithmSignature", "");
      const bool fits = to_string(seen.result) == expected_result(signature, seen) &&
                        seen.domain == text_or(signature, "sdid", seen.domain) &&
                        seen.identity == text_or(signature, "auid", seen.identity) &&
                        (algorithm.empty() || seen.algorithm == algorithm + "-sha256");
      EXPECT_TRUE(fits) << one.at("title") << ": " << to_string(seen.result) << ", " << seen.reason << ", "
                        << seen.domain << ", " << seen.identity;
      passed = passed && fits;
    }
    EXPECT_TRUE(passed) << one.at("title");
    tally.count(passed);
  }
  EXPECT_EQ(addon_policies, 4);
}

}  // namespace
}  // namespace mailrig::auth
