#include "sim/virtual/event_queue.h"

#include <gtest/gtest.h>

namespace mailrig::virtual_time {
namespace {

TEST(EventQueue, OrdersByTimeThenBySequence) {
  EventQueue<int> queue;
  const Instant t{};
  queue.schedule(t + std::chrono::seconds(2), 4);
  queue.schedule(t + std::chrono::seconds(1), 1);
  queue.schedule(t + std::chrono::seconds(1), 2);
  queue.schedule(t + std::chrono::seconds(1), 3);
  EXPECT_EQ(queue.next(), t + std::chrono::seconds(1));
  std::vector<int> order;
  while (!queue.empty()) order.push_back(queue.pop());
  EXPECT_EQ(order, (std::vector<int>{1, 2, 3, 4}));
  EXPECT_EQ(queue.next(), never);
}

}  // namespace
}  // namespace mailrig::virtual_time
