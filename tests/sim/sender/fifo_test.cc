#include "sim/sender/fifo.h"

#include <gtest/gtest.h>

#include <memory>

namespace mailrig::sender {
namespace {

TEST(Fifo, KeepsTheOrderWhileItGrowsAndWrapsAround) {
  Fifo<std::unique_ptr<int>> fifo;
  int in = 0, out = 0;
  for (int round = 0; round < 100; ++round) {
    for (int i = 0; i < 7; ++i) fifo.push(std::make_unique<int>(in++));
    for (int i = 0; i < 5; ++i) EXPECT_EQ(*fifo.pop(), out++);
    EXPECT_EQ(fifo.size(), static_cast<std::size_t>(in - out));
  }
  while (!fifo.empty()) EXPECT_EQ(*fifo.pop(), out++);
  EXPECT_EQ(out, in);
}

}  // namespace
}  // namespace mailrig::sender
