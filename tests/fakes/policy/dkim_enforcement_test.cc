#include "fakes/policy/dkim_enforcement.h"

#include <gtest/gtest.h>

#include "tests/fakes/policy/auth_fixture.h"

namespace mailrig::policy {
namespace {

using namespace testing;
using auth::DkimResult;

class DkimEnforcementTest : public ::testing::Test {
 protected:
  int answer(const DkimSettings& settings, DkimResult result) const {
    Session session = authenticated();
    session.authentication.dkim = result;
    return code(DkimEnforcement(settings, words_.refusals()).data(start, session, {}));
  }

  Words words_{Event::dkim_fail};
};

// RFC 6376 §6.3: without a say-so, an unverified signature is no worse than none.
TEST_F(DkimEnforcementTest, LetsAllPassByDefaultButWhatMayYetPass) {
  for (const DkimResult result : {DkimResult::none, DkimResult::pass, DkimResult::fail, DkimResult::policy,
                                  DkimResult::neutral, DkimResult::permerror}) {
    EXPECT_EQ(answer({}, result), 0) << to_string(result);
  }
  EXPECT_EQ(answer({}, DkimResult::temperror), 451);
}

TEST_F(DkimEnforcementTest, AFailureAndAMissingSignatureAreApart) {
  EXPECT_EQ(answer({.dkim_fail = AuthAction::reject}, DkimResult::fail), 550);
  EXPECT_EQ(answer({.dkim_fail = AuthAction::reject}, DkimResult::permerror), 550);
  EXPECT_EQ(answer({.dkim_fail = AuthAction::reject}, DkimResult::none), 0);
  EXPECT_EQ(answer({.dkim_none = AuthAction::tempfail}, DkimResult::none), 451);
  EXPECT_EQ(answer({.dkim_none = AuthAction::tempfail}, DkimResult::fail), 0);
}

TEST_F(DkimEnforcementTest, JunksUnlessDmarcPasses) {
  DkimEnforcement dkim({.dkim_fail = AuthAction::junk}, words_.refusals());
  Session session = authenticated();
  session.authentication.dkim = DkimResult::fail;
  EXPECT_FALSE(junks(dkim, session));
  session.authentication.dmarc = auth::DmarcResult::none;
  EXPECT_TRUE(junks(dkim, session));
}

}  // namespace
}  // namespace mailrig::policy
