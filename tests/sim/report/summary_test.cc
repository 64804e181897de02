#include "sim/report/summary.h"

#include <gtest/gtest.h>

#include "sim/report/json_text.h"
#include "sim/report/view.h"
#include "tests/sim/report/sample_run.h"

namespace mailrig::report {
namespace {

namespace json = boost::json;

TEST(Summary, IsExactlyTheContract) {
  expect_golden("summary.json", to_text(sample_summary()));
}

TEST(Summary, AnEmptyRunHasNoRates) {
  measure::Ledger ledger(measure::small_run(), nullptr);
  const json::value value = summary(sample_info(), *ledger.snapshot(measure::at(1), true));
  for (const auto& rate : object_at(value, {"rates"})) EXPECT_TRUE(rate.value().is_null()) << rate.key();
  EXPECT_TRUE(find(value, {"latency_s", "p99"})->is_null());
  EXPECT_EQ(text_at(value, {"verdict"}), "pass");
}

TEST(Summary, LostIsNullWhereTheQueueCannotBeRead) {
  auto config = measure::small_run();
  config.insight = measure::SenderInsight::none;
  measure::Storyteller run(config);
  run.submit(1, "ann@gmail.example");
  const json::value value = summary(sample_info(), *run.ledger.snapshot(measure::at(1), true));
  EXPECT_TRUE(find(value, {"totals", "lost"})->is_null());
  EXPECT_TRUE(find(value, {"receivers", "gmail", "totals", "lost"})->is_null());
  EXPECT_EQ(count_at(value, {"totals", "queued"}), 1U);
  EXPECT_TRUE(broken_sums(value).empty());
}

TEST(Summary, VirtualTimeHasNoSpeed) {
  RunInfo info = sample_info();
  info.speed.reset();
  measure::Ledger ledger(measure::small_run(), nullptr);
  EXPECT_TRUE(find(summary(info, *ledger.snapshot(measure::at(1), true)), {"speed"})->is_null());
}

class Verdict : public testing::Test {
 protected:
  json::value judged(bool pass) {
    json::value value = summary(info, snapshot);
    judge(value, std::vector<ExpectationResult>{{"totals.lost == 0", 0, pass}});
    return value;
  }
  RunInfo info = sample_info();
  measure::Ledger::Snapshot snapshot;
};

TEST_F(Verdict, FollowsTheExpectations) {
  EXPECT_EQ(text_at(judged(true), {"verdict"}), "pass");
  EXPECT_EQ(text_at(judged(false), {"verdict"}), "fail");
}

TEST_F(Verdict, IsInvalidWhenTheRunWasInterrupted) {
  info.interrupted = true;
  EXPECT_EQ(text_at(judged(true), {"verdict"}), "invalid");
}

TEST_F(Verdict, IsInvalidWhenTheRigWasSaturatedEvenIfAnExpectationFailed) {
  info.rig.saturated = true;
  EXPECT_EQ(text_at(judged(false), {"verdict"}), "invalid");
}

TEST_F(Verdict, IsInvalidWhenASumIsBroken) {
  snapshot.broken_sums = {"gmail: 3 deliveries, but 2 fates"};
  EXPECT_EQ(text_at(judged(true), {"verdict"}), "invalid");
}

}  // namespace
}  // namespace mailrig::report
