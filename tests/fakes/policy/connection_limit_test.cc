#include "fakes/policy/connection_limit.h"

#include <gtest/gtest.h>

#include "tests/fakes/policy/fixture.h"

namespace mailrig::policy {
namespace {

using namespace testing;

const ReplyTemplate too_many = reply(Event::too_many_connections, 421);

TEST(ConnectionLimit, CountsConnectionsThatAreOpenAtTheSameTime) {
  ConnectionLimit limit(2, {&too_many, Phase::connect});
  const Session session = session_from("198.18.2.10");
  EXPECT_FALSE(limit.connect(start, session));
  EXPECT_FALSE(limit.connect(start, session));
  const auto refused = limit.connect(start, session);
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->event, Event::too_many_connections);
  EXPECT_EQ(refused->scope, "ip");
  EXPECT_FALSE(limit.connect(start, session_from("198.18.2.11")));

  limit.disconnected(start, session);  // the refused one
  EXPECT_TRUE(limit.connect(start, session)) << "two are still open";
  limit.disconnected(start, session);
  limit.disconnected(start, session);
  EXPECT_FALSE(limit.connect(start, session));
}

// Mimecast: five minutes.
TEST(ConnectionLimit, MayShutOutWhoOpensOneTooMany) {
  ConnectionLimit limit(1, {&too_many, Phase::connect}, std::chrono::minutes(5));
  const Session session = session_from("198.18.2.10");
  const auto is_let_in = [&](Instant now) {
    const bool refused = limit.connect(now, session).has_value();
    limit.disconnected(now, session);
    return !refused;
  };
  ASSERT_FALSE(limit.connect(start, session));
  ASSERT_FALSE(is_let_in(start)) << "the second at the same time";
  limit.disconnected(start, session);
  EXPECT_FALSE(is_let_in(start + std::chrono::minutes(5) - Duration(1))) << "though none is open";
  EXPECT_FALSE(limit.connect(start, session_from("198.18.2.11"))) << "others are not meant";
  EXPECT_TRUE(is_let_in(start + std::chrono::minutes(5))) << "who was refused meanwhile did not prolong it";
}

}  // namespace
}  // namespace mailrig::policy
