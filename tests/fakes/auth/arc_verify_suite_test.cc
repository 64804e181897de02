// The ARC test suite of ValiMail: chains that must pass, fail, or are none.
#include <gtest/gtest.h>

#include "fakes/auth/arc_verify.h"
#include "fakes/mail/text.h"
#include "tests/fakes/auth/suite.h"

namespace mailrig::auth {
namespace {

constexpr Instant suite_time{std::chrono::seconds(1'790'000'000)};

TEST(ArcVerifySuite, Valimail) {
  if (!suite::present("arc-valimail")) GTEST_SKIP() << suite::absent("arc-valimail");
  suite::Tally tally("arc-valimail validation", 89);
  const auto groups = suite::read_json(suite::folder("arc-valimail") / "validation-tests.json");
  for (const auto& group : groups.as_array()) {
    suite::Resolver resolver;
    for (const auto& [name, text] : group.at("txt-records").as_object()) {
      resolver.txt(std::string(name), text.as_string());
    }
    for (const auto& [name, one] : group.at("tests").as_object()) {
      const std::string message = mail::with_crlf(one.at("message").as_string());
      const ArcOutcome outcome = ArcVerifier().verify(message, resolver, suite_time);
      std::string expected = mail::to_lower(std::string_view(one.at("cv").as_string()));
      // The suite leaves these open ("skip or None"); RFC 8617 §5.2 step 2 does not: a chain whose last seal says that
      // it failed has failed, and cv=fail anywhere below is no valid structure (step 3).
      if (expected.empty()) expected = "fail";
      const bool passed = to_string(outcome.result) == expected;
      EXPECT_TRUE(passed) << name << ": " << one.at("description") << ": " << to_string(outcome.result) << ", "
                          << outcome.reason << "; expected " << expected;
      EXPECT_EQ(outcome.reason.empty(), outcome.result != ArcResult::fail) << name;
      tally.count(passed);
    }
  }
}

}  // namespace
}  // namespace mailrig::auth
