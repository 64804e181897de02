#include "fakes/feedback/readers.h"

#include <gtest/gtest.h>

namespace mailrig::feedback {
namespace {

constexpr std::uint64_t copies = 20'000;

std::array<std::uint64_t, reader_act_count> counted(const ReaderHabits& habits, bool spam = false) {
  std::array<std::uint64_t, reader_act_count> counts{};
  for (std::uint64_t copy = 0; copy < copies; ++copy) {
    const ReaderActs acts = acts_of(habits, Draw(1), "isp", copy, spam);
    for (std::size_t i = 0; i < acts.size(); ++i) counts[i] += acts[i] ? 1 : 0;
  }
  return counts;
}
std::size_t at(ReaderAct act) {
  return static_cast<std::size_t>(act);
}

TEST(Readers, DoWhatTheirHabitsSay) {
  const auto counts = counted({.open_ppm = 300'000, .click_ppm = 20'000, .complain_ppm = 5'000});
  EXPECT_NEAR(static_cast<double>(counts[at(ReaderAct::opened)]), 0.317 * copies, 0.01 * copies);
  EXPECT_NEAR(static_cast<double>(counts[at(ReaderAct::clicked)]), 0.02 * copies, 0.005 * copies);
  EXPECT_NEAR(static_cast<double>(counts[at(ReaderAct::complained)]), 0.005 * copies, 0.002 * copies);
  EXPECT_EQ(counts[at(ReaderAct::replied)], 0u);
}

TEST(Readers, WhoeverClicksHasOpenedBefore) {
  for (std::uint64_t copy = 0; copy < 1000; ++copy) {
    const ReaderActs acts = acts_of({.click_ppm = 500'000}, Draw(1), "isp", copy, false);
    if (!acts[at(ReaderAct::clicked)]) continue;
    ASSERT_TRUE(acts[at(ReaderAct::opened)]);
    EXPECT_GE(*acts[at(ReaderAct::clicked)], *acts[at(ReaderAct::opened)]);
  }
}

TEST(Readers, FewLookAmongTheSpamAndNobodyComplainsThere) {
  const auto counts = counted({.open_ppm = 1'000'000, .complain_ppm = 1'000'000, .spam_folder_ppm = 100'000}, true);
  EXPECT_NEAR(static_cast<double>(counts[at(ReaderAct::opened)]), 0.1 * copies, 0.01 * copies);
  EXPECT_EQ(counts[at(ReaderAct::complained)], 0u);
}

TEST(Readers, MachinesFetchAtOnceWhereverTheCopyIs) {
  const ReaderActs acts = acts_of({.machine_open_ppm = 1'000'000}, Draw(1), "isp", 7, true);
  EXPECT_EQ(acts[at(ReaderAct::machine_opened)], Duration{});
  EXPECT_FALSE(acts[at(ReaderAct::opened)]);
}

TEST(Readers, TheSameCopyIsAlwaysTreatedAlike) {
  const ReaderHabits habits{.open_ppm = 500'000, .click_ppm = 100'000};
  EXPECT_EQ(acts_of(habits, Draw(1), "isp", 42, false), acts_of(habits, Draw(1), "isp", 42, false));
}

TEST(Readers, OpenAfterAboutTheirMean) {
  Duration sum{};
  for (std::uint64_t copy = 0; copy < 2000; ++copy) {
    const ReaderActs acts =
        acts_of({.open_ppm = 1'000'000, .open_after = std::chrono::hours(1)}, Draw(1), "isp", copy, false);
    sum += *acts[at(ReaderAct::opened)];
  }
  EXPECT_NEAR(to_seconds(sum) / 2000, 3600, 300);
}

}  // namespace
}  // namespace mailrig::feedback
