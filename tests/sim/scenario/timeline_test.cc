#include <fmt/format.h>

#include "tests/sim/scenario/small_scenario.h"

namespace mailrig::scenario {
namespace {

using namespace std::chrono_literals;
using policy::Conditions;
using ::testing::ElementsAre;
using ::testing::SizeIs;

std::vector<TimelineEntry> timeline(const std::string& entries) {
  return parsed(small, {"timeline=[" + entries + "]"}).timeline;
}

std::vector<std::string> timeline_faults(const std::string& entry) {
  return faults(small, {"timeline=[" + entry + "]"});
}

// How things stand at a moment; what happens then has happened.
Conditions at(const std::vector<TimelineEntry>& entries, Duration moment) {
  Conditions conditions;
  for (const TimelineEntry& entry : entries) {
    if (entry.at <= moment) std::get<ReceiverChange>(entry.what).apply(conditions);
  }
  return conditions;
}

std::vector<Duration> moments(const std::vector<TimelineEntry>& entries) {
  std::vector<Duration> all;
  for (const TimelineEntry& entry : entries) all.push_back(entry.at);
  return all;
}

// What one condition is set to, and nothing else.
Conditions set_to(const std::string& key, const std::string& value) {
  const auto entries = timeline(fmt::format("{{at: 1s, set: receivers.gmail.{}, to: {}}}", key, value));
  return at(entries, 1s);
}

TEST(Timeline, SetsOneConditionOfAReceiver) {
  EXPECT_EQ(set_to("down", "true"), (Conditions{.down = true}));
  EXPECT_EQ(set_to("maintenance", "true"), (Conditions{.maintenance = true}));
  EXPECT_EQ(set_to("deferring", "30%"), (Conditions{.deferring_ppm = 300'000}));
  EXPECT_EQ(set_to("slow", "20s"), (Conditions{.slow = 20s}));
  EXPECT_EQ(set_to("tls", "false"), (Conditions{.tls = false}));
  EXPECT_EQ(set_to("garbage", "true"), (Conditions{.garbage = true}));
  EXPECT_EQ(set_to("limits", "50%"), (Conditions{.limits_ppm = 500'000}));
  EXPECT_EQ(set_to("certificate", "expired"), (Conditions{.certificate = policy::Certificate::expired}));
}

TEST(Timeline, ValuesAreOfTheConditionsKind) {
  EXPECT_THAT(timeline_faults("{at: 1s, set: receivers.gmail.deferring, to: 120%}"), SizeIs(1));
  EXPECT_THAT(timeline_faults("{at: 1s, set: receivers.gmail.slow, to: true}"), SizeIs(1));
  EXPECT_THAT(timeline_faults("{at: 1s, set: receivers.gmail.garbage, to: 5s}"), SizeIs(1));
  EXPECT_THAT(timeline_faults("{at: 1s, set: receivers.gmail.tls, to: 50%}"), SizeIs(1));
}

TEST(Timeline, WithoutALengthItLastsUntilSetAgain) {
  const auto entries = timeline("{at: 1s, set: receivers.gmail.slow, to: 20s}");
  EXPECT_THAT(moments(entries), ElementsAre(1s));
  EXPECT_EQ(at(entries, 0s).slow, 0s);
  EXPECT_EQ(at(entries, 1000h).slow, 20s);
}

TEST(Timeline, AWhileEndsAsAGoodDayWould) {
  const auto entries = timeline(
      "{at: 10m, set: receivers.gmail.tls, to: false, for: 5m}, {at: 12m, set: receivers.gmail.limits, to: 10%, for: "
      "1h}");
  EXPECT_FALSE(at(entries, 15min - 1ns).tls);
  EXPECT_TRUE(at(entries, 15min).tls);
  EXPECT_EQ(at(entries, 15min).limits_ppm, 100'000U) << "other conditions stay as they are";
  EXPECT_EQ(at(entries, 72min).limits_ppm, 1'000'000U);
}

TEST(Timeline, HappensAgainAsOftenAsSaid) {
  const auto entries = timeline("{at: 1h, set: receivers.gmail.down, to: true, for: 10m, every: 1d, times: 3}");
  EXPECT_THAT(moments(entries), ElementsAre(1h, 70min, 25h, 24h + 70min, 49h, 48h + 70min));
  EXPECT_TRUE(at(entries, 25h).down);
  EXPECT_FALSE(at(entries, 24h + 70min).down);
  EXPECT_FALSE(at(entries, 73h).down) << "three times, not four";
}

TEST(Timeline, WithoutANumberItHappensForAYearOfWeeks) {
  EXPECT_THAT(timeline("{at: 0s, set: receivers.gmail.maintenance, to: true, for: 2h, every: 7d}"), SizeIs(2 * 52));
}

// An entry that was written first may begin when another ends.
TEST(Timeline, WhatEndsDoesNotUndoWhatBeginsAtThatMoment) {
  const auto entries =
      timeline("{at: 1h, set: receivers.gmail.slow, to: 5s}, {at: 0s, set: receivers.gmail.slow, to: 2s, for: 1h}");
  EXPECT_EQ(at(entries, 1h - 1ns).slow, 2s);
  EXPECT_EQ(at(entries, 1h).slow, 5s);
}

TEST(Timeline, CenturiesAreNoFault) {
  EXPECT_THAT(timeline("{at: 1s, set: receivers.gmail.down, to: true, for: 30000d, every: 40000d, times: 1000}"),
              testing::Not(testing::IsEmpty()));
}

TEST(Timeline, EveryNeedsAWhileThatIsShorter) {
  const auto fault = [](const std::string& more) {
    return timeline_faults("{at: 1s, set: receivers.gmail.down, to: true, " + more + "}");
  };
  EXPECT_THAT(fault("every: 1d"), ElementsAre("--set: timeline.0.every: needs a 'for' that is shorter"));
  EXPECT_THAT(fault("every: 1d, for: 1d"), ElementsAre("--set: timeline.0.every: needs a 'for' that is shorter"));
  EXPECT_THAT(fault("times: 3"), ElementsAre("--set: timeline.0.times: needs 'every'"));
  EXPECT_THAT(fault("every: 1d, for: 1h, times: 0"),
              ElementsAre("--set: timeline.0.times: expected a whole number from 1 to 1000, found '0'"));
}

TEST(Timeline, RecordsDoNotEndByThemselves) {
  EXPECT_THAT(timeline_faults("{at: 1s, set: senders.shop.spf, to: \"\", for: 1h}"),
              ElementsAre("--set: timeline.0.set: 'for' is not for records; what one is later, another entry says"));
  EXPECT_THAT(timeline_faults("{at: 1s, record: shop.example TXT, to: x, for: 1h}"),
              ElementsAre("--set: timeline.0.record: 'for' is not for records; what one is later, another entry says"));
}

TEST(Senders, AreNewUnlessTheWorldKnowsThem) {
  EXPECT_FALSE(parsed(small).senders.at(0).known);
  const auto known = parsed(small, {"senders.shop.known={for: 60d, daily: 20k}"}).senders.at(0).known;
  ASSERT_TRUE(known);
  EXPECT_EQ(known->days, 60U);
  EXPECT_EQ(known->copies_a_day, 20'000U);
}

TEST(Lists, MayHoldSpamTraps) {
  EXPECT_EQ(parsed(small, {"lists.people.traps=0.5%"}).lists.at(0).trap_ppm, 5'000U);
}

TEST(Lists, MayKnowTheSender) {
  EXPECT_EQ(parsed(small).lists.at(0).contacts_ppm, std::nullopt);
  EXPECT_EQ(parsed(small, {"lists.people.contacts=5%"}).lists.at(0).contacts_ppm, 50'000U);
  EXPECT_EQ(parsed(small, {"receivers.gmail.mailboxes.contacts=2%"}).receivers.at(0).profile.mailboxes.contacts_ppm,
            20'000U);
}

}  // namespace
}  // namespace mailrig::scenario
