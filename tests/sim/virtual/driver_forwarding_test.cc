// Deliveries that go through forwarders: one fate at the mailbox that they end at.
#include "sim/virtual/driver.h"
#include "tests/sim/virtual/simulate.h"

namespace mailrig::virtual_time {
namespace {

using measure::Fate;
using ::testing::IsEmpty;

// Ten messages to people at the forwarder `alumni`; `parties` are the keys forwarders and receivers, and others.
Outcome ten_to_alumni(const std::string& parties, const std::string& mail = "note: {}") {
  // What the forwarder passes on has the same addresses behind it, so that SPF holds.
  return simulate(R"(
senders: { shop: { domain: shop.example, spf: "v=spf1 ip4:198.18.0.0/15 -all", retry: [1m], expire: 5m } }
mail: { )" + mail +
                  " }\n" + parties +
                  "\nlists: { few: { count: 10 } }\n"
                  "traffic: [ { mail: note, list: few, schedule: { rate: 1/s, count: 10 }, to: { alumni: 100% } } ]\n");
}

TEST(VirtualForwarding, OneFateAtTheMailboxAndTwoAttempts) {
  const auto outcome = ten_to_alumni("receivers: { qq: {}, outlook: {} }\nforwarders: { alumni: { to: outlook } }");
  const auto& s = *outcome.snapshot;
  EXPECT_THAT(s.broken_sums, IsEmpty());
  EXPECT_EQ(s.receivers.at(1).tally.deliveries, 10U);  // outlook's, though nobody wrote to outlook
  EXPECT_EQ(s.receivers.at(1).tally[Fate::inbox], 10U);
  EXPECT_EQ(s.receivers.at(0).tally.deliveries, 0U);
  EXPECT_EQ(s.total.attempts, 20U);
  ASSERT_EQ(s.forwarders.size(), 1U);
  EXPECT_EQ(s.forwarders[0].to, "outlook");
  EXPECT_EQ(s.forwarders[0].account.tally.attempts, 10U);
  EXPECT_EQ(s.forwarders[0].hops.taken, 10U);
  EXPECT_EQ(s.forwarders[0].hops.passed_on, 10U);
}

TEST(VirtualForwarding, ARefusalBehindTheForwarderIsABounce) {
  for (const char* srs : {"false", "true"}) {
    const auto outcome = ten_to_alumni(std::string("receivers: { outlook: { mailboxes: { unknown: 100% } } }\n"
                                                   "forwarders: { alumni: { to: outlook, srs: ") +
                                       srs + " } }");
    const auto& s = *outcome.snapshot;
    EXPECT_THAT(s.broken_sums, IsEmpty());
    EXPECT_EQ(s.total[Fate::bounced], 10U);
    EXPECT_EQ(s.total[Fate::rejected], 0U);
    EXPECT_EQ(s.forwarders[0].hops.bounced, 10U);
    EXPECT_EQ(s.dsn_received, 10U);  // the sender hears of each
  }
}

TEST(VirtualForwarding, WithNobodyToTellItIsLost) {
  const auto outcome =
      ten_to_alumni("receivers: { outlook: { mailboxes: { unknown: 100% } } }\nforwarders: { alumni: { to: outlook } }",
                    "note: { envelope_from: \"\" }");
  EXPECT_THAT(outcome.snapshot->broken_sums, IsEmpty());
  EXPECT_EQ(outcome.snapshot->total[Fate::lost], 10U);
  EXPECT_EQ(outcome.snapshot->forwarders[0].hops.dropped, 10U);
  EXPECT_EQ(outcome.snapshot->dsn_received, 0U);
}

TEST(VirtualForwarding, TheForwarderRetriesAndGivesUp) {
  const auto outcome = ten_to_alumni(
      "receivers: { outlook: { down: true } }\n"
      "forwarders: { alumni: { to: outlook, retry: [1m], expire: 10m } }");
  const auto& s = *outcome.snapshot;
  EXPECT_THAT(s.broken_sums, IsEmpty());
  EXPECT_EQ(s.total[Fate::bounced], 10U);
  EXPECT_EQ(s.total.deferred_deliveries, 10U);
  EXPECT_GT(outcome.took, std::chrono::minutes(10));
}

TEST(VirtualForwarding, WhatItStillHasIsQueued) {
  const auto outcome = ten_to_alumni(
      "receivers: { outlook: { down: true } }\nforwarders: { alumni: { to: outlook } }\nend: { drain: 30m }");
  EXPECT_THAT(outcome.snapshot->broken_sums, IsEmpty());
  EXPECT_EQ(outcome.snapshot->total[Fate::queued], 10U);
  EXPECT_EQ(outcome.snapshot->forwarders[0].hops.waiting, 10U);
}

TEST(VirtualForwarding, ForwardersPassOnToForwarders) {
  const auto outcome = ten_to_alumni(
      "receivers: { outlook: {} }\n"
      "forwarders: { alumni: { to: club, srs: true, modify: footer }, club: { to: outlook, srs: true } }");
  const auto& s = *outcome.snapshot;
  EXPECT_THAT(s.broken_sums, IsEmpty());
  EXPECT_EQ(s.total[Fate::inbox], 10U);
  EXPECT_EQ(s.total.attempts, 30U);
  EXPECT_EQ(s.total.transformed, 10U);
  EXPECT_EQ(s.total.corrupted, 0U);
  EXPECT_EQ(s.forwarders[0].hops.transformed, 10U);
  EXPECT_EQ(s.forwarders[1].hops.transformed, 0U);
}

// The second forwarder's bounce goes to the first one's return path, and from there to the sender.
TEST(VirtualForwarding, BouncesFindTheirWayBackThroughSrs) {
  for (const char* srs : {"false", "true"}) {
    const auto outcome = ten_to_alumni(std::string("receivers: { outlook: { mailboxes: { unknown: 100% } } }\n"
                                                   "forwarders: { alumni: { to: club, srs: true }, "
                                                   "club: { to: outlook, srs: ") +
                                       srs + " } }");
    const auto& s = *outcome.snapshot;
    EXPECT_THAT(s.broken_sums, IsEmpty());
    EXPECT_EQ(s.total[Fate::bounced], 10U);
    EXPECT_EQ(s.forwarders[1].hops.bounced, 10U);
    EXPECT_EQ(s.forwarders[0].hops.taken, 20U);  // ten messages, and ten bounces that came back
    EXPECT_EQ(s.dsn_received, 10U);
  }
}

// RFC 5321 §6.3: a loop is broken by counting Received fields.
TEST(VirtualForwarding, ALoopEndsInABounce) {
  const auto outcome =
      ten_to_alumni("receivers: { outlook: {} }\nforwarders: { alumni: { to: club }, club: { to: alumni } }");
  const auto& s = *outcome.snapshot;
  EXPECT_THAT(s.broken_sums, IsEmpty());
  EXPECT_EQ(s.elsewhere.deliveries, 10U);
  EXPECT_EQ(s.total[Fate::bounced], 10U);
  EXPECT_EQ(s.dsn_received, 10U);
}

TEST(VirtualForwarding, TheMailboxGreylistsTheForwarder) {
  const auto outcome = ten_to_alumni(
      "receivers: { outlook: { greylist: { delay: 30s } } }\nforwarders: { alumni: { to: outlook, retry: [1m] } }");
  const auto& s = *outcome.snapshot;
  EXPECT_EQ(s.total[Fate::inbox], 10U);
  EXPECT_EQ(s.total.deferred_deliveries, 10U);
  EXPECT_EQ(s.forwarders[0].account.tally.deferrals, 0U);
}

TEST(VirtualForwarding, RepeatsExactly) {
  const std::string parties =
      "receivers: { outlook: { mailboxes: { unknown: 30% } } }\n"
      "forwarders: { alumni: { to: outlook, srs: true, arc: true, modify: [subject, footer] } }";
  EXPECT_EQ(ten_to_alumni(parties).snapshot->event_log_hash, ten_to_alumni(parties).snapshot->event_log_hash);
}

}  // namespace
}  // namespace mailrig::virtual_time
