#include "sim/measure/slots.h"

#include <gtest/gtest.h>

namespace mailrig::measure {
namespace {

TEST(Slots, NeighboursAreTakenTogetherAcrossChunks) {
  Slots<int> slots;
  slots.take(1'000);
  const auto first = slots.take(100);
  for (std::uint32_t i = 0; i < 100; ++i) slots[first + i] = static_cast<int>(i);
  for (std::uint32_t i = 0; i < 100; ++i) EXPECT_EQ(slots[first + i], static_cast<int>(i));
  EXPECT_EQ(slots.end(), 1'100U);
}

TEST(Slots, WhatIsGivenBackIsTakenAgainByAsMany) {
  Slots<int> slots;
  const auto pair = slots.take(2);
  slots.take(1);
  slots.give_back(pair, 2);
  EXPECT_NE(slots.take(1), pair);
  EXPECT_EQ(slots.take(2), pair);
  EXPECT_EQ(slots.end(), 4U);
}

TEST(Slots, RecordsDoNotMove) {
  Slots<int> slots;
  int* const record = &slots[slots.take(1)];
  slots.take(100'000);
  EXPECT_EQ(record, &slots[0]);
}

}  // namespace
}  // namespace mailrig::measure
