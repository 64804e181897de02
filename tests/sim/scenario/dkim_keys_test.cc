#include <fstream>

#include "tests/sim/scenario/small_scenario.h"
#include "tests/temporary_folder.h"

namespace mailrig::scenario {
namespace {

using auth::Canonicalization;
using testing::ElementsAre;
using testing::HasSubstr;

class DkimKeys : public testing::Test {
 protected:
  DkimKeys() { std::ofstream(folder_ / "s.yaml") << small; }

  Result<Scenario> with_keys(const std::string& keys) const {
    const std::vector<std::string> sets = {"senders.shop.dkim=" + keys};
    return load(folder_ / "s.yaml", sets);
  }

  TemporaryFolder folder_;
};

TEST_F(DkimKeys, ASelectorIsEnough) {
  const auto scenario = parsed(small, {"senders.shop.dkim=[{selector: s1}]"});
  const DkimKey& key = scenario.senders[0].dkim.at(0);
  EXPECT_EQ(key.domain, "shop.example");
  EXPECT_EQ(key.algorithm, DkimAlgorithm::rsa_sha256);
  EXPECT_EQ(key.bits, 2048U);
  EXPECT_FALSE(key.key);
  EXPECT_EQ(key.from, Duration::zero());
  EXPECT_FALSE(key.until);
  EXPECT_EQ(key.header, Canonicalization::relaxed);
  EXPECT_EQ(key.body, Canonicalization::relaxed);
  EXPECT_THAT(key.oversign, ElementsAre("From"));
  EXPECT_TRUE(key.publish);
}

TEST_F(DkimKeys, EverythingCanBeSaid) {
  const auto scenario = parsed(
      small, {"senders.shop.dkim=[{selector: s1, domain: Mail.Shop.example, algorithm: ed25519-sha256, from: 1m, "
              "until: 2m, canonicalization: simple/relaxed, oversign: [From, Subject], publish: false}]"});
  const DkimKey& key = scenario.senders[0].dkim.at(0);
  EXPECT_EQ(key.domain, "mail.shop.example");
  EXPECT_EQ(key.algorithm, DkimAlgorithm::ed25519_sha256);
  EXPECT_EQ(key.from, std::chrono::minutes(1));
  EXPECT_EQ(key.until, std::chrono::minutes(2));
  EXPECT_EQ(key.header, Canonicalization::simple);
  EXPECT_EQ(key.body, Canonicalization::relaxed);
  EXPECT_THAT(key.oversign, ElementsAre("From", "Subject"));
  EXPECT_FALSE(key.publish);
}

TEST_F(DkimKeys, AKeyFileLiesBesideTheScenarioAndSaysItsAlgorithm) {
  const auto pem = auth::PrivateKey::generate_ed25519().pem();
  std::ofstream(folder_ / "mine.pem") << pem;
  const auto scenario = with_keys("[{selector: s1, key: mine.pem}]");
  ASSERT_TRUE(scenario) << scenario.error().to_string();
  const DkimKey& key = scenario->senders[0].dkim.at(0);
  EXPECT_EQ(key.algorithm, DkimAlgorithm::ed25519_sha256);
  ASSERT_TRUE(key.key);
  EXPECT_EQ(key.key->pem(), pem);
  // What a run writes down finds the file from anywhere, and never has the key itself.
  const std::string resolved = resolved_yaml(*scenario);
  EXPECT_THAT(resolved, HasSubstr((folder_ / "mine.pem").string()));
  EXPECT_EQ(resolved.find("PRIVATE KEY"), std::string::npos);
}

TEST_F(DkimKeys, FaultyFilesAreNamed) {
  const auto missing = with_keys("[{selector: s1, key: nobody.pem}]");
  ASSERT_FALSE(missing);
  EXPECT_THAT(missing.error().to_string(), HasSubstr("senders.shop.dkim.0.key: "));
  EXPECT_THAT(missing.error().to_string(), HasSubstr("nobody.pem"));

  std::ofstream(folder_ / "noise.pem") << "no key\n";
  const auto noise = with_keys("[{selector: s1, key: noise.pem}]");
  ASSERT_FALSE(noise);
  EXPECT_THAT(noise.error().to_string(), HasSubstr("noise.pem"));

  std::ofstream(folder_ / "ed.pem") << auth::PrivateKey::generate_ed25519().pem();
  const auto other = with_keys("[{selector: s1, algorithm: rsa-sha256, key: ed.pem}]");
  ASSERT_FALSE(other);
  EXPECT_THAT(other.error().to_string(), HasSubstr("ed.pem holds a key for ed25519-sha256"));
}

TEST_F(DkimKeys, ContradictionsAreFaults) {
  EXPECT_THAT(faults(small, {"senders.shop.dkim=[{selector: s1, bits: 512}]"}),
              ElementsAre("--set: senders.shop.dkim.0.bits: expected a whole number from 1024 to 4096, found '512'"));
  EXPECT_THAT(faults(small, {"senders.shop.dkim=[{selector: s1, bits: 2048, key: a.pem}]"}),
              ElementsAre("--set: senders.shop.dkim.0.bits: does not go together with 'key', whose length is what it "
                          "is"));
  EXPECT_THAT(faults(small, {"senders.shop.dkim=[{selector: s1, from: 5m, until: 5m}]"}),
              ElementsAre("--set: senders.shop.dkim.0.until: must be later than 'from'"));
  EXPECT_THAT(faults(small, {"senders.shop.dkim=[{selector: s1}, {selector: s1, from: 5m}]"}),
              ElementsAre(HasSubstr("two keys have the selector s1 at shop.example")));
  EXPECT_THAT(faults(small, {"senders.shop.dkim=[{selector: s1, canonicalization: strict}]"}),
              ElementsAre(HasSubstr("unknown value 'strict'; valid: relaxed/relaxed")));
}

TEST_F(DkimKeys, MailCanBeLeftUnsignedOrTamperedWith) {
  const auto scenario = parsed(small, {"mail.order.sign=false", "mail.order.tamper=header"});
  EXPECT_FALSE(scenario.mail[0].sign);
  EXPECT_EQ(scenario.mail[0].tamper, Tamper::header);
  EXPECT_TRUE(parsed(small).mail[0].sign);
  EXPECT_EQ(parsed(small).mail[0].tamper, Tamper::none);
}

}  // namespace
}  // namespace mailrig::scenario
