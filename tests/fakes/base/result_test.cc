#include "fakes/base/result.h"

#include <gtest/gtest.h>

namespace mailrig {
namespace {

TEST(Result, ErrorsNameTheirPlace) {
  EXPECT_EQ((Error{"no such key", "a.yaml", 3, 5}.to_string()), "a.yaml:3:5: no such key");
  EXPECT_EQ((Error{"cannot be read", "a.yaml"}.to_string()), "a.yaml: cannot be read");
  EXPECT_EQ((Error{"port taken"}.to_string()), "port taken");
}

TEST(Result, ValueOfAnErrorThrowsItsText) {
  const Result<int> failed = Error{"broken", "a.yaml", 1, 2};
  EXPECT_THROW(static_cast<void>(failed.value()), std::runtime_error);
  EXPECT_EQ(failed.error().line, 1);
}

}  // namespace
}  // namespace mailrig
