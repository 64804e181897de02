// Reuse, limits, fairness, and connections that end.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/sim/sender/driver.h"

namespace mailrig::sender {
namespace {

using testing::Each;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

TEST(SenderConnections, AreReusedAndClosedWhenIdle) {
  Driver driver({.connection_idle_max = 5s});
  driver.simple_zone("example.com", "192.0.2.1");
  driver.host("192.0.2.1");
  driver.submit({"anna@example.com"});
  driver.at(start + 4s, [&] { driver.submit({"bert@example.com"}); });
  driver.run(start + 9s);
  EXPECT_THAT(driver.connects, SizeIs(1));
  EXPECT_EQ(driver.quits, 0u);
  EXPECT_EQ(driver.sender.next_wakeup(), start + 4s + 10ms + 5s);
  driver.run();
  EXPECT_EQ(driver.quits, 1u);
  EXPECT_EQ(driver.sender.sizes().connections, 0u);
  EXPECT_EQ(driver.sender.next_wakeup(), never);
}

TEST(SenderConnections, AreClosedAfterTheirShareOfMessages) {
  Driver driver({.connections_per_destination_max = 1, .messages_per_connection_max = 3});
  driver.simple_zone("example.com", "192.0.2.1");
  driver.host("192.0.2.1");
  for (int i = 0; i < 7; ++i) driver.submit({"anna@example.com"});
  driver.run();
  EXPECT_THAT(driver.connects, SizeIs(3));
  EXPECT_EQ(driver.quits, 3u);
  std::uint32_t most = 0;
  for (const Transaction& t : driver.transactions) most = std::max(most, t.number);
  EXPECT_EQ(most, 3u);
  EXPECT_THAT(driver.finals(), SizeIs(7));
}

TEST(SenderConnections, NeverExceedTheLimitOfADestinationNorOpenMoreThanNeeded) {
  Driver driver({.connections_per_destination_max = 4});
  driver.simple_zone("busy.example", "192.0.2.1");
  driver.simple_zone("quiet.example", "192.0.2.2");
  driver.host("192.0.2.1");
  driver.host("192.0.2.2");
  for (int i = 0; i < 100; ++i) driver.submit({"anna@busy.example"});
  for (int i = 0; i < 2; ++i) driver.submit({"anna@quiet.example"});
  driver.run();
  EXPECT_EQ(driver.host("192.0.2.1").open_max, 4u);
  EXPECT_EQ(driver.host("192.0.2.2").open_max, 2u);
  EXPECT_THAT(driver.connects, SizeIs(6));
  EXPECT_THAT(driver.finals(), SizeIs(102));
}

TEST(SenderConnections, ShareTheTotalAmongDestinationsInTurn) {
  Driver driver({.connections_per_destination_max = 4, .connections_max = 2, .messages_per_connection_max = 10});
  std::vector<std::string> addresses;
  for (int d = 0; d < 6; ++d) {
    const std::string domain = "d" + std::to_string(d) + ".example";
    addresses.push_back("192.0.2." + std::to_string(d + 1));
    driver.simple_zone(domain, addresses.back());
    driver.host(addresses.back());
    for (int i = 0; i < 40; ++i) driver.submit({"anna@" + domain});
  }
  std::uint64_t connections_most = 0;
  for (int ms = 0; ms < 5000; ++ms)
    driver.at(start + ms * 1ms,
              [&] { connections_most = std::max(connections_most, driver.sender.sizes().connections); });
  driver.run();
  EXPECT_EQ(connections_most, 2u);
  EXPECT_THAT(driver.finals(), SizeIs(240));
  // The first destination took both places and stood in line for a third before the others came; after that, nobody
  // had another turn before everybody had one.
  std::map<IpAddress, int> opened;
  for (const Command& connect : driver.connects) {
    if (++opened[connect.address] != 4) continue;
    EXPECT_THAT(opened, SizeIs(6));
    break;
  }
}

TEST(SenderConnections, IdleOnesMakeRoomForDestinationsInLine) {
  Driver driver({.connections_max = 1, .connection_idle_max = 1h});
  for (int d = 1; d <= 3; ++d) {
    driver.simple_zone("d" + std::to_string(d) + ".example", "192.0.2." + std::to_string(d));
    driver.host("192.0.2." + std::to_string(d));
    driver.submit({"anna@d" + std::to_string(d) + ".example"});
  }
  driver.run(start + 1s);
  EXPECT_THAT(driver.finals(), SizeIs(3));
  EXPECT_EQ(driver.quits, 2u);
}

TEST(SenderConnections, DestinationsTakeTurns) {
  Driver driver({.connections_per_destination_max = 1});
  for (int d = 1; d <= 2; ++d) {
    driver.simple_zone("d" + std::to_string(d) + ".example", "192.0.2." + std::to_string(d));
    driver.host("192.0.2." + std::to_string(d));
  }
  for (int i = 0; i < 50; ++i) driver.submit({"anna@d1.example"});
  for (int i = 0; i < 5; ++i) driver.submit({"anna@d2.example"});
  driver.run();
  const auto& t = driver.transactions;
  for (std::size_t i = 0; i < 10; ++i) EXPECT_EQ(t[i].address, ip(i % 2 == 0 ? "192.0.2.1" : "192.0.2.2")) << i;
}

TEST(SenderConnections, FirstDueIsFirstServed) {
  Driver driver({.retry = {1s}, .retry_jitter_ppm = 0, .connections_per_destination_max = 1});
  driver.simple_zone("example.com", "192.0.2.1");
  Host& host = driver.host("192.0.2.1");
  host.round_trip = 300ms;
  host.serve = [&](const Transaction& t) { return t.message == 1 && t.at < start + 1s ? greylisted(1) : accepted(1); };
  for (int i = 0; i < 5; ++i) driver.submit({"anna@example.com"});          // 1 … 5, due at the start
  driver.at(start + 1s, [&] { driver.submit({"anna@example.com"}); });      // 6, before the second try of 1
  driver.at(start + 1700ms, [&] { driver.submit({"anna@example.com"}); });  // 7, after it
  driver.run();
  std::vector<std::uint64_t> order;
  for (const Transaction& t : driver.transactions) order.push_back(t.message);
  EXPECT_THAT(order, ElementsAre(1, 2, 3, 4, 5, 6, 1, 7));
}

// Closing idle connections is a server's right (RFC 5321 §3.8, 421); the message has done nothing wrong.
TEST(SenderConnections, AReusedOneThatIsClosedCostsNoBackoff) {
  Driver driver({.connections_per_destination_max = 1});
  driver.simple_zone("example.com", "192.0.2.1");
  driver.host("192.0.2.1").serve = [](const Transaction& t) {
    return t.number == 3 ? closing_at_mail(1) : accepted(1);
  };
  for (int i = 0; i < 4; ++i) driver.submit({"anna@example.com"});
  driver.run(start + 1s);
  EXPECT_THAT(driver.finals(), SizeIs(4));
  EXPECT_THAT(driver.connects, SizeIs(2));
  const auto attempts = driver.attempts();
  ASSERT_THAT(attempts, SizeIs(5));
  EXPECT_EQ(attempts[2].result.kind, Kind::deferred);
  EXPECT_EQ(attempts[2].attempt, 1u);
  EXPECT_EQ(attempts[3].message, attempts[2].message);
  EXPECT_EQ(attempts[3].attempt, 2u);
}

TEST(SenderConnections, ASecondCloseIsADeferralLikeAnyOther) {
  Driver driver({.retry = {5min, 1h}, .retry_jitter_ppm = 0, .connections_per_destination_max = 1});
  driver.simple_zone("example.com", "192.0.2.1");
  driver.host("192.0.2.1").serve = [](const Transaction& t) {
    return t.message == 2 && t.at < start + 1min ? closing_at_mail(1) : accepted(1);
  };
  driver.submit({"anna@example.com"});
  driver.submit({"bert@example.com"});
  driver.run();
  std::vector<Instant> tries;
  for (const Transaction& t : driver.transactions)
    if (t.message == 2) tries.push_back(t.at);
  ASSERT_THAT(tries, SizeIs(3));
  EXPECT_EQ(tries[1] - tries[0], 20ms);                  // the answer, then a new connection
  EXPECT_EQ(tries[2] - (tries[1] + 10ms), 5min + 10ms);  // the first step of the schedule, then a new connection
}

TEST(SenderConnections, A421OnAFreshOneDefers) {
  Driver driver;
  driver.simple_zone("example.com", "192.0.2.1");
  driver.host("192.0.2.1").serve = [](const Transaction&) { return closing_at_mail(1); };
  driver.submit({"anna@example.com"});
  driver.run(start + 1min);
  EXPECT_THAT(driver.attempts(), SizeIs(1));
  EXPECT_THAT(driver.connects, SizeIs(1));
}

TEST(SenderConnections, A421AfterMailOnAReusedOneDefers) {
  Driver driver({.connections_per_destination_max = 1});
  driver.simple_zone("example.com", "192.0.2.1");
  driver.host("192.0.2.1").serve = [](const Transaction& t) {
    return t.number == 1 ? accepted(1)
                         : all(1, result_of(Kind::deferred, smtp::Stage::rcpt, smtp::Reply{421, "4.7.28 Slow"}), false);
  };
  driver.submit({"anna@example.com"});
  driver.submit({"bert@example.com"});
  driver.run(start + 1min);
  EXPECT_THAT(driver.transactions, SizeIs(2));
  EXPECT_THAT(driver.finals(), SizeIs(1));
}

// Several idle connections, all closed by the server meanwhile: the fresh one must not be mistaken for one of them.
TEST(SenderConnections, TheFreshTryWaitsForAFreshConnection) {
  Driver driver({.connections_per_destination_max = 2, .connection_idle_max = 1h});
  driver.simple_zone("example.com", "192.0.2.1");
  driver.host("192.0.2.1").serve = [](const Transaction& t) {
    return t.at > start + 1min && t.number > 1 ? all(1, result_of(Kind::deferred, smtp::Stage::mail), false)
                                               : accepted(1);
  };
  for (int i = 0; i < 2; ++i) driver.submit({"anna@example.com"});
  driver.at(start + 2min, [&] { driver.submit({"bert@example.com"}); });
  driver.run(start + 3min);
  EXPECT_THAT(driver.finals(), SizeIs(3));
  EXPECT_EQ(driver.transactions.back().number, 1u);
}

// One connection per client is a common limit. Nothing is deferred for it: the one that works carries the mail.
TEST(SenderConnections, ADestinationThatRefusesFurtherOnesIsServedOverTheFirst) {
  Driver driver({.connections_per_destination_max = 4});
  driver.simple_zone("example.com", "192.0.2.1");
  driver.host("192.0.2.1").greet = [](std::uint32_t open) -> std::optional<smtp::SessionFailure> {
    if (open == 0) return std::nullopt;
    return smtp::SessionFailure{.stage = smtp::Stage::greeting, .reply = smtp::Reply{421, "4.7.0 Too many"}};
  };
  // Of the first four, three fail before the last one is alone; three more are tried beside it. After that, and when
  // the first one has carried its share, one at a time.
  for (int i = 0; i < 100; ++i) driver.submit({"anna@example.com"});
  driver.run(start + 30s);
  EXPECT_THAT(driver.finals(), SizeIs(100));
  EXPECT_THAT(driver.attempts(), SizeIs(100));
  EXPECT_THAT(driver.connects, SizeIs(4 + 3 + 1));
}

TEST(SenderConnections, ACutWithoutAReportDefersTheTransaction) {
  Driver driver({.retry = {5min}, .retry_jitter_ppm = 0});
  Sender& sender = driver.sender;
  driver.simple_zone("example.com", "192.0.2.1");
  driver.submit({"anna@example.com", "bert@example.com"});
  EXPECT_EQ(sender.next_command(start)->kind, Command::Kind::resolve);
  sender.resolved(start, "example.com", driver.zones.at("example.com"));
  const ConnectionId id = sender.next_command(start)->connection;
  sender.connected(start, id);
  const auto send = sender.next_command(start);
  EXPECT_EQ(send->kind, Command::Kind::send);
  EXPECT_THAT(send->recipients, ElementsAre(0, 1));
  EXPECT_EQ(sender.next_command(start), std::nullopt);
  EXPECT_THAT(sender.waiting(), SizeIs(2));

  sender.connection_closed(start + 1s, id);
  EXPECT_EQ(sender.next_event()->result.kind, Kind::deferred);
  EXPECT_EQ(sender.next_event()->recipient, 1u);
  EXPECT_EQ(sender.next_event(), std::nullopt);
  EXPECT_EQ(sender.next_command(start + 1s), std::nullopt);
  EXPECT_EQ(sender.next_wakeup(), start + 1s + 5min);
  EXPECT_EQ(sender.sizes().connections, 0u);
}

TEST(SenderConnections, AnIdleOneClosedByThePeerIsForgotten) {
  Driver driver({.connection_idle_max = 1h});
  driver.simple_zone("example.com", "192.0.2.1");
  Sender& sender = driver.sender;
  driver.submit({"anna@example.com"});
  EXPECT_TRUE(sender.next_command(start));
  sender.resolved(start, "example.com", driver.zones.at("example.com"));
  const ConnectionId id = sender.next_command(start)->connection;
  sender.connected(start, id);
  EXPECT_TRUE(sender.next_command(start));
  sender.transaction_done(start, id, accepted(1));
  sender.connection_closed(start + 1s, id);
  EXPECT_EQ(sender.next_command(start + 1s), std::nullopt);
  EXPECT_EQ(sender.next_wakeup(), never);
  driver.now = start + 2s;
  driver.submit({"anna@example.com"});
  const auto again = sender.next_command(start + 2s);
  EXPECT_EQ(again->kind, Command::Kind::connect);
  EXPECT_NE(again->connection, id);
}

}  // namespace
}  // namespace mailrig::sender
