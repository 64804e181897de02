#include "fakes/policy/any_authentication.h"

#include <gtest/gtest.h>

#include "tests/fakes/policy/auth_fixture.h"

namespace mailrig::policy {
namespace {

using namespace testing;
using auth::DkimResult;
using auth::SpfOutcome;

class AnyAuthenticationTest : public ::testing::Test {
 protected:
  static Session with(SpfOutcome spf, DkimResult dkim) {
    Session session = authenticated();
    session.authentication.spf = spf;
    session.authentication.dkim = dkim;
    return session;
  }
  int answer(SpfOutcome spf, DkimResult dkim) const {
    return code(AnyAuthentication(AuthAction::reject, words_.refusals()).data(start, with(spf, dkim), {}));
  }

  Words words_{Event::spf_fail};
};

TEST_F(AnyAuthenticationTest, EitherWillDo) {
  EXPECT_EQ(answer(SpfOutcome::pass, DkimResult::none), 0);
  EXPECT_EQ(answer(SpfOutcome::fail, DkimResult::pass), 0);
  EXPECT_EQ(answer(SpfOutcome::softfail, DkimResult::fail), 550);
  EXPECT_EQ(answer(SpfOutcome::none, DkimResult::none), 550);
}

TEST_F(AnyAuthenticationTest, NothingFinalFollowsFromSilence) {
  EXPECT_EQ(answer(SpfOutcome::temperror, DkimResult::none), 451);
  EXPECT_EQ(answer(SpfOutcome::none, DkimResult::temperror), 451);
}

TEST_F(AnyAuthenticationTest, MayJunkInstead) {
  AnyAuthentication junking(AuthAction::junk, words_.refusals());
  EXPECT_TRUE(junks(junking, with(SpfOutcome::none, DkimResult::none)));
  EXPECT_FALSE(junks(junking, with(SpfOutcome::pass, DkimResult::none)));
}

}  // namespace
}  // namespace mailrig::policy
