#include "fakes/base/domain_name.h"

#include <gtest/gtest.h>

#include <string>

namespace mailrig {
namespace {

TEST(DomainName, LabelsHaveOneToSixtyThreeOctets) {
  EXPECT_TRUE(has_name_lengths("mx1.shop.example"));
  EXPECT_TRUE(has_name_lengths(std::string(63, 'a') + ".example"));
  EXPECT_FALSE(has_name_lengths(std::string(64, 'a') + ".example"));
  EXPECT_FALSE(has_name_lengths("example." + std::string(64, 'a')));
  for (const char* text : {"", ".", ".example", "example.", "a..example"}) EXPECT_FALSE(has_name_lengths(text)) << text;
}

TEST(DomainName, NamesHaveTwoHundredAndFiftyThreeOctets) {
  const std::string label(62, 'a');
  const std::string name = label + '.' + label + '.' + label + '.' + label;  // 251
  EXPECT_TRUE(has_name_lengths("b." + name));
  EXPECT_FALSE(has_name_lengths("bb." + name));
}

}  // namespace
}  // namespace mailrig
