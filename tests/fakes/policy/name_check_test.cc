#include "fakes/policy/name_check.h"

#include <gtest/gtest.h>

#include "tests/fakes/policy/auth_fixture.h"

namespace mailrig::policy {
namespace {

using namespace testing;

TEST(NameCheckTest, RejectsWhatDoesNotExistAndDefersWhatIsNotKnown) {
  const Words words(Event::sender_domain_bad, Phase::mail);
  NameCheck check(&EnvelopeFacts::sender_domain, words.refusals());
  EXPECT_TRUE(check.hooks().mail);
  EXPECT_FALSE(check.hooks().data);
  Session session = authenticated();
  const auto answer = [&](NameStatus status) {
    session.authentication.sender_domain = status;
    return code(check.mail(start, session, {}));
  };
  EXPECT_EQ(answer(NameStatus::unchecked), 0);
  EXPECT_EQ(answer(NameStatus::resolves), 0);
  EXPECT_EQ(answer(NameStatus::unknown), 550);
  EXPECT_EQ(answer(NameStatus::temporary_error), 451);
}

TEST(NameCheckTest, LooksAtTheNameThatItIsFor) {
  const Words words(Event::helo_rejected, Phase::rcpt);
  NameCheck check(&EnvelopeFacts::helo_name, words.refusals());
  Session session = authenticated();
  session.authentication.sender_domain = NameStatus::unknown;
  EXPECT_EQ(code(check.rcpt(start, session, recipient("jane@isp.example"))), 0);
  session.authentication.helo_name = NameStatus::unknown;
  EXPECT_EQ(code(check.rcpt(start, session, recipient("jane@isp.example"))), 550);
}

}  // namespace
}  // namespace mailrig::policy
