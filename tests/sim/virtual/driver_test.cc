#include "sim/virtual/driver.h"

#include "tests/sim/virtual/simulate.h"

namespace mailrig::virtual_time {
namespace {

using measure::Fate;

const std::string authorised = R"(spf: "v=spf1 ip4:198.18.0.0/15 -all")";  // the senders' own addresses
const std::string shop =
    "senders: { shop: { domain: shop.example, " + authorised + ", retry: [1m], expire: 5m } }\nmail: { note: {} }\n";

TEST(VirtualDriver, MailArrivesAtOnceWhereNothingStandsInItsWay) {
  const auto outcome = simulate(shop +
                                "receivers: { outlook: {} }\nlists: { few: { count: 50 } }\n"
                                "traffic: [ { mail: note, list: few, schedule: { rate: 10/s, count: 50 } } ]\n");
  EXPECT_EQ(outcome.snapshot->total[Fate::inbox], 50U);
  EXPECT_EQ(outcome.snapshot->latency.max(), Duration{});
  EXPECT_TRUE(outcome.snapshot->broken_sums.empty());
  EXPECT_LT(outcome.took, std::chrono::seconds(15));
}

TEST(VirtualDriver, LatencyIsThatOfTheLink) {
  const auto outcome = simulate(shop +
                                "receivers: { outlook: { latency: 50ms } }\nlists: { few: { count: 1 } }\n"
                                "traffic: [ { mail: note, list: few, schedule: { rate: 1/s, count: 1 } } ]\n");
  EXPECT_EQ(outcome.snapshot->total[Fate::inbox], 1U);
  EXPECT_GT(outcome.snapshot->latency.max(), std::chrono::milliseconds(400));
}

TEST(VirtualDriver, ContentTakesItsTime) {
  const auto outcome = simulate("senders: { shop: { domain: shop.example, " + authorised +
                                " } }\nmail: { note: { size: 1MB } }\nreceivers: { outlook: { bandwidth: 100KB } "
                                "}\nlists: { few: { count: 1 } }\n"
                                "traffic: [ { mail: note, list: few, schedule: { rate: 1/s, count: 1 } } ]\n");
  EXPECT_EQ(outcome.snapshot->total[Fate::inbox], 1U);
  EXPECT_GE(outcome.snapshot->latency.max(), std::chrono::seconds(10));
  EXPECT_LT(outcome.snapshot->latency.max(), std::chrono::seconds(11));
}

// What was under way from an address that went down is tried again from another, and what it had opened says nothing
// about the connections that come after it.
TEST(VirtualDriver, AnAddressThatGoesDownLosesNothing) {
  const auto outcome =
      simulate("senders: { shop: { domain: shop.example, ips: [198.18.2.10, 198.18.2.11], " + authorised +
               ", retry: [1m] } }\nmail: { note: {} }\nreceivers: { outlook: { latency: 100ms } }\n"
               "lists: { few: { count: 200 } }\ntraffic: [ { mail: note, list: few, schedule: { burst: 200 } } ]\n"
               "timeline: [ { at: 350ms, set: senders.shop.ips.198.18.2.10, to: down, for: 10s }, "
               "{ at: 4s, set: senders.shop.ips.198.18.2.11, to: down, for: 10s } ]\n");
  EXPECT_EQ(outcome.snapshot->total[Fate::inbox], 200U);
  EXPECT_GT(outcome.snapshot->total.deferrals, 0U);
  EXPECT_TRUE(outcome.snapshot->broken_sums.empty());
}

TEST(VirtualDriver, UnknownUsersBounceAndTheBounceComesBack) {
  const auto outcome =
      simulate(shop +
               "receivers: { outlook: { mailboxes: { unknown: 100% } } }\nlists: { few: { count: 5 } }\n"
               "traffic: [ { mail: note, list: few, schedule: { rate: 1/s, count: 5 } } ]\n");
  EXPECT_EQ(outcome.snapshot->total[Fate::rejected], 5U);
  EXPECT_EQ(outcome.snapshot->dsn_received, 5U);
}

TEST(VirtualDriver, WhatIsDownForTooLongExpires) {
  const auto outcome = simulate(shop +
                                "receivers: { outlook: { down: true } }\nlists: { few: { count: 3 } }\n"
                                "traffic: [ { mail: note, list: few, schedule: { burst: 3 } } ]\n");
  EXPECT_EQ(outcome.snapshot->total[Fate::expired], 3U);
  EXPECT_EQ(outcome.snapshot->receivers.at(0).sessions_opened, 0U);
}

std::string mail_for(const std::string& tls, const std::string& certificate) {
  return "senders: { shop: { domain: shop.example, " + authorised + ", retry: [1m], expire: 5m, tls: " + tls +
         " } }\nmail: { note: {} }\nreceivers: { outlook: { certificate: " + certificate +
         " } }\nlists: { few: { count: 3 } }\n"
         "traffic: [ { mail: note, list: few, schedule: { burst: 3 } } ]\n";
}

TEST(VirtualDriver, OnlyWhoVerifiesMindsTheCertificate) {
  for (const char* certificate : {"valid", "renewed", "expired", "mismatched"}) {
    for (const char* tls : {"never", "opportunistic", "required"}) {
      EXPECT_EQ(simulate(mail_for(tls, certificate)).snapshot->total[Fate::inbox], 3U) << tls << ' ' << certificate;
    }
  }
  EXPECT_EQ(simulate(mail_for("verify", "renewed")).snapshot->total[Fate::inbox], 3U);
  const auto outcome = simulate(mail_for("verify", "expired"));
  EXPECT_EQ(outcome.snapshot->total[Fate::expired], 3U);
  const auto& receiver = outcome.snapshot->receivers.at(0);
  EXPECT_EQ(receiver.events.at(static_cast<std::size_t>(policy::Event::tls_failed)), receiver.tally.deferrals);
  EXPECT_EQ(receiver.tls[0], receiver.sessions_opened);  // none was encrypted
}

TEST(VirtualDriver, AMendedCertificateLetsTheMailIn) {
  const auto outcome = simulate(mail_for("verify", "mismatched") +
                                "timeline: [ { at: 90s, set: receivers.outlook.certificate, to: valid } ]\n");
  EXPECT_EQ(outcome.snapshot->total[Fate::inbox], 3U);
  EXPECT_GT(outcome.snapshot->latency.max(), std::chrono::seconds(90));
}

TEST(VirtualDriver, DrainBoundsTheWait) {
  const auto outcome =
      simulate(shop +
               "receivers: { outlook: { down: true } }\nlists: { few: { count: 3 } }\n"
               "traffic: [ { mail: note, list: few, schedule: { burst: 3 } } ]\nend: { drain: 90s }\n");
  EXPECT_EQ(outcome.snapshot->total[Fate::queued], 3U);
  EXPECT_LE(outcome.took, std::chrono::seconds(90));
}

TEST(VirtualDriver, AClosedLoopRunsToItsCount) {
  const auto outcome =
      simulate(shop +
               "receivers: { outlook: {} }\nlists: { few: { count: 200 } }\n"
               "traffic: [ { mail: note, list: few, schedule: { saturate: { in_flight: 3 }, count: 200 } } ]\n");
  EXPECT_EQ(outcome.snapshot->total[Fate::inbox], 200U);
}

}  // namespace
}  // namespace mailrig::virtual_time
