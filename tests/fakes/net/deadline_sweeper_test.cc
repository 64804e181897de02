#include "fakes/net/deadline_sweeper.h"

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <vector>

namespace mailrig::net {
namespace {

using namespace std::chrono_literals;
constexpr Instant t0{};

TEST(DeadlineSweeper, TellsOnceWhoseTimeIsUp) {
  DeadlineSweeper sweeper;
  int early = 0;
  int late = 0;
  int unset = 0;
  DeadlineSweeper::Slot first(sweeper, [&] { ++early; });
  DeadlineSweeper::Slot second(sweeper, [&] { ++late; });
  DeadlineSweeper::Slot third(sweeper, [&] { ++unset; });
  first.set(t0 + 1s);
  second.set(t0 + 2s);
  sweeper.sweep(t0 + 999ms);
  EXPECT_EQ(early, 0);
  sweeper.sweep(t0 + 1s);
  sweeper.sweep(t0 + 1500ms);
  EXPECT_EQ(early, 1);
  EXPECT_EQ(late, 0);
  first.set(t0 + 3s);
  second.clear();
  sweeper.sweep(t0 + 1h);
  EXPECT_EQ(early, 2);
  EXPECT_EQ(late, 0);
  EXPECT_EQ(unset, 0);
}

TEST(DeadlineSweeper, SlotsMayComeAndGoInAnyOrder) {
  DeadlineSweeper sweeper;
  std::vector<int> told(5);
  std::vector<std::unique_ptr<DeadlineSweeper::Slot>> slots;
  for (std::size_t i = 0; i < told.size(); ++i) {
    slots.push_back(std::make_unique<DeadlineSweeper::Slot>(sweeper, [&told, i] { ++told[i]; }));
    slots.back()->set(t0 + 1s);
  }
  slots[1].reset();
  slots[4].reset();
  slots[0].reset();
  slots[3]->set(t0 + 2s);
  sweeper.sweep(t0 + 1s);
  EXPECT_EQ(told, (std::vector<int>{0, 0, 1, 0, 0}));
  sweeper.sweep(t0 + 2s);
  EXPECT_EQ(told, (std::vector<int>{0, 0, 1, 1, 0}));
}

TEST(DeadlineSweeper, AHandlerMayEndOthersAndItself) {
  DeadlineSweeper sweeper;
  int told = 0;
  std::optional<DeadlineSweeper::Slot> second;
  std::optional<DeadlineSweeper::Slot> first;
  first.emplace(sweeper, [&] {
    ++told;
    second.reset();
  });
  second.emplace(sweeper, [&] { ++told; });
  first->set(t0);
  second->set(t0);
  sweeper.sweep(t0);
  EXPECT_EQ(told, 1);
}

}  // namespace
}  // namespace mailrig::net
