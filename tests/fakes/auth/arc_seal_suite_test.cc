// The ARC test suite of ValiMail: sets as they must be made. RSA signatures are deterministic, so everything must be
// the same to the last octet of its canonical form.
#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

#include "fakes/auth/arc_seal.h"
#include "fakes/auth/canonical_header.h"
#include "fakes/mail/text.h"
#include "tests/fakes/auth/suite.h"

namespace mailrig::auth {
namespace {

// Where that suite's writer folds is its own affair.
std::string without_blanks(std::string_view text) {
  std::string kept;
  std::copy_if(text.begin(), text.end(), std::back_inserter(kept),
               [](char c) { return c != ' ' && c != '\t' && c != '\r' && c != '\n'; });
  return kept;
}

TEST(ArcSealSuite, Valimail) {
  if (!suite::present("arc-valimail")) GTEST_SKIP() << suite::absent("arc-valimail");
  suite::Tally tally("arc-valimail signing", 17);
  const auto groups = suite::read_json(suite::folder("arc-valimail") / "sign-tests.json");
  for (const auto& group : groups.as_array()) {
    suite::Resolver resolver;
    for (const auto& [name, text] : group.at("txt-records").as_object()) {
      resolver.txt(std::string(name), text.as_string());
    }
    const auto key = PrivateKey::from_pem(group.at("privatekey").as_string());
    ASSERT_TRUE(key) << key.error().message;
    for (const auto& [name, one] : group.at("tests").as_object()) {
      const std::string message = mail::with_crlf(one.at("message").as_string());
      const Instant now{std::chrono::seconds(one.at("t").as_int64())};
      ArcSealOptions options;
      options.domain = group.at("domain").as_string();
      options.selector = group.at("sel").as_string();
      options.key = *key;
      std::stringstream list(std::string(one.at("sig-headers").as_string()));
      for (std::string field; std::getline(list, field, ':');) options.fields.push_back(field);
      auto sealer = ArcSealer::make(options);
      ASSERT_TRUE(sealer) << sealer.error().message;

      const ArcOutcome chain = ArcVerifier().verify(message, resolver, now);
      const std::string results = collected_results(message, one.at("srv-id").as_string());
      const std::string sealed = sealer->seal(message, chain, results, now);

      const bool nothing = mail::trim(one.at("AS").as_string()).empty();
      bool passed = sealed.empty() == nothing;
      EXPECT_EQ(sealed.empty(), nothing) << name;
      mail::HeaderReader reader(sealed);
      for (const auto& [field_name, key_name] :
           {std::pair{"ARC-Seal", "AS"}, {"ARC-Message-Signature", "AMS"}, {"ARC-Authentication-Results", "AAR"}}) {
        const auto field = reader.next();
        if (nothing || !field) break;
        const std::string seen = without_blanks(field->value);
        const std::string expected = without_blanks(one.at(key_name).as_string());
        EXPECT_EQ(field->name, field_name);
        EXPECT_EQ(seen, expected) << name;
        passed = passed && seen == expected;
      }
      tally.count(passed);
    }
  }
}

}  // namespace
}  // namespace mailrig::auth
