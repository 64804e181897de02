#include "fakes/mail/inspect.h"

#include <gtest/gtest.h>

#include "fakes/mail/body_digest.h"

namespace mailrig::mail {
namespace {

TEST(Inspect, ReadsWhatTheRigNeeds) {
  const std::string message =
      "Received: from a by b; Mon, 02 Mar 2026 08:00:00 +0000\r\n"
      "RECEIVED: from c\r\n by d\r\n"
      "X-Mailrig-Id: 00c0ffee00C0FFEE\r\n"
      "From: =?UTF-8?B?5bCP5bqX?=\r\n (the shop) <no-reply@Shop.Example>\r\n"
      "Message-ID:\r\n <abc.1@shop.example>\r\n"
      "\r\n"
      "Received: in the body\r\nHello\r\n";
  const MessageTraits traits = inspect(message);
  EXPECT_EQ(traits.size, message.size());
  EXPECT_EQ(traits.rig_id, 0x00c0ffee00c0ffeeU);
  EXPECT_EQ(traits.message_id, "abc.1@shop.example");
  EXPECT_EQ(traits.header_from_domain, "shop.example");
  EXPECT_EQ(traits.received_hops, 2u);
  EXPECT_EQ(traits.body_digest, body_digest("Received: in the body\r\nHello\r\n"));
  EXPECT_EQ(message.substr(traits.body_offset, 8), "Received");
}

TEST(Inspect, SaysNothingOfWhatIsNotThere) {
  const MessageTraits traits = inspect("no header at all\r\n");
  EXPECT_EQ(traits.rig_id, 0u);
  EXPECT_EQ(traits.message_id, "");
  EXPECT_EQ(traits.header_from_domain, "");
  EXPECT_EQ(traits.received_hops, 0u);
  EXPECT_EQ(traits.body_digest, body_digest("no header at all"));
  EXPECT_EQ(inspect("").body_digest, body_digest(""));
}

// Relays put their own fields in front; what the author wrote first is what counts.
TEST(Inspect, TakesTheFirstOfEach) {
  const MessageTraits traits = inspect(
      "From: a@one.example\nFrom: b@two.example\nMessage-ID: <1@x>\nMessage-ID: <2@x>\n"
      "X-Mailrig-Id: not an id\nX-Mailrig-Id: 0000000000000001\nX-Mailrig-Id: 0000000000000002\n\n");
  EXPECT_EQ(traits.header_from_domain, "one.example");
  EXPECT_EQ(traits.message_id, "1@x");
  EXPECT_EQ(traits.rig_id, 1u);
}

TEST(Inspect, ToleratesUnusualIdentifiers) {
  EXPECT_EQ(inspect("Message-ID: bare@x\n\n").message_id, "bare@x");
  EXPECT_EQ(inspect("Message-ID: < spaced@x > (comment)\n\n").message_id, "spaced@x");
  EXPECT_EQ(inspect("Message-ID: <open@x\n\n").message_id, "open@x");
  EXPECT_EQ(inspect("Message-ID: <" + std::string(5000, 'a') + ">\n\n").message_id.size(), 998u);
}

TEST(RigId, IsSixteenHexadecimalDigits) {
  EXPECT_EQ(format_rig_id(0xc0ffee), "0000000000c0ffee");
  EXPECT_EQ(parse_rig_id(format_rig_id(0xfedcba9876543210U)), 0xfedcba9876543210U);
  EXPECT_EQ(parse_rig_id("c0ffee"), 0u);
  EXPECT_EQ(parse_rig_id("00000000000000001"), 0u);
  EXPECT_EQ(parse_rig_id("000000000000000g"), 0u);
}

}  // namespace
}  // namespace mailrig::mail
