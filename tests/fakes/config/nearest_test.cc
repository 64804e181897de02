#include "fakes/config/nearest.h"

#include <gtest/gtest.h>

#include <vector>

namespace mailrig::config {
namespace {

using Names = std::vector<std::string>;

TEST(EditDistance, CountsInsertionsDeletionsReplacementsAndSwaps) {
  EXPECT_EQ(edit_distance("rate", "rate"), 0u);
  EXPECT_EQ(edit_distance("rat", "rate"), 1u);
  EXPECT_EQ(edit_distance("raate", "rate"), 1u);
  EXPECT_EQ(edit_distance("rete", "rate"), 1u);
  EXPECT_EQ(edit_distance("rtae", "rate"), 1u);
  EXPECT_EQ(edit_distance("", "rate"), 4u);
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3u);
}

TEST(EditDistance, IgnoresCase) {
  EXPECT_EQ(edit_distance("GMail", "gmail"), 0u);
}

TEST(Nearest, PicksTheFewestEdits) {
  EXPECT_EQ(nearest("greylst", Names{"reputation", "greylist", "placement"}), "greylist");
  EXPECT_EQ(nearest("gmial", Names{"qq", "gmail"}), "gmail");
}

TEST(Nearest, PrefersTheLongerCommonBeginningAmongEquals) {
  EXPECT_EQ(nearest("helo", Names{"zelo", "helx"}), "helx");
}

TEST(Nearest, SaysNothingAboutNonsense) {
  EXPECT_EQ(nearest("xyzzy", Names{"greylist", "placement"}), std::nullopt);
  EXPECT_EQ(nearest("", Names{"a"}), std::nullopt);
  EXPECT_EQ(nearest(std::string(10'000, 'a'), Names{"a"}), std::nullopt);
}

TEST(Suggestion, NamesTheNearestOrElseAllValidNames) {
  EXPECT_EQ(suggestion("rat", Names{"rate", "ramp"}), "; did you mean 'rate'?");
  EXPECT_EQ(suggestion("zzz", Names{"rate", "ramp"}), "; valid: rate, ramp");
  EXPECT_EQ(suggestion("zzz", Names{}), "; there are none");
}

}  // namespace
}  // namespace mailrig::config
