#include "sim/sweep/variants.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mailrig::sweep {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::vector<Variant> made(const std::vector<std::string>& sweeps) {
  return variants(sweeps).value();
}
std::string fault(const std::vector<std::string>& sweeps) {
  const auto result = variants(sweeps);
  return result ? "" : result.error().message;
}

TEST(Variants, NothingSweptIsTheScenarioAsItIs) {
  const auto all = made({});
  ASSERT_EQ(all.size(), 1u);
  EXPECT_TRUE(all[0].sets.empty());
}

TEST(Variants, MultiplyOutWithTheLastPathVaryingFastest) {
  const auto all = made({"a.b=1,2", "c=x,y"});
  ASSERT_EQ(all.size(), 4u);
  EXPECT_THAT(all[0].sets, ElementsAre("a.b=1", "c=x"));
  EXPECT_THAT(all[1].sets, ElementsAre("a.b=1", "c=y"));
  EXPECT_THAT(all[3].sets, ElementsAre("a.b=2", "c=y"));
}

TEST(Variants, CommasInBracketsAndQuotesBelongToTheValue) {
  const auto all = made({"retry=[5m,15m],[1h]", "spf='v=spf1, -all',\"a,b\"", "to={a: 1,b: 2}"});
  ASSERT_EQ(all.size(), 4u);
  EXPECT_THAT(all[0].sets, ElementsAre("retry=[5m,15m]", "spf='v=spf1, -all'", "to={a: 1,b: 2}"));
}

TEST(Variants, BadSweepsAreNamed) {
  EXPECT_THAT(fault({"a"}), HasSubstr("path=value"));
  EXPECT_THAT(fault({"=1"}), HasSubstr("path=value"));
  EXPECT_THAT(fault({"a=1,,2"}), HasSubstr("empty value"));
  EXPECT_THAT(fault({"a=1", "a=2"}), HasSubstr("swept twice"));
  std::string many = "=0";
  for (int i = 1; i < 101; ++i) many += "," + std::to_string(i);
  EXPECT_THAT(fault({"a" + many, "b" + many}), HasSubstr("more than 10000 variants"));
}

}  // namespace
}  // namespace mailrig::sweep
