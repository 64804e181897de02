#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/sim/scenario/small_scenario.h"

namespace mailrig::scenario {
namespace {

Schedule schedule(const std::string& yaml) {
  const auto scenario = parsed(small, {"traffic.0.schedule=" + yaml});
  return scenario.traffic.empty() ? Schedule() : scenario.traffic[0].schedule;
}

TEST(Schedules, EveryKind) {
  const Schedule rate = schedule("{rate: 3000/m, arrivals: poisson, count: 1k, for: 1h}");
  EXPECT_EQ(rate.kind, ScheduleKind::rate);
  EXPECT_EQ(rate.arrivals, Arrivals::poisson);
  EXPECT_EQ(rate.count, 1'000u);
  EXPECT_EQ(rate.length, std::chrono::hours(1));

  const Schedule ramp = schedule("{ramp: {from: 10/s, to: 100/s}, for: 1m}");
  EXPECT_EQ(ramp.kind, ScheduleKind::ramp);
  EXPECT_EQ(ramp.rate.count, 10u);
  EXPECT_EQ(ramp.ramp_to.count, 100u);
  EXPECT_EQ(ramp.length, std::chrono::minutes(1));

  const Schedule burst = schedule("{burst: 500, every: 10s, times: 3}");
  EXPECT_EQ(burst.kind, ScheduleKind::burst);
  EXPECT_EQ(burst.burst, 500u);
  EXPECT_EQ(burst.every, std::chrono::seconds(10));
  EXPECT_EQ(burst.times, 3u);
  EXPECT_EQ(burst.count, 1'500u);
  EXPECT_EQ(schedule("{burst: 7}").count, 7u);

  const Schedule saturate = schedule("{saturate: {in_flight: 50}, count: 100}");
  EXPECT_EQ(saturate.kind, ScheduleKind::saturate);
  EXPECT_EQ(saturate.in_flight, 50u);
  EXPECT_EQ(saturate.count, 100u);
  EXPECT_EQ(saturate.length, std::nullopt);
}

TEST(Schedules, SayWhatIsWrong) {
  const auto fault = [](const std::string& yaml) { return faults(small, {"traffic.0.schedule=" + yaml}).at(0); };
  const std::string at = "--set: traffic.0.schedule: ";
  EXPECT_EQ(fault("{rate: 5/s}"), at + "never ends; add 'for: 20s' or 'count: 1000'");
  EXPECT_EQ(fault("{rate: 0/s, for: 1s}"), "--set: traffic.0.schedule.rate: must be more than 0");
  EXPECT_EQ(fault("{rate: 5, for: 1s}"),
            "--set: traffic.0.schedule.rate: '5' is not a rate such as 50/s, 3000/m, 1k/h or 500/d");
  EXPECT_EQ(fault("{rate: 5/s, for: 0}"), at + "'for' must be longer than 0");
  EXPECT_EQ(fault("{rate: 5/s, every: 1s, for: 1s}"),
            "--set: unknown key 'every' in rate schedule; valid: rate, arrivals, shape, for, count");
  EXPECT_EQ(fault("{ramp: {from: 1/s, to: 2/s}}"), at + "key 'for' is missing in ramp schedule");
  EXPECT_EQ(fault("{ramp: {from: 0/s, to: 0/s}, for: 1s}"),
            "--set: traffic.0.schedule.ramp: one of 'from' and 'to' must be more than 0");
  EXPECT_EQ(fault("{burst: 5, times: 2}"), at + "several bursts need 'every', such as every: 10s");
  EXPECT_EQ(fault("{saturate: {}, for: 1s}"),
            "--set: traffic.0.schedule.saturate: key 'in_flight' is missing in saturate");
  EXPECT_EQ(fault("{rat: 5/s, for: 1s}"), "--set: unknown key 'rat' in schedule; did you mean 'rate'?");
  EXPECT_EQ(fault("{for: 1s}"),
            at + "does not say what kind it is; valid: rate, ramp, burst, warmup, replay, saturate");
  EXPECT_EQ(fault("50/s"), at + "expected a map such as {rate: 50/s, for: 20s}, found '50/s'");
}

}  // namespace
}  // namespace mailrig::scenario
