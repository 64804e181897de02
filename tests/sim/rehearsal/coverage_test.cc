#include "sim/rehearsal/coverage.h"

#include <gmock/gmock.h>

#include "tests/sim/rehearsal/profiles.h"

namespace mailrig::rehearsal {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::StartsWith;

const Rehearsed* find(const std::vector<Rehearsed>& all, std::string_view key) {
  for (const Rehearsed& one : all) {
    if (one.key == key) return &one;
  }
  return nullptr;
}

class ShippedProfiles : public ::testing::TestWithParam<std::string> {};

TEST_P(ShippedProfiles, EveryWordIsHeard) {
  std::vector<std::string> unheard;
  for (const Rehearsed& one : rehearse(profile(GetParam()))) {
    if (one.heard < one.wordings || one.phase.empty()) unheard.push_back(one.key + ": " + one.sample);
  }
  EXPECT_THAT(unheard, IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(All, ShippedProfiles, ::testing::ValuesIn(receiver::list_profiles()), [](const auto& of) {
  std::string name = of.param;
  for (char& c : name) {
    if (c == '-') c = '_';
  }
  return name;
});

TEST(Rehearse, TellsWhatWasHeardAndWhen) {
  const auto all = rehearse(plain_profile(R"(
replies:
  unknown_user: { any_of: ['550 5.1.1 one', '550 5.1.1 two', '550 5.1.1 three'] }
  mailbox_full: '452 4.2.2 full'
phases: { mailbox_full: data }
)"));
  const Rehearsed* unknown = find(all, "unknown_user");
  ASSERT_NE(unknown, nullptr);
  EXPECT_EQ(unknown->phase, "rcpt");
  EXPECT_EQ(unknown->wordings, 3U);
  EXPECT_EQ(unknown->heard, 3U);
  EXPECT_THAT(unknown->sample, StartsWith("550 5.1.1 "));
  EXPECT_THAT(unknown->texts, ElementsAre("550 5.1.1 one", "550 5.1.1 two", "550 5.1.1 three"));
  const Rehearsed* full = find(all, "mailbox_full");
  ASSERT_NE(full, nullptr);
  EXPECT_EQ(full->phase, "data");
  EXPECT_EQ(full->sample, "452 4.2.2 full");
}

TEST(Rehearse, OnlyWhatTheProfileWordsItselfInAlphabeticalOrder) {
  std::vector<std::string> keys;
  for (const Rehearsed& one : rehearse(plain_profile("replies: { virus: '550 a', greylisted: '450 b' }"))) {
    keys.push_back(one.key);
  }
  EXPECT_THAT(keys, ElementsAre("banner", "greylisted", "helo_ok", "virus"));
}

// A receiver that looks at nothing cannot say what SPF found.
TEST(Rehearse, WhatCannotBeHeardIsToldAsSuch) {
  receiver::Profile blind = plain_profile("replies: { spf_fail: '550 5.7.23 no' }");
  blind.auth_policy.judge = false;
  const auto all = rehearse(blind);
  const Rehearsed* spf = find(all, "spf_fail");
  ASSERT_NE(spf, nullptr);
  EXPECT_EQ(spf->phase, "");
  EXPECT_EQ(spf->heard, 0U);
  EXPECT_EQ(spf->wordings, 1U);
  EXPECT_THAT(spf->texts, ElementsAre(""));
}

TEST(Rehearse, ClosingWithoutAWordIsHeardToo) {
  const auto all = rehearse(plain_profile("replies: { unknown_user: '' }"));
  const Rehearsed* unknown = find(all, "unknown_user");
  ASSERT_NE(unknown, nullptr);
  EXPECT_EQ(unknown->heard, 1U);
  EXPECT_EQ(unknown->sample, "");
}

TEST(Rehearse, WhoHurriesBackHearsTheLimitAgain) {
  const auto all = rehearse(plain_profile(R"(
replies: { rate_limited/ip: '421 4.7.28 slowly' }
limits:
  connections_per_ip: 5
  rate_windows:
    - { scope: ip, count: 100, window: 1h, event: rate_limited/ip, until_quiet: 10m, recovery: { connections: 2, every: 10m } }
)"));
  const auto recovering = std::find_if(all.begin(), all.end(), [](const Rehearsed& one) { return one.recovering; });
  ASSERT_NE(recovering, all.end());
  EXPECT_EQ(recovering->key, "rate_limited/ip");
  EXPECT_EQ(recovering->sample, "421 4.7.28 slowly");
}

}  // namespace
}  // namespace mailrig::rehearsal
