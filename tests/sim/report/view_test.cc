#include "sim/report/view.h"

#include <gtest/gtest.h>

namespace mailrig::report {
namespace {

TEST(View, WhatIsMissingOrOfAnotherTypeReadsAsNothing) {
  const boost::json::value root = {{"a", {{"b", 7}, {"c", "text"}, {"d", -1}, {"e", nullptr}}}};
  EXPECT_EQ(count_at(root, {"a", "b"}), 7U);
  EXPECT_EQ(count_at(root, {"a", "c"}), 0U);
  EXPECT_EQ(count_at(root, {"a", "d"}), 0U);
  EXPECT_EQ(count_at(root, {"a", "b", "z"}), 0U);
  EXPECT_EQ(text_at(root, {"a", "c"}), "text");
  EXPECT_EQ(text_at(root, {"a", "b"}), "");
  EXPECT_FALSE(number_at(root, {"a", "e"}).has_value());
  EXPECT_FALSE(flag_at(root, {"a", "b"}));
  EXPECT_TRUE(object_at(root, {"a", "c"}).empty());
  EXPECT_TRUE(array_at(root, {"nothing"}).empty());
}

TEST(View, ALostThatIsNullCountsAsZeroInTheSums) {
  const boost::json::value root = {{"totals", {{"deliveries", 2}, {"inbox", 1}, {"queued", 1}, {"lost", nullptr}}}};
  EXPECT_TRUE(broken_sums(root).empty());
}

}  // namespace
}  // namespace mailrig::report
