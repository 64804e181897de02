#include "fakes/policy/tls_requirement.h"

#include <gtest/gtest.h>

#include "tests/fakes/policy/fixture.h"

namespace mailrig::policy {
namespace {

using namespace testing;

TEST(TlsRequirement, RefusesMailInTheClear) {
  const ReplyTemplate missing = reply(Event::tls_required, 530);
  TlsRequirement policy({&missing, Phase::mail});
  Session session = session_from("198.18.2.10");
  const auto verdict = policy.mail(start, session, {});
  ASSERT_TRUE(verdict);
  EXPECT_EQ(verdict->event, Event::tls_required);
  session.tls = TlsVersion::tls1_2;
  EXPECT_FALSE(policy.mail(start, session, {}));
}

}  // namespace
}  // namespace mailrig::policy
