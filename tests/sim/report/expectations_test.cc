#include "sim/report/expectations.h"

#include <gtest/gtest.h>

#include "tests/sim/report/sample_run.h"

namespace mailrig::report {
namespace {

TEST(Expectations, AreEvaluatedAgainstTheSummary) {
  scenario::Expectation lost;
  lost.text = "totals.lost == 0";
  lost.segments = {"totals", "lost"};
  scenario::Expectation greylisted;
  greylisted.text = "receivers.gmail.events.greylisted >= 1";
  greylisted.segments = {"receivers", "gmail", "events", "greylisted"};
  greylisted.comparison = scenario::Comparison::greater_or_equal;
  greylisted.value = 1;
  scenario::Expectation nothing;
  nothing.text = "streams.news.rates.inbox > 0";
  nothing.segments = {"streams", "news", "rates", "inbox"};
  nothing.comparison = scenario::Comparison::greater;

  const auto results = evaluate(std::vector{lost, greylisted, nothing}, sample_summary());
  ASSERT_EQ(results.size(), 3U);
  EXPECT_EQ(results[0].expr, "totals.lost == 0");
  EXPECT_EQ(results[0].value, 1.0);
  EXPECT_FALSE(results[0].pass);
  EXPECT_EQ(results[1].value, 1.0);
  EXPECT_TRUE(results[1].pass);
  EXPECT_FALSE(results[2].value.has_value()) << "0/0";
  EXPECT_FALSE(results[2].pass);
}

}  // namespace
}  // namespace mailrig::report
