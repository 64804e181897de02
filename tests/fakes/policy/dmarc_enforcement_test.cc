#include "fakes/policy/dmarc_enforcement.h"

#include <gtest/gtest.h>

#include "tests/fakes/policy/auth_fixture.h"

namespace mailrig::policy {
namespace {

using namespace testing;
using auth::DmarcPolicy;
using auth::DmarcResult;

class DmarcEnforcementTest : public ::testing::Test {
 protected:
  static Session failing(DmarcPolicy disposition) {
    Session session = authenticated();
    session.authentication.dmarc = DmarcResult::fail;
    session.authentication.disposition = disposition;
    return session;
  }
  DmarcEnforcement policy(const DmarcSettings& settings) const { return {settings, words_.refusals()}; }

  Words words_{Event::dmarc_fail};
};

TEST_F(DmarcEnforcementTest, DoesWhatTheAuthorsDomainAsksFor) {
  auto dmarc = policy({.dmarc_honoured = true});
  EXPECT_EQ(code(dmarc.data(start, failing(DmarcPolicy::none), {})), 0);
  EXPECT_FALSE(junks(dmarc, failing(DmarcPolicy::none)));
  EXPECT_EQ(code(dmarc.data(start, failing(DmarcPolicy::quarantine), {})), 0);
  EXPECT_TRUE(junks(dmarc, failing(DmarcPolicy::quarantine)));
  EXPECT_EQ(code(dmarc.data(start, failing(DmarcPolicy::reject), {})), 550);
}

TEST_F(DmarcEnforcementTest, AReceiverMayBeMilderOrNotCare) {
  auto mild = policy({.dmarc_honoured = true, .dmarc_reject = AuthAction::junk});
  EXPECT_EQ(code(mild.data(start, failing(DmarcPolicy::reject), {})), 0);
  EXPECT_TRUE(junks(mild, failing(DmarcPolicy::reject)));
  auto careless = policy({.dmarc_honoured = false});
  EXPECT_EQ(code(careless.data(start, failing(DmarcPolicy::reject), {})), 0);
  EXPECT_FALSE(junks(careless, failing(DmarcPolicy::reject)));
}

TEST_F(DmarcEnforcementTest, ATrustedForwarderExcusesAFailure) {
  Session session = failing(DmarcPolicy::reject);
  session.authentication.arc_vouches = true;
  EXPECT_EQ(code(policy({.dmarc_honoured = true}).data(start, session, {})), 0);
}

TEST_F(DmarcEnforcementTest, WhatTheDnsDidNotSayIsTriedAgain) {
  Session session = authenticated();
  session.authentication.dmarc = DmarcResult::temperror;
  EXPECT_EQ(code(policy({.dmarc_honoured = true}).data(start, session, {})), 451);
}

}  // namespace
}  // namespace mailrig::policy
