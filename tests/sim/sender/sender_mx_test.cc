// Lookup, MX fallback and what happens when nothing answers.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/sim/sender/driver.h"

namespace mailrig::sender {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

std::vector<std::string> connected_addresses(const Driver& driver) {
  std::vector<std::string> addresses;
  for (const Command& connect : driver.connects) addresses.push_back(connect.address.to_string());
  return addresses;
}

TEST(SenderMx, DeliversOverTheBestHost) {
  Driver driver;
  driver.zone("example.com", {{10, "mx1.example.com", {"192.0.2.1"}}, {20, "mx2.example.com", {"192.0.2.2"}}});
  driver.host("192.0.2.1");
  driver.host("192.0.2.2");
  const auto id = driver.submit({"anna@Example.COM"});
  driver.run();

  ASSERT_THAT(driver.events, SizeIs(3));
  EXPECT_EQ(driver.events[0].kind, Event::Kind::attempt);
  EXPECT_EQ(driver.events[0].attempt, 1u);
  EXPECT_EQ(driver.events[0].host, "mx1.example.com");
  EXPECT_EQ(driver.events[0].address, ip("192.0.2.1"));
  EXPECT_EQ(driver.events[0].result.reply->code, 250);
  EXPECT_EQ(driver.events[1].kind, Event::Kind::final);
  EXPECT_EQ(driver.events[1].outcome, Outcome::delivered);
  EXPECT_EQ(driver.events[2].kind, Event::Kind::done);
  EXPECT_EQ(driver.events[2].message, id);
  EXPECT_EQ(driver.events[0].at, start + 5ms + 10ms + 10ms);
  EXPECT_EQ(driver.sender.find(id), nullptr);
  EXPECT_EQ(driver.sender.sizes().messages, 0u);
  EXPECT_EQ(driver.sender.sizes().recipients, 0u);
  EXPECT_EQ(driver.sender.sizes().connections, 0u);
}

TEST(SenderMx, FallsBackOverAddressesAndThenPreferences) {
  Driver driver;
  driver.zone("example.com", {{10, "mx1", {"192.0.2.1", "192.0.2.2"}}, {20, "mx2", {"192.0.2.3"}}});
  driver.host("192.0.2.1").greet = refused;
  driver.host("192.0.2.2").greet = greeting(421, "4.3.2 Try later");
  driver.host("192.0.2.3");
  driver.submit({"anna@example.com"});
  driver.run();
  EXPECT_THAT(connected_addresses(driver), ElementsAre("192.0.2.1", "192.0.2.2", "192.0.2.3"));
  ASSERT_THAT(driver.attempts(), SizeIs(1));  // a fallback is no try of its own
  EXPECT_EQ(driver.finals().at(0).host, "mx2");
}

TEST(SenderMx, AGreetingOf5yzEverywhereDefers) {
  Driver driver({.retry = {5min}, .retry_jitter_ppm = 0});
  driver.zone("example.com", {{10, "mx1", {"192.0.2.1"}}, {20, "mx2", {"192.0.2.2"}}});
  driver.host("192.0.2.1").greet = greeting(554, "5.7.1 Go away");
  driver.host("192.0.2.2").greet = greeting(554, "5.7.1 Go away");
  driver.at(start + 1min, [&] { driver.host("192.0.2.1").greet = nullptr; });
  driver.submit({"anna@example.com"});
  driver.run();
  ASSERT_THAT(driver.attempts(), SizeIs(2));
  EXPECT_EQ(driver.attempts()[0].result.kind, Kind::deferred);
  EXPECT_EQ(driver.attempts()[0].result.stage, smtp::Stage::greeting);
  EXPECT_EQ(driver.attempts()[0].result.reply->code, 554);
  EXPECT_EQ(driver.attempts()[0].host, "mx2");
  EXPECT_EQ(driver.finals().at(0).outcome, Outcome::delivered);
}

TEST(SenderMx, EverythingReadyIsDeferredOnceWhenAllHostsFail) {
  Driver driver({.retry = {5min}, .retry_jitter_ppm = 0, .connections_per_destination_max = 3});
  driver.simple_zone("example.com", "192.0.2.1");
  driver.host("192.0.2.1").greet = refused;
  for (int i = 0; i < 10; ++i) driver.submit({"anna@example.com"});
  driver.run(start + 4min);
  EXPECT_THAT(driver.attempts(), SizeIs(10));
  for (const Event& attempt : driver.attempts()) {
    EXPECT_EQ(attempt.result.stage, smtp::Stage::connect);
    EXPECT_EQ(attempt.result.reply, std::nullopt);
    EXPECT_EQ(attempt.address, ip("192.0.2.1"));
    EXPECT_NE(attempt.connection, 0u);
  }
  EXPECT_LE(driver.connects.size(), 3u);
  EXPECT_THAT(driver.sender.waiting(), SizeIs(10));
  driver.host("192.0.2.1").greet = nullptr;
  driver.run();
  EXPECT_THAT(driver.finals(), SizeIs(10));
  EXPECT_THAT(driver.sender.waiting(), IsEmpty());
}

TEST(SenderMx, AHostThatFailedLatelyIsTriedLast) {
  Driver driver({.retry = {30s}, .retry_jitter_ppm = 0});
  driver.zone("example.com", {{10, "mx1", {"192.0.2.1"}}, {20, "mx2", {"192.0.2.2"}}});
  driver.host("192.0.2.1").greet = refused;
  driver.host("192.0.2.2");
  driver.submit({"anna@example.com"});
  driver.at(start + 30s, [&] { driver.submit({"bert@example.com"}); });
  driver.at(start + 2min, [&] { driver.submit({"carl@example.com"}); });
  driver.run();
  EXPECT_THAT(connected_addresses(driver),
              ElementsAre("192.0.2.1", "192.0.2.2", "192.0.2.2", "192.0.2.1", "192.0.2.2"));
}

TEST(SenderMx, ADomainThatDoesNotExistFailsByTheSendersOwnWords) {
  Driver driver;
  driver.broken_zone("nowhere.example", dns::MxStatus::no_domain);
  driver.broken_zone("null.example", dns::MxStatus::no_mail);
  driver.submit({"anna@nowhere.example", "bert@null.example", "carl"});
  driver.run();
  std::map<std::uint32_t, Event> finals;
  for (const Event& event : driver.finals()) finals[event.recipient] = event;
  ASSERT_THAT(finals, SizeIs(3));
  const auto words = [&](std::uint32_t recipient) { return finals[recipient].result.reply->enhanced()->to_string(); };
  EXPECT_EQ(words(0), "5.1.2");   // RFC 3463 §3.2: bad destination system address
  EXPECT_EQ(words(1), "5.1.10");  // RFC 7505: recipient address has null MX
  EXPECT_EQ(words(2), "5.1.3");   // RFC 3463 §3.2: bad destination mailbox address syntax
  for (const auto& [recipient, event] : finals) EXPECT_EQ(event.outcome, Outcome::rejected_by_sender);
  for (const Event& attempt : driver.attempts()) {
    EXPECT_EQ(attempt.result.stage, smtp::Stage::dns);
    EXPECT_EQ(attempt.result.kind, Kind::failed);
    EXPECT_EQ(attempt.result.reply, std::nullopt);
    EXPECT_EQ(attempt.connection, 0u);
  }
  std::size_t failures = 0;
  for (const Event& bounce : driver.bounces()) {
    failures += bounce.failures.size();
    for (const auto& failure : bounce.failures) EXPECT_TRUE(failure.reply && failure.remote_host.empty());
  }
  EXPECT_EQ(failures, 3u);
  EXPECT_EQ(driver.events.back().kind, Event::Kind::done);
}

TEST(SenderMx, ATemporaryDnsFailureDefersAndIsRememberedBriefly) {
  Driver driver({.retry = {5min}, .retry_jitter_ppm = 0});
  driver.broken_zone("example.com", dns::MxStatus::temporary);
  driver.host("192.0.2.1");
  driver.submit({"anna@example.com"});
  driver.at(start + 29s, [&] { driver.submit({"bert@example.com"}); });
  driver.run(start + 30s);
  EXPECT_EQ(driver.resolves, 1u);
  ASSERT_THAT(driver.attempts(), SizeIs(2));
  EXPECT_EQ(driver.attempts()[1].result.kind, Kind::deferred);
  EXPECT_EQ(driver.attempts()[1].result.stage, smtp::Stage::dns);
  EXPECT_THAT(driver.finals(), IsEmpty());
  driver.simple_zone("example.com", "192.0.2.1");
  driver.run();
  EXPECT_EQ(driver.resolves, 2u);
  EXPECT_THAT(driver.finals(), SizeIs(2));
}

TEST(SenderMx, AsksOncePerTtlHoweverMuchMailWaits) {
  Driver driver;
  driver.zone("example.com", {{10, "mx1", {"192.0.2.1"}}}, 60);
  driver.host("192.0.2.1");
  for (int i = 0; i < 5; ++i) driver.submit({"anna@example.com"});
  driver.at(start + 50s, [&] { driver.submit({"bert@example.com"}); });
  driver.run(start + 58s);
  EXPECT_EQ(driver.resolves, 1u);
  driver.at(start + 61s, [&] { driver.submit({"carl@example.com"}); });
  driver.run();
  EXPECT_EQ(driver.resolves, 2u);
  EXPECT_THAT(driver.finals(), SizeIs(7));
}

TEST(SenderMx, UsesItsAddressesInTurnWithinAFamily) {
  Driver driver(
      {.source_ips = {ip("198.18.0.1"), ip("2001:db8::5"), ip("198.18.0.2")}, .connections_per_destination_max = 4});
  driver.simple_zone("example.com", "192.0.2.1");
  driver.simple_zone("six.example", "2001:db8::25");
  driver.host("192.0.2.1");
  driver.host("2001:db8::25");
  for (int i = 0; i < 4; ++i) driver.submit({"anna@example.com"});
  driver.submit({"anna@six.example"});
  driver.run();
  std::map<std::string, int> used;
  for (const Command& connect : driver.connects) ++used[connect.source.to_string()];
  EXPECT_THAT(used, ElementsAre(testing::Pair("198.18.0.1", 2), testing::Pair("198.18.0.2", 2),
                                testing::Pair("2001:db8::5", 1)));
}

TEST(SenderMx, NoAddressOfTheRightFamilyDefers) {
  Driver driver({.source_ips = {ip("198.18.0.1")}, .expire = 1h});
  driver.simple_zone("six.example", "2001:db8::25");
  driver.submit({"anna@six.example"});
  driver.run();
  EXPECT_THAT(driver.connects, IsEmpty());
  EXPECT_EQ(driver.attempts().at(0).result.stage, smtp::Stage::connect);
  EXPECT_EQ(driver.finals().at(0).outcome, Outcome::expired);
}

TEST(SenderMx, ASmarthostTakesEverythingInOneTransaction) {
  Driver driver({.recipients_per_transaction_max = 10, .smarthost = "relay"});
  driver.zone("relay", {{0, "relay", {"192.0.2.1"}}});
  driver.host("192.0.2.1");
  driver.submit({"anna@example.com", "ben@example.net", "postmaster"});
  driver.run();
  EXPECT_THAT(connected_addresses(driver), ElementsAre("192.0.2.1"));
  EXPECT_THAT(driver.attempts(), SizeIs(3));
  EXPECT_THAT(driver.transactions, SizeIs(1));
}

}  // namespace
}  // namespace mailrig::sender
