#include "fakes/base/check.h"

#include <gtest/gtest.h>

namespace mailrig {
namespace {

TEST(CheckDeathTest, NamesTheConditionAndThePlace) {
  CHECK(1 + 1 == 2);
  EXPECT_DEATH(CHECK(1 + 1 == 3), "check_test.cc:.*broken invariant: 1 \\+ 1 == 3");
}

}  // namespace
}  // namespace mailrig
