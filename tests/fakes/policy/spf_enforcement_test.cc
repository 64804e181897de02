#include "fakes/policy/spf_enforcement.h"

#include <gtest/gtest.h>

#include "tests/fakes/policy/auth_fixture.h"

namespace mailrig::policy {
namespace {

using namespace testing;
using auth::SpfOutcome;

class SpfEnforcementTest : public ::testing::Test {
 protected:
  SpfEnforcement policy(const SpfSettings& settings, const Words& words) const {
    return {settings, words.refusals(), words.refusals().rejected};
  }
  static Session with(SpfOutcome outcome) {
    Session session = authenticated();
    session.authentication.spf = outcome;
    session.authentication.dkim = auth::DkimResult::none;
    session.authentication.dmarc = auth::DmarcResult::none;
    return session;
  }

  Words at_mail_{Event::spf_fail, Phase::mail};
  Words at_data_{Event::spf_fail, Phase::data};
};

TEST_F(SpfEnforcementTest, EachResultHasItsAction) {
  const SpfSettings settings{.spf_fail = AuthAction::reject,
                             .spf_softfail = AuthAction::tempfail,
                             .spf_neutral = AuthAction::accept,
                             .spf_none = AuthAction::reject,
                             .spf_permerror = AuthAction::tempfail};
  auto spf = policy(settings, at_mail_);
  const auto answer = [&](SpfOutcome outcome) { return code(spf.mail(start, with(outcome), {})); };
  EXPECT_EQ(answer(SpfOutcome::pass), 0);
  EXPECT_EQ(answer(SpfOutcome::fail), 550);
  EXPECT_EQ(answer(SpfOutcome::softfail), 451);
  EXPECT_EQ(answer(SpfOutcome::neutral), 0);
  EXPECT_EQ(answer(SpfOutcome::none), 550);
  EXPECT_EQ(answer(SpfOutcome::permerror), 451);
  // RFC 7208 §8.6: temperror is tried again, unless somebody says otherwise.
  EXPECT_EQ(answer(SpfOutcome::temperror), 451);
}

TEST_F(SpfEnforcementTest, SpeaksInThePhaseOfItsWords) {
  const Words at_rcpt(Event::spf_fail, Phase::rcpt);
  auto spf = policy({.spf_fail = AuthAction::reject}, at_rcpt);
  EXPECT_FALSE(spf.hooks().mail);
  EXPECT_TRUE(spf.hooks().rcpt);
  const Session session = with(SpfOutcome::fail);
  EXPECT_EQ(code(spf.mail(start, session, {})), 0);
  EXPECT_EQ(code(spf.rcpt(start, session, recipient("jane@isp.example"))), 550);
  EXPECT_EQ(code(spf.data(start, session, {})), 0);
}

TEST_F(SpfEnforcementTest, AHardFailIsWorseWithoutASignature) {
  auto spf = policy({.spf_hardfail_without_dkim = AuthAction::reject}, at_data_);
  Session session = with(SpfOutcome::fail);
  EXPECT_EQ(code(spf.data(start, session, {})), 550);
  session.authentication.dkim = auth::DkimResult::pass;
  EXPECT_EQ(code(spf.data(start, session, {})), 0);
}

TEST_F(SpfEnforcementTest, JunksUnlessDmarcPasses) {
  auto spf = policy({.spf_fail = AuthAction::junk}, at_data_);
  Session session = with(SpfOutcome::fail);
  EXPECT_TRUE(junks(spf, session));
  session.authentication.dmarc = auth::DmarcResult::pass;
  EXPECT_FALSE(junks(spf, session));
}

TEST_F(SpfEnforcementTest, ATrustedForwarderExcusesAFailAfterData) {
  auto spf = policy({.spf_fail = AuthAction::reject}, at_data_);
  Session session = with(SpfOutcome::fail);
  session.authentication.arc_vouches = true;
  EXPECT_EQ(code(spf.data(start, session, {})), 0);
}

TEST_F(SpfEnforcementTest, AResultFromMemoryHasWordsOfItsOwn) {
  ReplyTemplate again = reply(Event::spf_fail, 553);
  SpfEnforcement spf({.spf_fail = AuthAction::reject}, at_mail_.refusals(), {&again, Phase::mail});
  Session session = with(SpfOutcome::fail);
  EXPECT_EQ(code(spf.mail(start, session, {})), 550);
  session.authentication.spf_remembered = true;
  EXPECT_EQ(code(spf.mail(start, session, {})), 553);
}

}  // namespace
}  // namespace mailrig::policy
