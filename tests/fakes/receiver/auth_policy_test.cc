#include "fakes/receiver/auth_policy.h"

#include "tests/fakes/receiver/fixture.h"

namespace mailrig::receiver {
namespace {

using namespace testing;
using policy::AuthAction;
using policy::BulkSettings;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string fault_of_change(std::string_view name, std::string_view changes) {
  const auto document = config::Document::parse(changes, "scenario.yaml");
  const auto loaded = load_profile(name, &document.value().root());
  return loaded ? "" : loaded.error().to_string();
}

TEST(AuthPolicyTest, ReadsEveryKey) {
  const AuthPolicy policy = profile("postgrey-site", R"(
auth_policy:
  authserv_id: mx.isp.example
  spf_fail: reject
  spf_softfail: junk
  spf_cache: 30m
  dkim_none: tempfail
  no_auth: reject
  dmarc: honour
  dmarc_quarantine: reject
  org_domain: psl
  arc_trusted: [Forwarder.example]
  sender_domain_must_resolve: true
  require_for_bulk: { threshold_per_day: 100, scope: org_domain, permanent: true, spf: pass, dmarc: record,
                      reject_share: 25% }
)")
                                .auth_policy;
  EXPECT_TRUE(policy.judge);
  EXPECT_EQ(policy.authserv_id, "mx.isp.example");
  EXPECT_EQ(policy.spf_fail, AuthAction::reject);
  EXPECT_EQ(policy.spf_softfail, AuthAction::junk);
  EXPECT_EQ(policy.spf_cache, 30min);
  EXPECT_EQ(policy.dkim_none, AuthAction::tempfail);
  EXPECT_EQ(policy.no_auth, AuthAction::reject);
  EXPECT_TRUE(policy.dmarc_honoured);
  EXPECT_EQ(policy.dmarc_quarantine, AuthAction::reject);
  EXPECT_EQ(policy.org_domain, auth::DmarcMethod::public_suffix_list);
  EXPECT_THAT(policy.arc_trusted, ElementsAre("forwarder.example"));
  EXPECT_FALSE(policy.arc_trusts_anybody);
  EXPECT_TRUE(policy.sender_domain_must_resolve);
  EXPECT_EQ(policy.require_for_bulk.threshold_per_day, 100U);
  EXPECT_EQ(policy.require_for_bulk.scope, BulkSettings::Scope::org_domain);
  EXPECT_TRUE(policy.require_for_bulk.permanent);
  EXPECT_TRUE(policy.require_for_bulk.spf);
  EXPECT_FALSE(policy.require_for_bulk.dkim);
  EXPECT_EQ(policy.require_for_bulk.dmarc, BulkSettings::Dmarc::record);
  EXPECT_EQ(policy.require_for_bulk.reject_ppm, 250'000U);
}

TEST(AuthPolicyTest, AChangeKeepsTheRest) {
  const AuthPolicy policy =
      profile("gmail", "auth_policy: { require_for_bulk: { threshold_per_day: 10 } }").auth_policy;
  EXPECT_EQ(policy.require_for_bulk.threshold_per_day, 10U);
  EXPECT_TRUE(policy.require_for_bulk.dkim);
  EXPECT_EQ(policy.no_auth, AuthAction::reject);
  EXPECT_TRUE(policy.arc_trusts_anybody);
}

// A plain server writes down what it saw and acts on none of it; the sink does not even look.
TEST(AuthPolicyTest, WhoJudgesByDefault) {
  EXPECT_TRUE(profile("postgrey-site").auth_policy.judge);
  EXPECT_EQ(profile("postgrey-site").auth_policy.spf_temperror, AuthAction::accept);
  EXPECT_FALSE(profile("postgrey-site").auth_policy.dmarc_honoured);
  EXPECT_FALSE(profile("sink").auth_policy.judge);
}

TEST(AuthPolicyTest, WhatTheDnsDidNotSayCannotBeRejected) {
  EXPECT_THAT(fault_of_change("gmail", "auth_policy: { spf_temperror: reject }"),
              HasSubstr("auth_policy.spf_temperror: unknown value 'reject'"));
  EXPECT_THAT(fault_of_change("gmail", "replies: { dmarc_temperror: '550 5.7.1 no' }"),
              HasSubstr("'dmarc_temperror' asks to try again, so its code must be 4yz, not 550"));
  EXPECT_THAT(fault_of_change("gmail", "replies: { spf_fail/temporary: '550 5.7.1 no' }"),
              HasSubstr("'spf_fail/temporary' asks to try again, so its code must be 4yz, not 550"));
}

TEST(AuthPolicyTest, MisspeltKeysAndValuesAreTold) {
  EXPECT_THAT(fault_of_change("gmail", "auth_policy: { spf_fial: reject }"), HasSubstr("did you mean 'spf_fail'?"));
  EXPECT_THAT(fault_of_change("gmail", "auth_policy: { dmarc: honor }"), HasSubstr("did you mean 'honour'?"));
}

TEST(AuthPolicyTest, ARefusalThatNeedsTheSignatureComesAfterData) {
  EXPECT_THAT(fault_of_change("qq", "auth_policy: { spf_hardfail_without_dkim: reject }"),
              HasSubstr("auth_policy.spf_hardfail_without_dkim is known only after DATA; set phases.spf_fail to data"));
}

TEST(AuthPolicyTest, TheSchemaKnowsTheKeys) {
  const auto schema = serialize(profile_schema());
  for (const char* key : {"auth_policy", "spf_hardfail_without_dkim", "require_for_bulk", "reject_share"}) {
    EXPECT_THAT(schema, HasSubstr(fmt::format("\"{}\"", key)));
  }
}

}  // namespace
}  // namespace mailrig::receiver
