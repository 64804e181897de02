#include "fakes/policy/fact_check.h"

#include <gtest/gtest.h>

#include "tests/fakes/policy/auth_fixture.h"

namespace mailrig::policy {
namespace {

using namespace testing;

FactCheck always(AuthAction action, const Words& words, Phase known_from = Phase::connect) {
  return {known_from, words.refusals(), [action](const Session&, const MessageFacts*) { return action; }};
}

TEST(FactCheck, SaysWhatTheJudgeFindsInTheProfilesWords) {
  const Words words(Event::no_ptr, Phase::rcpt);
  const Session session = session_from("198.18.2.10");
  const auto answer = [&](AuthAction action) { return always(action, words).connect(start, session); };
  EXPECT_EQ(code(answer(AuthAction::reject)), 550);
  EXPECT_EQ(code(answer(AuthAction::tempfail)), 451);
  EXPECT_EQ(code(answer(AuthAction::junk)), 0);
  EXPECT_EQ(code(answer(AuthAction::accept)), 0);
  EXPECT_EQ(answer(AuthAction::reject)->phase, Phase::rcpt) << "for the chain to keep until then";
}

TEST(FactCheck, LooksOnceAsEarlyAsTheFactIsKnown) {
  const Words words(Event::no_ptr);
  const Hooks connection = always(AuthAction::reject, words, Phase::connect).hooks();
  EXPECT_TRUE(connection.connect && !connection.mail && !connection.data);
  const Hooks envelope = always(AuthAction::reject, words, Phase::mail).hooks();
  EXPECT_TRUE(envelope.mail && !envelope.connect && !envelope.data);
  const Hooks message = always(AuthAction::reject, words, Phase::data).hooks();
  EXPECT_TRUE(message.data && !message.connect && !message.mail);
}

TEST(FactCheck, TheJudgeSeesTheMessageAtEndOfDataOnly) {
  const Words words(Event::syntax_error);
  FactCheck check(Phase::mail, words.refusals(), [](const Session&, const MessageFacts* message) {
    return message == nullptr ? AuthAction::reject : AuthAction::tempfail;
  });
  const Session session = session_from("198.18.2.10");
  EXPECT_EQ(code(check.mail(start, session, {})), 550);
  EXPECT_EQ(code(check.data(start, session, {})), 451);
}

TEST(FactCheck, JunkCostsTheInboxAndNamesTheFault) {
  const Words words(Event::no_ptr);
  FactCheck check = always(AuthAction::junk, words);
  EXPECT_TRUE(check.hooks().placement);
  Placement placement;
  check.place(start, session_from("198.18.2.10"), {}, placement);
  EXPECT_TRUE(placement.spam);
  EXPECT_EQ(placement.reason, "no_ptr");
  for (const AuthAction action : {AuthAction::accept, AuthAction::tempfail, AuthAction::reject}) {
    FactCheck other = always(action, words);
    EXPECT_FALSE(junks(other, session_from("198.18.2.10")));
  }
}

}  // namespace
}  // namespace mailrig::policy
