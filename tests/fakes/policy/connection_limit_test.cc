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

}  // namespace
}  // namespace mailrig::policy
