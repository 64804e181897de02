#include "fakes/policy/placement.h"

#include <gtest/gtest.h>

namespace mailrig::policy {
namespace {

TEST(Placement, IsTheInboxUntilSomebodyObjects) {
  const Placement placement;
  EXPECT_FALSE(placement.spam);
  EXPECT_EQ(placement.reason, "");
  EXPECT_GE(placement.score_milli, placement.junk_below_milli);
}

TEST(Placement, TheFirstObjectionIsTheReason) {
  Placement placement;
  placement.to_spam("no_ptr");
  placement.to_spam("reputation");
  EXPECT_TRUE(placement.spam);
  EXPECT_EQ(placement.reason, "no_ptr");
}

TEST(Placement, TheRecipientHasTheLastWord) {
  Placement placement;
  placement.to_spam("no_ptr");
  placement.as_recipient_wants(false);
  EXPECT_FALSE(placement.spam);
  EXPECT_EQ(placement.reason, "recipient");
  placement.as_recipient_wants(true);
  EXPECT_TRUE(placement.spam);
}

}  // namespace
}  // namespace mailrig::policy
