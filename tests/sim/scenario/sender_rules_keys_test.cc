// What a reference sender does by itself: suppression, stopping, shaping, priorities, and what happens to it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/sim/scenario/small_scenario.h"

namespace mailrig::scenario {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

Sender sender(const std::string& key, const std::string& yaml) {
  const auto scenario = parsed(small, {"senders.shop." + key + "=" + yaml});
  return scenario.senders.empty() ? Sender() : scenario.senders[0];
}

std::string rule_fault(const std::string& key, const std::string& yaml) {
  return faults(small, {"senders.shop." + key + "=" + yaml}).at(0);
}

TEST(SenderRules, AreOffUnlessSaid) {
  const Sender plain = parsed(small).senders.at(0);
  EXPECT_FALSE(plain.suppression);
  EXPECT_FALSE(plain.stop);
  EXPECT_TRUE(plain.shaping.empty());
  EXPECT_EQ(parsed(small).mail.at(0).priority, pacing::Priority::normal);
}

TEST(SenderRules, Suppression) {
  EXPECT_EQ(sender("suppression", "{}").suppression->length, 180 * 24h);
  EXPECT_THAT(sender("suppression", "{addresses: [a@gmail.com]}").suppression->addresses, ElementsAre("a@gmail.com"));
  EXPECT_EQ(rule_fault("suppression", "{for: 0}"), "--set: senders.shop.suppression.for: must be longer than 0");
  EXPECT_EQ(rule_fault("suppression", "{addresses: [anna]}"),
            "--set: senders.shop.suppression.addresses.0: expected an address such as anna@example.com, found 'anna'");
}

TEST(SenderRules, Stop) {
  const auto stop = sender("stop", "{invalid: 8%}").stop;
  ASSERT_TRUE(stop);
  EXPECT_EQ(stop->when.invalid_ppm, 80'000u);
  EXPECT_EQ(stop->when.sample, 100u);
  EXPECT_EQ(rule_fault("stop", "{sample: 10}"),
            "--set: senders.shop.stop: needs 'deferred', 'bounced', 'invalid' or 'complained', such as deferred: 10%");
  EXPECT_EQ(rule_fault("stop", "{invalid: 0%}"), "--set: senders.shop.stop: the shares must be more than 0%");
}

TEST(SenderRules, Shaping) {
  const auto shaping = sender("shaping",
                              "{gmail: {connections: 2, rate: 10/s, replies: [{text: 4.7.28 Unusual, pause: "
                              "10m}]}}")
                           .shaping;
  ASSERT_EQ(shaping.size(), 1u);
  EXPECT_EQ(shaping[0].target_index, 0u);
  EXPECT_EQ(shaping[0].connections_max, 2u);
  EXPECT_EQ(shaping[0].rate, (Rate{10, 1s}));
  ASSERT_EQ(shaping[0].replies.size(), 1u);
  EXPECT_EQ(shaping[0].replies[0].words, "4.7.28 unusual");
  EXPECT_EQ(shaping[0].replies[0].pause, 10min);
  EXPECT_EQ(rule_fault("shaping", "{gmial: {connections: 2}}"),
            "--set: senders.shop.shaping: unknown receiver or forwarder 'gmial'; did you mean 'gmail'?");
  EXPECT_EQ(rule_fault("shaping", "{gmail: {rate: 0/s}}").substr(0, 39), "--set: senders.shop.shaping.gmail.rate:");
  EXPECT_EQ(rule_fault("shaping", "{gmail: {replies: [{text: x}]}}"),
            "--set: senders.shop.shaping.gmail.replies.0: says nothing to do; add 'pause', 'retry', 'give_up' or "
            "'suppress', such as pause: 10m");
}

TEST(SenderRules, Priorities) {
  EXPECT_EQ(parsed(small, {"mail.order.priority=high"}).mail.at(0).priority, pacing::Priority::high);
}

TEST(SenderRules, AnAddressGoesDownForAWhile) {
  const auto entries = parsed(small, {"senders.shop.ips=[198.18.2.10]",
                                      "timeline=[{at: 1h, set: senders.shop.ips.198.18.2.10, to: down, for: 2h}]"})
                           .timeline;
  ASSERT_EQ(entries.size(), 2u);
  EXPECT_EQ(entries[0].at, 1h);
  EXPECT_FALSE(std::get<SourceChange>(entries[0].what).up);
  EXPECT_EQ(entries[1].at, 3h);
  EXPECT_TRUE(std::get<SourceChange>(entries[1].what).up);
  EXPECT_EQ(faults(small, {"senders.shop.ips=[198.18.2.10]",
                           "timeline=[{at: 1h, set: senders.shop.ips.198.18.2.1, to: down}]"})
                .at(0),
            "--set: timeline.0.set: '198.18.2.1' is no address of senders.shop; it has 198.18.2.10");
}

TEST(SenderRules, AnAddressIsTakenOffTheList) {
  const std::string entry = "timeline=[{at: 1h, set: senders.shop.suppressed.anna@gmail.com, to: false}]";
  const auto entries = parsed(small, {"senders.shop.suppression={}", entry}).timeline;
  ASSERT_EQ(entries.size(), 1u);
  EXPECT_EQ(std::get<SuppressionChange>(entries[0].what).address, "anna@gmail.com");
  EXPECT_FALSE(std::get<SuppressionChange>(entries[0].what).suppressed);
  EXPECT_EQ(
      faults(small, {entry}).at(0),
      "--set: timeline.0.set: senders.shop has no list of suppressed addresses; add senders.shop.suppression: {}");
}

}  // namespace
}  // namespace mailrig::scenario
