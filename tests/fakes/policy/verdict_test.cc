#include "fakes/policy/verdict.h"

#include <gtest/gtest.h>

#include "tests/fakes/policy/fixture.h"

namespace mailrig::policy {
namespace {

using namespace testing;

TEST(ReplyTemplate, OneWordingIsAlwaysSaid) {
  const ReplyTemplate only = reply(Event::unknown_user, 550);
  EXPECT_EQ(&only.drawn(0), &only);
  EXPECT_EQ(&only.drawn(~std::uint64_t{0}), &only);
}

TEST(ReplyTemplate, EachWordingHasItsShareOfTheLots) {
  ReplyTemplate words = reply(Event::unknown_user, 550);
  words.others = {reply(Event::unknown_user, 551), reply(Event::unknown_user, 552)};
  const Draw draw(1);
  std::array<int, 3> said{};
  for (std::uint64_t i = 0; i < 3000; ++i) {
    const std::uint64_t lot = draw.bits("isp", "test", i);
    const ReplyTemplate& drawn = words.drawn(lot);
    ASSERT_EQ(&drawn, &words.drawn(lot)) << "the same lot, the same words";
    ++said.at(drawn.code - 550U);
  }
  for (const int times : said) {
    EXPECT_GT(times, 850);
    EXPECT_LT(times, 1150);
  }
}

TEST(ReplyTemplate, SeverityFollowsFromTheCode) {
  const auto severity = [](std::uint16_t code) { return reply(Event::local_error, code).severity(); };
  EXPECT_EQ(severity(250), Severity::none);
  EXPECT_EQ(severity(354), Severity::none);
  EXPECT_EQ(severity(421), Severity::soft);
  EXPECT_EQ(severity(550), Severity::hard);
  EXPECT_EQ(severity(0), Severity::soft) << "who was hung up on tries again";
}

TEST(Verdict, WhatIsDiscardedWasAcceptedToo) {
  const auto accepted = [](Event event) {
    Verdict verdict;
    verdict.event = event;
    return verdict.accepted();
  };
  EXPECT_TRUE(accepted(Event::accepted));
  EXPECT_TRUE(accepted(Event::discarded));
  EXPECT_FALSE(accepted(Event::greylisted));
  EXPECT_FALSE(accepted(Event::unknown_user));
}

}  // namespace
}  // namespace mailrig::policy
