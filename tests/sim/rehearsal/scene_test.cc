#include "sim/rehearsal/scene.h"

#include <gmock/gmock.h>

#include "fakes/receiver/reply_book.h"
#include "tests/sim/rehearsal/profiles.h"

namespace mailrig::rehearsal {
namespace {

using ::testing::IsEmpty;

TEST(Scene, ThereIsOneForEveryReplyThatRefuses) {
  const receiver::Profile plain = plain_profile();
  std::vector<std::string_view> without;
  for (const receiver::SpokenReply& reply : receiver::spoken_replies()) {
    if (reply.event == policy::Event::accepted) continue;
    if (!scene_for(plain, reply.key)) without.push_back(reply.key);
  }
  EXPECT_THAT(without, IsEmpty());
}

TEST(Scene, AWindowsReplyHasOneWhereAWindowNamesIt) {
  EXPECT_FALSE(scene_for(plain_profile(), "rate_limited/planet"));
  const receiver::Profile limited = plain_profile(R"(
limits: { rate_windows: [{ scope: ip, count: 100, window: 1h, event: rate_limited/planet }] }
replies: { rate_limited/planet: '450 too much' }
)");
  EXPECT_TRUE(scene_for(limited, "rate_limited/planet"));
}

TEST(Scene, NobodyHasThoughtOfWhatNobodySays) {
  EXPECT_FALSE(scene_for(plain_profile(), "no_such_reply"));
}

// The stage is set with what the profile says, a limit of thousands brought within reach.
TEST(Scene, TheArrangementMakesItsOwnRuleReachable) {
  const receiver::Profile limited = plain_profile(R"(
limits: { rate_windows: [{ scope: ip, count: 100000, window: 1h, event: rate_limited/ip }] }
)");
  receiver::Profile arranged = limited;
  scene_for(limited, "rate_limited/ip").value().arrange(arranged);
  ASSERT_EQ(arranged.limits.rate_windows.size(), 1U);
  EXPECT_LE(arranged.limits.rate_windows.front().window.count, 5U);
  EXPECT_EQ(arranged.limits.rate_windows.front().window.window, std::chrono::hours(1)) << "and nothing else changed";
}

}  // namespace
}  // namespace mailrig::rehearsal
