#include "fakes/policy/session.h"

#include <gtest/gtest.h>

#include "fakes/mail/body_digest.h"

namespace mailrig::policy {
namespace {

TEST(FactsOf, SayWhatTheMessageSays) {
  const std::string content =
      "Received: from a by b\r\nReceived: from c by d\r\nX-Mailrig-Id: 00c0ffee00c0ffee\r\n"
      "From: Shop <News@Shop.Example>\r\nMessage-ID: <1@shop.example>\r\n\r\nHello.\r\n";
  const MessageFacts facts = facts_of(content);
  EXPECT_EQ(facts.size, content.size());
  EXPECT_EQ(facts.body_digest, mail::body_digest("Hello.\r\n"));
  EXPECT_EQ(facts.rig_id, 0x00c0ffee00c0ffeeU);
  EXPECT_EQ(facts.message_id, "1@shop.example");
  EXPECT_EQ(facts.header_from_domain, "shop.example");
  EXPECT_EQ(facts.received_hops, 2U);
  EXPECT_TRUE(facts.header_readable);
  EXPECT_EQ(facts.content.data(), content.data());
  EXPECT_EQ(facts.content_key, 0U) << "nobody vouches for others like it";
}

TEST(FactsOf, ALineThatIsNoFieldMakesAHeaderUnreadable) {
  EXPECT_FALSE(facts_of("From: a@shop.example\r\nthis is no field\r\n\r\nHello.\r\n").header_readable);
  EXPECT_TRUE(facts_of("From: a@shop.example\r\n").header_readable) << "a message may have no body";
}

}  // namespace
}  // namespace mailrig::policy
