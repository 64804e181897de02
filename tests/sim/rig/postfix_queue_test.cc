#include "sim/rig/postfix_queue.h"

#include <gtest/gtest.h>

namespace mailrig::rig {
namespace {

// postqueue(1), JSON OBJECT FORMAT.
constexpr std::string_view listing =
    "postqueue: warning: Mail system is down -- accessing queue directly (Connect to the Postfix showq service)\n"
    R"({"queue_name": "deferred", "queue_id": "4fPWZY5kQrz6F", "arrival_time": 1772438437, "message_size": 5108, )"
    R"("forced_expire": false, "sender": "bounces@shop.example", "recipients": [{"address": "a@gmail.com", )"
    R"("delay_reason": "host said: 452 \"full\""}, {"address": "b@gmail.com"}]})"
    "\n"
    R"({"queue_name": "active", "queue_id": "4fPX0j2Swcz1C9", "arrival_time": 1772439589, "message_size": 7000, )"
    R"("forced_expire": false, "sender": "MAILER-DAEMON", "recipients": [{"address": "bounces@shop.example"}]})"
    "\n";

TEST(PostfixQueue, ListingNamesWhoStillWaits) {
  const auto entries = parse_queue_listing(listing);
  ASSERT_TRUE(entries) << entries.error().to_string();
  ASSERT_EQ(entries->size(), 2U);
  EXPECT_EQ((*entries)[0].queue_id, "4fPWZY5kQrz6F");
  EXPECT_EQ((*entries)[0].sender, "bounces@shop.example");
  EXPECT_EQ((*entries)[0].recipients, (std::vector<std::string>{"a@gmail.com", "b@gmail.com"}));
  EXPECT_EQ((*entries)[1].sender, "");
}

TEST(PostfixQueue, EmptyQueueIsAnEmptyListing) {
  const auto entries = parse_queue_listing("");
  ASSERT_TRUE(entries);
  EXPECT_TRUE(entries->empty());
}

TEST(PostfixQueue, LineThatIsNoEntryIsAnErrorWithItsNumber) {
  const auto entries = parse_queue_listing("warning\n{\"queue_id\": 5}\n");
  ASSERT_FALSE(entries);
  EXPECT_EQ(entries.error().line, 2);
}

TEST(PostfixQueue, QueueIdStandsInTheReply) {
  EXPECT_EQ(queue_id_in("2.0.0 Ok: queued as 4fPWZY5kQrz6F"), "4fPWZY5kQrz6F");
  EXPECT_EQ(queue_id_in("2.0.0 Ok: queued as 4fPWZY5kQrz6F (more)"), "4fPWZY5kQrz6F");
  EXPECT_EQ(queue_id_in("OK id=1tE"), "");
}

}  // namespace
}  // namespace mailrig::rig
