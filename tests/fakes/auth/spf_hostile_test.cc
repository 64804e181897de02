// SPF records that are made to keep a receiver busy: RFC 7208 §11.1. Whatever they say, the questions are counted.
#include <gtest/gtest.h>

#include <string>

#include "fakes/auth/spf.h"
#include "tests/bounded_process.h"
#include "tests/fakes/auth/suite.h"

namespace mailrig::auth {
namespace {

// RFC 7208 §4.6.4: ten terms that ask; each `mx` or `ptr` may ask for ten addresses more.
constexpr std::size_t questions_max = 1 + 10 + 10 * 10;

SpfResult check(suite::Resolver& resolver, const std::string& domain) {
  return check_spf(resolver, {.helo = "h.example", .mail_from = "a@" + domain, .client_ip = IpAddress::v4(0xC0000201)});
}

void expect_limit(suite::Resolver& resolver, const std::string& domain) {
  const SpfResult result = check(resolver, domain);
  EXPECT_EQ(result.result, SpfOutcome::permerror) << domain;
  EXPECT_LE(result.lookups, 11) << domain;
  EXPECT_LE(resolver.asked().size(), questions_max) << domain;
}

// "SPF implementations MUST limit the total number of those terms to 10 during SPF evaluation"
TEST(HostileSpf, LoopsMeetTheLimitOfLookups) {
  suite::Resolver self;
  self.txt("a.example", "v=spf1 include:a.example -all");
  expect_limit(self, "a.example");

  suite::Resolver redirect;
  redirect.txt("a.example", "v=spf1 redirect=b.example");
  redirect.txt("b.example", "v=spf1 redirect=a.example");
  expect_limit(redirect, "a.example");

  suite::Resolver by_macro;  // a longer name each time
  std::string name = "a.example";
  for (int i = 0; i < 20; ++i) {
    by_macro.txt(name, "v=spf1 include:x.%{d} -all");
    name.insert(0, "x.");
  }
  expect_limit(by_macro, "a.example");
}

TEST(HostileSpf, ATreeOfIncludesIsNotWalked) {
  // Ten includes each, five deep: a hundred thousand records if nobody counted.
  suite::Resolver resolver;
  std::string all;
  for (int i = 0; i < 10; ++i) all += " include:%{d}";
  resolver.txt("a.example", "v=spf1" + all + " ?all");
  expect_limit(resolver, "a.example");
}

TEST(HostileSpf, ADeepChainOfIncludesEndsAtTheLimit) {
  suite::Resolver resolver;
  for (int i = 0; i < 10'000; ++i) {
    resolver.txt("d" + std::to_string(i) + ".example", "v=spf1 include:d" + std::to_string(i + 1) + ".example -all");
  }
  expect_limit(resolver, "d0.example");
  EXPECT_LE(resolver.asked().size(), 11U);
}

// "the evaluation of each "MX" record MUST NOT result in querying more than 10 address records […] If this limit is
// exceeded, the "mx" mechanism MUST produce a "permerror" result."
TEST(HostileSpf, AThousandMailExchangersAreAPermerror) {
  suite::Resolver resolver;
  resolver.txt("a.example", "v=spf1 mx -all");
  for (int i = 0; i < 1'000; ++i) resolver.mx("a.example", 1, "mx" + std::to_string(i) + ".example");
  expect_limit(resolver, "a.example");
}

// A TXT record of 64 KB, the most that DNS carries, of terms that cost no lookup: read to its end once.
TEST(HostileSpf, ARecordOf64KilobytesIsEvaluated) {
  std::string record = "v=spf1";
  while (record.size() < 65'000) record += " ip4:192.0.2.77";
  const BoundedRun run = run_bounded([&record] {
    suite::Resolver resolver;
    resolver.txt("a.example", record + " -all");
    const SpfResult result = check(resolver, "a.example");
    return result.result == SpfOutcome::fail && result.lookups == 0 && resolver.asked().size() == 1;
  });
  EXPECT_TRUE(run.held);
  EXPECT_LT(run.grown_kb, 20'000 * slowness_factor);
}

TEST(HostileSpf, SixtyFourKilobytesThatAreNoRecordAreNone) {
  suite::Resolver resolver;
  resolver.txt("a.example", std::string(65'000, 'v'));
  EXPECT_EQ(check(resolver, "a.example").result, SpfOutcome::none);
  resolver.txt("b.example", "v=spf1 " + std::string(65'000, 'a'));
  EXPECT_EQ(check(resolver, "b.example").result, SpfOutcome::permerror);
}

}  // namespace
}  // namespace mailrig::auth
