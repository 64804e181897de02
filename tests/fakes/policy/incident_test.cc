#include "fakes/policy/incident.h"

#include <gtest/gtest.h>

#include "tests/fakes/policy/fixture.h"

namespace mailrig::policy {
namespace {

using namespace testing;

const ReplyTemplate closed_today = reply(Event::maintenance, 421);
const ReplyTemplate busy = reply(Event::local_error, 451);

class IncidentTest : public ::testing::Test {
 protected:
  Incident overloaded_at(Phase phase, std::string entity = "isp") const {
    return {conditions_,
            {.maintenance = {&closed_today, Phase::connect}, .overloaded = {&busy, phase}},
            Draw(1),
            std::move(entity)};
  }
  // The transaction of a connection; both count from 0.
  static Session transaction(std::uint32_t connection, std::uint32_t message = 0) {
    Session session = session_from("198.18.2.10");
    session.sequence = connection;
    session.messages = message;
    return session;
  }

  Conditions conditions_;
};

TEST_F(IncidentTest, OnAGoodDayNothingHappens) {
  auto incident = overloaded_at(Phase::mail);
  EXPECT_FALSE(incident.connect(start, transaction(0)));
  EXPECT_FALSE(incident.mail(start, transaction(0), {}));
}

TEST_F(IncidentTest, MaintenanceSendsEveryConnectionAway) {
  auto incident = overloaded_at(Phase::mail);
  conditions_.maintenance = true;
  EXPECT_EQ(incident.connect(start, transaction(0)).value().reply, &closed_today);
  conditions_.maintenance = false;
  EXPECT_FALSE(incident.connect(start, transaction(1))) << "conditions are looked at as they stand";
}

TEST_F(IncidentTest, GarbageIsNoReplyAndEndsTheConnection) {
  auto incident = overloaded_at(Phase::mail);
  conditions_.garbage = conditions_.maintenance = true;
  const auto verdict = incident.connect(start, transaction(0));
  ASSERT_TRUE(verdict);
  EXPECT_EQ(verdict->reply->code, 0);
  EXPECT_FALSE(verdict->reply->text.empty());
  EXPECT_EQ(verdict->event, Event::local_error);
  EXPECT_TRUE(verdict->close);
}

TEST_F(IncidentTest, AnOverloadedServerPutsOffAShareOfTransactions) {
  auto incident = overloaded_at(Phase::mail);
  conditions_.deferring_ppm = 300'000;
  int deferred = 0;
  for (std::uint32_t i = 0; i < 1000; ++i) deferred += incident.mail(start, transaction(i), {}).has_value();
  EXPECT_GT(deferred, 240);
  EXPECT_LT(deferred, 360);
  conditions_.deferring_ppm = 1'000'000;
  EXPECT_EQ(incident.mail(start, transaction(0), {}).value().reply, &busy);
}

TEST_F(IncidentTest, TheLotIsDrawnForEachTransactionAndReceiver) {
  auto incident = overloaded_at(Phase::rcpt);
  auto neighbour = overloaded_at(Phase::rcpt, "neighbour");
  conditions_.deferring_ppm = 500'000;
  int other_message = 0, other_receiver = 0;
  for (std::uint32_t i = 0; i < 100; ++i) {
    const bool first = incident.rcpt(start, transaction(i), {}).has_value();
    EXPECT_EQ(incident.rcpt(start + 1min, transaction(i), {}).has_value(), first) << "one lot for all its recipients";
    other_message += incident.rcpt(start, transaction(i, 1), {}).has_value() != first;
    other_receiver += neighbour.rcpt(start, transaction(i), {}).has_value() != first;
  }
  EXPECT_GT(other_message, 25);
  EXPECT_GT(other_receiver, 25);
}

TEST_F(IncidentTest, SpeaksInThePhaseOfItsWordsAndInNoOther) {
  conditions_.deferring_ppm = 1'000'000;
  const auto phases_of = [](Incident incident) {
    const Session session = transaction(0);
    std::vector<Phase> spoken;
    if (incident.connect(start, session)) spoken.push_back(Phase::connect);
    if (incident.helo(start, session, "mta")) spoken.push_back(Phase::helo);
    if (incident.mail(start, session, {})) spoken.push_back(Phase::mail);
    if (incident.rcpt(start, session, {})) spoken.push_back(Phase::rcpt);
    if (incident.data(start, session, {})) spoken.push_back(Phase::data);
    return spoken;
  };
  for (const Phase phase : {Phase::connect, Phase::helo, Phase::mail, Phase::rcpt, Phase::data}) {
    EXPECT_EQ(phases_of(overloaded_at(phase)), std::vector{phase});
  }
  const Hooks hooks = overloaded_at(Phase::rcpt).hooks();
  EXPECT_TRUE(hooks.connect && hooks.rcpt);
  EXPECT_FALSE(hooks.helo || hooks.mail || hooks.data);
}

}  // namespace
}  // namespace mailrig::policy
