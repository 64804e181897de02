// What mailboxes send upon the mail that they get, and what becomes of it at the sender's own domain.
#include "sim/virtual/driver.h"
#include "tests/sim/virtual/simulate.h"

namespace mailrig::virtual_time {
namespace {

using feedback::AnswerKind;
using measure::AnswerTally;
using measure::Fate;
using ::testing::IsEmpty;

// Fifty messages of the kind `mail` to as many people.
Outcome to_people(const std::string& mail, const std::string& more = "", const std::string& sender = "") {
  return simulate("senders: { shop: { domain: shop.example, spf: \"v=spf1 ip4:198.18.0.0/15 -all\"" + sender +
                  " } }\nreceivers: { outlook: {} }\nlists: { people: { count: 50 } }\nmail: { note: " + mail +
                  " }\ntraffic: [ { mail: note, list: people, schedule: { rate: 1/s, count: 50 } } ]\n" + more);
}

AnswerTally of(const measure::AnswerTallies& tallies, AnswerKind kind) {
  return tallies[static_cast<std::size_t>(kind)];
}

TEST(VirtualAnswers, ARepliedMailboxThatWorksAcceptsThem) {
  const auto outcome = to_people("{ reply_to: \"support@shop.example\", readers: { reply: 100%, after: 5m } }", "",
                                 ", mailboxes: [support]");
  const auto& s = *outcome.snapshot;
  EXPECT_THAT(s.broken_sums, IsEmpty());
  EXPECT_EQ(of(s.answers, AnswerKind::reply).sent, s.total[Fate::inbox]);
  EXPECT_EQ(of(s.answers, AnswerKind::reply).accepted, s.total[Fate::inbox]);
  EXPECT_EQ(of(s.receivers.at(0).answers, AnswerKind::reply).accepted, s.total[Fate::inbox]);
  EXPECT_EQ(of(s.streams.at(0).answers, AnswerKind::reply).accepted, s.total[Fate::inbox]);
  EXPECT_GT(outcome.took, std::chrono::minutes(5)) << "the run waits for them";
  EXPECT_EQ(s.dsn_received, 0U);
}

TEST(VirtualAnswers, AReplyToAnAddressThatDoesNotExistBounces) {
  const auto outcome = to_people("{ readers: { reply: 100%, after: 5m } }", "", ", mailboxes: [support]");
  const auto& s = *outcome.snapshot;
  EXPECT_EQ(of(s.answers, AnswerKind::reply).bounced, s.total[Fate::inbox]);
  EXPECT_EQ(of(s.answers, AnswerKind::reply).accepted, 0U);
}

TEST(VirtualAnswers, WhatIsNotAnsweredWithinTheDrainIsNotSent) {
  const auto outcome = to_people("{ readers: { reply: 100%, after: 20h } }", "end: { drain: 1h }");
  EXPECT_LT(of(outcome.snapshot->answers, AnswerKind::reply).sent, 10U);
  EXPECT_LT(outcome.took, std::chrono::hours(2));
}

TEST(VirtualAnswers, AReplyToADomainThatDoesNotExistBounces) {
  const auto outcome = to_people("{ from: \"a@elsewhere.example\", readers: { reply: 100%, after: 1m } }");
  EXPECT_EQ(of(outcome.snapshot->answers, AnswerKind::reply).bounced, outcome.snapshot->total[Fate::inbox]);
}

}  // namespace
}  // namespace mailrig::virtual_time
