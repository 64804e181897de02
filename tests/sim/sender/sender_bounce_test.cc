// Who is told about failures, and how often.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/sim/sender/driver.h"

namespace mailrig::sender {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

TEST(SenderBounce, FailuresOfOneMomentShareABounce) {
  Driver driver({.connections_per_destination_max = 1, .recipients_per_transaction_max = 2});
  driver.simple_zone("example.com", "192.0.2.1");
  driver.broken_zone("nowhere.example", dns::MxStatus::no_domain);
  driver.host("192.0.2.1").serve = [](const Transaction& t) { return unknown_user(t.recipients.size()); };
  driver.submit({"a@example.com", "b@example.com", "c@example.com", "d@nowhere.example", "e@nowhere.example",
                 "f@nowhere.example"});
  driver.run();
  // At the lookup: d, e, f, which are two parts. Then one transaction with a and b, one with c.
  std::vector<std::size_t> sizes;
  for (const Event& bounce : driver.bounces()) sizes.push_back(bounce.failures.size());
  EXPECT_THAT(sizes, testing::ElementsAre(3, 2, 1));
  EXPECT_EQ(driver.bounces()[1].failures[0].reply->text, "5.1.1 No such user");
  EXPECT_EQ(driver.bounces()[1].failures[0].remote_host, "mx.example.com");
  EXPECT_EQ(driver.bounces()[1].failures[0].outcome, Outcome::rejected_by_receiver);
}

TEST(SenderBounce, MessagesThatFailTogetherHaveTheirOwn) {
  Driver driver;
  driver.broken_zone("nowhere.example", dns::MxStatus::no_domain);
  for (int i = 0; i < 3; ++i) driver.submit({"a@nowhere.example", "b@nowhere.example"});
  driver.run();
  ASSERT_THAT(driver.bounces(), SizeIs(3));
  for (const Event& bounce : driver.bounces()) EXPECT_THAT(bounce.failures, SizeIs(2));
  EXPECT_THAT(driver.of_kind(Event::Kind::done), SizeIs(3));
}

// RFC 5321 §6.1: "If the address is null ("<>"), the receiver-SMTP MUST NOT send a notification."
TEST(SenderBounce, NobodyIsToldAboutMailFromTheNullSender) {
  Driver driver;
  driver.broken_zone("nowhere.example", dns::MxStatus::no_domain);
  driver.submit({"a@nowhere.example"}, "");
  driver.run();
  EXPECT_THAT(driver.finals(), SizeIs(1));
  EXPECT_THAT(driver.bounces(), IsEmpty());
  EXPECT_THAT(driver.of_kind(Event::Kind::done), SizeIs(1));
}

TEST(SenderBounce, ANotificationNeverCausesAnother) {
  Driver driver({.expire = 1h});
  driver.simple_zone("example.com", "192.0.2.1");
  driver.host("192.0.2.1").greet = refused;
  QueuedMessage dsn{.id = 77, .mail_from = "double-bounce@shop.example", .recipients = {"a@example.com"}};
  dsn.bounce = true;
  driver.sender.submit(start, dsn);
  driver.run();
  EXPECT_EQ(driver.finals().at(0).outcome, Outcome::expired);
  EXPECT_THAT(driver.bounces(), IsEmpty());
}

TEST(SenderBounce, TheMessageIsThereWhileItsBounceIsRead) {
  Driver driver;
  driver.submit({"nobody"});
  bool bounced = false;
  while (const auto event = driver.sender.next_event()) {
    if (event->kind != Event::Kind::bounce) continue;
    bounced = true;
    ASSERT_NE(driver.sender.find(1), nullptr);
    EXPECT_EQ(driver.sender.find(1)->mail_from, "shop@shop.example");
  }
  EXPECT_TRUE(bounced);
  EXPECT_EQ(driver.sender.find(1), nullptr);
}

}  // namespace
}  // namespace mailrig::sender
