#include "sim/report/progress.h"

#include <gtest/gtest.h>

#include "sim/report/text_format.h"

namespace mailrig::report {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

ProgressView halfway() {
  ProgressView view;
  view.now.submitted = 1'600;
  view.now.deliveries = 1'600;
  view.now.finished = 1'000;
  view.now.inbox = 900;
  view.now.rejected = 100;
  view.now.queued = 600;
  view.now.deferrals = 750;
  view.elapsed = seconds(10);
  view.model_elapsed = minutes(10);
  view.expected_deliveries = 2'000;
  return view;
}

TEST(Progress, TellsHowFarHowFastAndHowLongStill) {
  EXPECT_EQ(progress_line(halfway(), Style{}),
            "██████████░░░░░░░░░░  50%  1,000/2,000  100/s  ETA 10.0s  900 inbox  600 queued  750 deferrals  "
            "100 rejected");
  EXPECT_EQ(progress_sentence(halfway()),
            "10.0s: 1,600 submitted, 1,000 of 2,000 deliveries finished (50%), 900 inbox, 600 queued, 750 deferrals, "
            "100 rejected; 100/s, model time 10m00s, ETA 10.0s");
}

TEST(Progress, TheRateIsThatOfTheLastMomentsWhenTheyAreKnown) {
  ProgressView view = halfway();
  view.before.finished = 900;
  view.since_before = std::chrono::milliseconds(250);
  EXPECT_NE(progress_line(view, Style{}).find("400/s"), std::string::npos);
}

TEST(Progress, NarrowTerminalsLoseTheLeastImportantFirst) {
  for (std::size_t columns = 10; columns <= 140; columns += 10) {
    EXPECT_LT(display_width(progress_line(halfway(), {.colour = false, .columns = columns})), columns);
  }
  EXPECT_EQ(progress_line(halfway(), {.colour = false, .columns = 40}), "██████████░░░░░░░░░░  50%  1,000/2,000");
}

TEST(Progress, SaysWhatWarmUpsHoldBackAndHowTheyStand) {
  ProgressView view = halfway();
  view.now.held = 550;
  view.now.warmups_sending = 1;
  view.now.warmups_full = 2;
  view.now.warmups_paused = 1;
  EXPECT_NE(progress_sentence(view).find(", 550 held, warm-ups 1 sending, 2 full, 1 paused"), std::string::npos);
}

TEST(Progress, ColoursDoNotCountAsWidth) {
  const std::string plain = progress_line(halfway(), {.colour = false, .columns = 100});
  const std::string coloured = progress_line(halfway(), {.colour = true, .columns = 100});
  EXPECT_EQ(coloured.size(), plain.size() + std::string_view("\x1b[32m\x1b[0m").size());
}

TEST(Progress, WithoutAnEndInSightThereIsNoEta) {
  ProgressView view = halfway();
  view.expected_deliveries.reset();
  EXPECT_FALSE(time_left(view).has_value());
  EXPECT_EQ(progress_sentence(view).find("ETA"), std::string::npos);
  EXPECT_NE(progress_sentence(view).find("1,000 deliveries finished,"), std::string::npos);
}

TEST(Progress, TimeLeftNeedsSomethingToGoBy) {
  ProgressView view = halfway();
  EXPECT_EQ(time_left(view), Duration(seconds(10)));
  view.now.finished = 0;
  EXPECT_FALSE(time_left(view).has_value());
  view.now.finished = 2'000;
  EXPECT_EQ(time_left(view), Duration::zero());
}

}  // namespace
}  // namespace mailrig::report
