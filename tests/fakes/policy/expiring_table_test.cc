#include "fakes/policy/expiring_table.h"

#include <gtest/gtest.h>

#include <map>

#include "fakes/base/draw.h"

namespace mailrig::policy {
namespace {

using namespace std::chrono_literals;
using Table = ExpiringTable<int>;

constexpr Instant first_instant{1000s};

TEST(ExpiringTable, FindsWhatWasObtainedAndNothingElse) {
  Table table;
  EXPECT_EQ(table.find(first_instant, 7), Table::none);
  const auto row = table.obtain(first_instant, 7);
  table.values(row).front() = 70;
  EXPECT_EQ(table.values(table.find(first_instant, 7)).front(), 70);
  EXPECT_EQ(table.find(first_instant, 8), Table::none);
}

TEST(ExpiringTable, ARowLivesThroughItsLastInstant) {
  Table table;
  const auto row = table.obtain(first_instant, 7);
  table.values(row).front() = 70;
  table.keep_until(row, first_instant + 10s);
  EXPECT_NE(table.find(first_instant + 10s, 7), Table::none);
  EXPECT_EQ(table.find(first_instant + 10s + 1ns, 7), Table::none);
  // Obtained again after its end it starts afresh.
  EXPECT_EQ(table.values(table.obtain(first_instant + 11s, 7)).front(), 0);
}

TEST(ExpiringTable, RowsAreAsWideAsAskedFor) {
  ExpiringTable<int> table(3);
  const auto first = table.obtain(first_instant, 1);
  table.values(first)[2] = 12;
  const auto second = table.obtain(first_instant, 2);
  EXPECT_EQ(table.values(second)[2], 0);
  EXPECT_EQ(table.values(table.find(first_instant, 1))[2], 12);
}

TEST(ExpiringTable, ErasedRowsAreUsedAgainAfresh) {
  Table table;
  const auto row = table.obtain(first_instant, 1);
  table.values(row).front() = 5;
  table.erase(row);
  EXPECT_EQ(table.find(first_instant, 1), Table::none);
  EXPECT_EQ(table.size(), 0U);
  EXPECT_EQ(table.values(table.obtain(first_instant, 2)).front(), 0);
  EXPECT_EQ(table.size(), 1U);
}

TEST(ExpiringTable, MemoryFollowsWhatIsAliveNotWhatWasSeen) {
  Table table;
  Instant now = first_instant;
  std::size_t most = 0;
  // A hundred keys per second that live ten seconds: a thousand are alive at any time.
  for (std::uint64_t key = 0; key < 100'000; ++key) {
    now += 10ms;
    table.keep_until(table.obtain(now, key * 0x9e3779b97f4a7c15ULL), now + 10s);
    most = std::max(most, table.size());
  }
  EXPECT_GE(most, 1000U);
  EXPECT_LE(most, 2100U);
}

// Against a plain map, with colliding keys, expiry and erasure mixed.
TEST(ExpiringTable, BehavesLikeAMapThatForgets) {
  struct Model {
    int value;
    Instant expires;
  };
  Table table;
  std::map<std::uint64_t, Model> model;
  const Draw draw(1);
  Instant now = first_instant;
  for (std::uint64_t step = 0; step < 50'000; ++step) {
    now += 1ms;
    const std::uint64_t key = below(draw.bits("test", "key", step), 300) * 64;  // many share their home
    const bool alive = model.contains(key) && now <= model[key].expires;
    const auto found = table.find(now, key);
    ASSERT_EQ(found != Table::none, alive) << "step " << step;
    if (alive) {
      ASSERT_EQ(table.values(found).front(), model[key].value);
    }
    switch (below(draw.bits("test", "what", step), 3)) {
      case 0:
        if (alive) {
          table.erase(found);
          model.erase(key);
        }
        break;
      default: {
        const auto row = table.obtain(now, key);
        table.values(row).front() += 1;
        const Instant expires = now + std::chrono::milliseconds(below(draw.bits("test", "life", step), 400));
        table.keep_until(row, expires);
        model[key] = {alive ? model[key].value + 1 : 1, expires};
      }
    }
  }
}

TEST(ExpiringTable, NeverHasMoreRowsThanItsBound) {
  Table table;
  table.bound(100);
  for (std::uint64_t key = 1; key <= 10'000; ++key) {
    table.keep_until(table.obtain(first_instant, key * 0x9e3779b97f4a7c15ULL), first_instant + 1h);
    ASSERT_LE(table.size(), 100U);
    ASSERT_NE(table.find(first_instant, key * 0x9e3779b97f4a7c15ULL), Table::none) << "the newest is always there";
  }
  EXPECT_EQ(table.size(), 100U);
}

TEST(ExpiringTable, AFullTableGivesUpWhatExpiresFirstAmongThoseLookedAt) {
  Table table;
  table.bound(8);  // as many as are looked at
  for (std::uint64_t key = 1; key <= 8; ++key) {
    const auto row = table.obtain(first_instant, key);
    table.values(row).front() = static_cast<int>(key);
    table.keep_until(row, first_instant + (key == 5 ? 1h : 2h));
  }
  table.keep_until(table.obtain(first_instant, 9), first_instant + 2h);
  EXPECT_EQ(table.find(first_instant, 5), Table::none);
  for (const std::uint64_t key : {1U, 2U, 3U, 4U, 6U, 7U, 8U}) {
    const auto row = table.find(first_instant, key);
    ASSERT_NE(row, Table::none) << key;
    EXPECT_EQ(table.values(row).front(), static_cast<int>(key));
  }
  EXPECT_EQ(table.values(table.find(first_instant, 9)).front(), 0) << "nothing is left of who had the place before";
}

TEST(ExpiringTable, WhatIsHeardOfAgainAndAgainStaysThoughOthersCrowdIn) {
  Table table;
  table.bound(64);
  constexpr std::uint64_t regular = 42;
  for (std::uint64_t i = 1; i <= 5'000; ++i) {
    const Instant now = first_instant + i * 1s;
    const auto row = table.obtain(now, regular);
    ++table.values(row).front();
    table.keep_until(row, now + 24h);
    table.keep_until(table.obtain(now, i * 0x9e3779b97f4a7c15ULL), now + 24h);
  }
  EXPECT_EQ(table.values(table.find(first_instant + 5'000s, regular)).front(), 5'000);
}

TEST(ExpiringTable, AnExpiredRowGoesBeforeALivingOne) {
  Table table;
  table.bound(4);
  for (std::uint64_t key = 1; key <= 4; ++key) {
    table.keep_until(table.obtain(first_instant, key), first_instant + (key == 3 ? 1s : 1h));
  }
  table.obtain(first_instant + 2s, 5);
  for (const std::uint64_t key : {1U, 2U, 4U, 5U}) EXPECT_NE(table.find(first_instant + 2s, key), Table::none) << key;
}

TEST(ExpiringTable, ObtainingWhatIsThereCrowdsNobodyOut) {
  Table table;
  table.bound(2);
  for (int i = 0; i < 10; ++i) {
    for (const std::uint64_t key : {1U, 2U}) table.keep_until(table.obtain(first_instant, key), first_instant + 1h);
  }
  EXPECT_NE(table.find(first_instant, 1), Table::none);
  EXPECT_NE(table.find(first_instant, 2), Table::none);
}

TEST(ExpiringTable, TablesThatShareABudgetTakeNoMoreTogether) {
  MemoryBudget budget{.octets = 10'000};
  Table early, late;
  ExpiringTable<int> wide(100);
  early.share(budget);
  late.share(budget);
  wide.share(budget);
  for (std::uint64_t key = 1; key <= 1000; ++key)
    early.keep_until(early.obtain(first_instant, key), first_instant + 1h);
  EXPECT_GT(early.size(), 200U);
  EXPECT_LT(early.size(), 500U);
  EXPECT_LT(budget.octets, 100U);
  const std::size_t before = early.size();
  for (std::uint64_t key = 1; key <= 10; ++key) late.keep_until(late.obtain(first_instant, key), first_instant + 1h);
  wide.obtain(first_instant, 1);
  EXPECT_EQ(early.size(), before) << "what one has, no other takes away";
  EXPECT_LE(late.size(), 3U);
  EXPECT_NE(late.find(first_instant, 10), Table::none) << "but the newest is always there";
  EXPECT_NE(wide.find(first_instant, 1), ExpiringTable<int>::none);
}

TEST(ExpiringTable, RowsThatExpiredAreUsedAgainWithoutTheBudget) {
  MemoryBudget budget{.octets = 10'000};
  Table table;
  table.share(budget);
  for (std::uint64_t key = 1; key <= 10'000; ++key) {
    const Instant now = first_instant + std::chrono::seconds(key);
    table.keep_until(table.obtain(now, key), now + 10s);
    for (std::uint64_t recent = key; recent > 0 && recent + 9 > key; --recent) {
      ASSERT_NE(table.find(now, recent), Table::none);
    }
  }
}

}  // namespace
}  // namespace mailrig::policy
