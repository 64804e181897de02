#include "fakes/policy/reputation_score.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "fakes/base/draw.h"

namespace mailrig::policy {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// Round numbers: networks have two fifths of what is shared out among networks and names.
class ReputationScoreTest : public ::testing::Test {
 protected:
  ReputationScoreTest() {
    settings_.identities = {SenderIdentity::ip, SenderIdentity::netblock24, SenderIdentity::dkim_domain};
    weights_.base_ppm = 900'000;
    weights_.new_sender_penalty_ppm = weights_.volume_jump_penalty_ppm = 500'000;
    weights_.weights.ip_ppm = 200'000;
    weights_.weights.domain_ppm = 300'000;
  }

  // Of a sender that has done the same for a month.
  static IdentityRecord mature() {
    return {.known = true, .active_days = 31, .recent_max = 1000, .accepted_milli = 1'000'000};
  }
  // "new ip -200": what speaks against an address with this record.
  std::vector<std::string> against(const IdentityRecord& record, SenderIdentity identity = SenderIdentity::ip) const {
    ReputationFacts facts;
    facts.of(identity) = record;
    return against(facts);
  }
  std::vector<std::string> against(const ReputationFacts& facts, bool with_message = false) const {
    std::vector<std::string> found;
    for (const Contribution& part : weigh(settings_, weights_, facts, with_message).contributions) {
      found.push_back(fmt::format("{} {} {}", to_string(part.factor), to_string(part.identity), part.milli));
    }
    return found;
  }
  std::int32_t score(const ReputationFacts& facts, bool with_message = false) const {
    return weigh(settings_, weights_, facts, with_message).milli;
  }

  ReputationSettings settings_;
  PlacementSettings weights_;
};

TEST_F(ReputationScoreTest, NothingSpeaksAgainstWhoHasBeenThereForLong) {
  ReputationFacts facts;
  facts.of(SenderIdentity::ip) = facts.of(SenderIdentity::dkim_domain) = mature();
  EXPECT_THAT(against(facts), IsEmpty());
  EXPECT_EQ(score(facts), 900);
}

TEST_F(ReputationScoreTest, ANewcomersNetworkAndNameShareThePenalty) {
  ReputationFacts facts;
  facts.of(SenderIdentity::ip).known = facts.of(SenderIdentity::dkim_domain).known = true;
  EXPECT_THAT(against(facts), ElementsAre("new ip -200", "new dkim_domain -300"));
  EXPECT_EQ(score(facts), 400);
  facts.of(SenderIdentity::dkim_domain) = mature();
  EXPECT_EQ(score(facts), 700) << "a known domain helps a new address";
}

TEST_F(ReputationScoreTest, NewnessFadesWithTheDaysBeforeToday) {
  IdentityRecord record{.known = true, .active_days = 15, .recent_max = 1000};
  EXPECT_THAT(against(record), ElementsAre("new ip -100"));
  record.today = 1;
  record.active_days = 16;
  EXPECT_THAT(against(record), ElementsAre("new ip -100")) << "today has earned nothing yet";
  record.active_days = 1;
  EXPECT_THAT(against(record), ElementsAre("new ip -200"));
  record.active_days = 31;
  EXPECT_THAT(against(record), IsEmpty());
}

TEST_F(ReputationScoreTest, AJumpCountsFromTheFineVolumeToThreeTimesAsMuch) {
  IdentityRecord record = mature();  // 1,400 are fine
  const auto with = [&](std::uint32_t today) {
    record.today = today;
    return against(record);
  };
  EXPECT_THAT(with(1400), IsEmpty());
  EXPECT_THAT(with(2800), ElementsAre("volume jump ip -100"));
  EXPECT_THAT(with(4200), ElementsAre("volume jump ip -200"));
  EXPECT_THAT(with(1'000'000'000), ElementsAre("volume jump ip -200"));
}

TEST_F(ReputationScoreTest, WhereNothingSaysWhatIsFineThereIsNoJump) {
  IdentityRecord record = mature();
  record.recent_max = 0;
  record.today = 1'000'000;
  EXPECT_THAT(against(record), IsEmpty());
}

TEST_F(ReputationScoreTest, UnknownRecipientsCountFromTwoToTenInAHundred) {
  IdentityRecord record = mature();
  const auto with = [&](std::uint64_t accepted, std::uint64_t unknown) {
    record.accepted_milli = accepted;
    record.unknown_milli = unknown;
    return against(record);
  };
  EXPECT_THAT(with(98'000, 2'000), IsEmpty());
  EXPECT_THAT(with(94'000, 6'000), ElementsAre("unknown recipients ip -100"));
  EXPECT_THAT(with(90'000, 10'000), ElementsAre("unknown recipients ip -200"));
  EXPECT_THAT(with(0, 50'000), ElementsAre("unknown recipients ip -200"));
  EXPECT_THAT(with(0, 49'999), IsEmpty()) << "a rate over so few says nothing";
}

TEST_F(ReputationScoreTest, TrapsCountOneByOneUpToFive) {
  IdentityRecord record = mature();
  const auto with = [&](std::uint64_t traps) {
    record.traps_milli = traps;
    return against(record);
  };
  EXPECT_THAT(with(1'000), ElementsAre("spam traps ip -40"));
  EXPECT_THAT(with(5'000), ElementsAre("spam traps ip -200"));
  EXPECT_THAT(with(500'000), ElementsAre("spam traps ip -200"));
}

TEST_F(ReputationScoreTest, ComplaintsCountFromTheSoftLimitToThreeTimesTheHardOnesWorth) {
  IdentityRecord record = mature();
  record.accepted_milli = 10'000'000;
  const auto with = [&](std::uint64_t complaints) {
    record.complaints_milli = complaints;
    return against(record);
  };
  EXPECT_THAT(with(10'000), IsEmpty()) << "one in a thousand";
  EXPECT_THAT(with(20'000), ElementsAre("complaints ip -60"));
  EXPECT_THAT(with(30'000), ElementsAre("complaints ip -120"));
  EXPECT_THAT(with(70'000), ElementsAre("complaints ip -360"));
  EXPECT_THAT(with(1'000'000), ElementsAre("complaints ip -360"));
  record.accepted_milli = 100'000;
  EXPECT_THAT(with(2'000), IsEmpty()) << "two angry readers are no rate yet";
  EXPECT_THAT(with(3'000), ElementsAre("complaints ip -360"));
  record.accepted_milli = 49'999;
  EXPECT_THAT(with(10'000), IsEmpty()) << "a rate over so few says nothing";
}

TEST_F(ReputationScoreTest, FewOpensCountWhereReadingIsKnown) {
  IdentityRecord record = mature();
  const auto with = [&](std::uint64_t awaited, std::uint64_t opened) {
    record.awaited_milli = awaited;
    record.opened_milli = opened;
    return against(record);
  };
  EXPECT_THAT(with(0, 0), IsEmpty());
  EXPECT_THAT(with(49'000, 0), IsEmpty()) << "a rate over so few says nothing";
  EXPECT_THAT(with(100'000, 0), ElementsAre("few opens ip -20"));
  EXPECT_THAT(with(100'000, 7'500), ElementsAre("few opens ip -10"));
  EXPECT_THAT(with(100'000, 15'000), IsEmpty());
}

TEST_F(ReputationScoreTest, NamesWeighAsTheirOwnWeightSays) {
  IdentityRecord record = mature();
  record.traps_milli = 5'000;
  record.complaints_milli = 3'000;
  EXPECT_THAT(against(record, SenderIdentity::dkim_domain),
              ElementsAre("spam traps dkim_domain -300", "complaints dkim_domain -180"));
}

TEST_F(ReputationScoreTest, OfSeveralNetworksTheWorstCountsAndOnlyOnce) {
  ReputationFacts facts;
  facts.of(SenderIdentity::ip) = facts.of(SenderIdentity::netblock24) = mature();
  facts.of(SenderIdentity::ip).traps_milli = 1'000;
  facts.of(SenderIdentity::netblock24).traps_milli = 2'000;
  EXPECT_THAT(against(facts), ElementsAre("spam traps netblock24 -80"));
}

TEST_F(ReputationScoreTest, OnlyTheProfilesIdentitiesCount) {
  ReputationFacts facts;
  facts.of(SenderIdentity::sender).known = true;
  EXPECT_THAT(against(facts), IsEmpty()) << "the profile does not name it";
  facts.of(SenderIdentity::ip).traps_milli = 5'000;
  EXPECT_THAT(against(facts), IsEmpty()) << "the message does not have it";
}

TEST_F(ReputationScoreTest, AuthenticationCountsWithTheMessage) {
  ReputationFacts facts;
  const auto with = [&](AuthenticationLevel level) {
    facts.authentication = level;
    return against(facts, true);
  };
  EXPECT_THAT(with(AuthenticationLevel::unknown), IsEmpty());
  EXPECT_THAT(with(AuthenticationLevel::aligned), IsEmpty());
  EXPECT_THAT(with(AuthenticationLevel::unaligned), ElementsAre("authentication ip -100"));
  EXPECT_THAT(with(AuthenticationLevel::none), ElementsAre("authentication ip -250"));
  EXPECT_EQ(score(facts, false), 900) << "at connect there is no message";
}

TEST_F(ReputationScoreTest, ContentCountsWithTheMessageInFullAtFiveOfTen) {
  ReputationFacts facts;
  const auto with = [&](std::int32_t milli) {
    facts.content_milli = milli;
    return against(facts, true);
  };
  EXPECT_THAT(with(10'000), IsEmpty());
  EXPECT_THAT(with(7'500), ElementsAre("content ip -50"));
  EXPECT_THAT(with(5'000), ElementsAre("content ip -100"));
  EXPECT_THAT(with(0), ElementsAre("content ip -200"));
  EXPECT_THAT(with(-3'000), ElementsAre("content ip -200"));
  EXPECT_EQ(score(facts, false), 900);
}

TEST_F(ReputationScoreTest, TheScoreStaysWithinItsRange) {
  ReputationFacts facts;
  facts.of(SenderIdentity::ip).known = true;
  weights_.base_ppm = 100'000;
  EXPECT_EQ(score(facts), 0);
  EXPECT_THAT(against(facts), ElementsAre("new ip -200")) << "reasons are told in full";
}

TEST_F(ReputationScoreTest, TheScoreWithoutReasonsIsTheSame) {
  settings_.initial_daily_cap = 50;
  const Draw draw(5);
  for (std::uint64_t i = 0; i < 2'000; ++i) {
    std::uint64_t use = 0;
    const auto drawn = [&](std::uint64_t bound) { return below(draw.bits("test", "fact", i, ++use), bound); };
    ReputationFacts facts;
    for (IdentityRecord& record : facts.records) {
      record = {.known = drawn(4) != 0,
                .active_days = static_cast<std::uint32_t>(drawn(40)),
                .today = static_cast<std::uint32_t>(drawn(5000)),
                .recent_max = static_cast<std::uint32_t>(drawn(3000)),
                .accepted_milli = drawn(10'000'000),
                .unknown_milli = drawn(1'000'000),
                .traps_milli = drawn(8'000),
                .complaints_milli = drawn(100'000)};
    }
    facts.authentication = static_cast<AuthenticationLevel>(drawn(4));
    facts.content_milli = static_cast<std::int32_t>(drawn(10'001));
    const std::int64_t sender = weigh_sender(settings_, weights_, facts);
    ASSERT_EQ(score_of_sender(sender), score(facts, false)) << i;
    ASSERT_EQ(score_of_message(weights_, facts, sender), score(facts, true)) << i;
  }
}

TEST_F(ReputationScoreTest, TheLotMovesTheThresholdWithinItsBand) {
  EXPECT_EQ(junk_threshold_milli(weights_, 0), 400);
  EXPECT_EQ(junk_threshold_milli(weights_, 500'000), 500);
  EXPECT_EQ(junk_threshold_milli(weights_, 999'999), 599);
  weights_.spread_ppm = 0;
  EXPECT_EQ(junk_threshold_milli(weights_, 0), 500);
}

TEST_F(ReputationScoreTest, WhatIsFineGrowsFromTheRecentMaximum) {
  settings_.initial_daily_cap = 200;
  EXPECT_EQ(fine_volume(settings_, {}), 200U);
  EXPECT_EQ(fine_volume(settings_, {.recent_max = 100}), 200U) << "never less than a newcomer's share";
  EXPECT_EQ(fine_volume(settings_, {.recent_max = 1000}), 1400U);
  settings_.growth_milli = 2000;
  EXPECT_EQ(fine_volume(settings_, {.recent_max = 4'000'000'000}), 8'000'000'000U);
}

TEST_F(ReputationScoreTest, TheCapIsTwiceWhatIsFineAndATenthForWhoIsDistrusted) {
  settings_.initial_daily_cap = 200;
  EXPECT_EQ(daily_cap(settings_, {}, 1000), 400U);
  EXPECT_EQ(daily_cap(settings_, {}, 300), 400U);
  EXPECT_EQ(daily_cap(settings_, {}, 299), 40U);
  EXPECT_EQ(daily_cap(settings_, {.recent_max = 1000}, 1000), 2800U);
  settings_.initial_daily_cap = 2;
  EXPECT_EQ(daily_cap(settings_, {}, 0), 1U) << "0 would be no cap";
}

TEST_F(ReputationScoreTest, WithoutANewcomersCapThereIsNone) {
  EXPECT_EQ(daily_cap(settings_, {.recent_max = 1000}, 0), 0U);
}

TEST(SenderIdentity, NetworksAndNamesAreToldApart) {
  EXPECT_TRUE(is_network(SenderIdentity::ip));
  EXPECT_TRUE(is_network(SenderIdentity::netblock24));
  for (const SenderIdentity name :
       {SenderIdentity::dkim_domain, SenderIdentity::spf_domain, SenderIdentity::hdr_domain, SenderIdentity::sender}) {
    EXPECT_FALSE(is_network(name)) << to_string(name);
  }
}

}  // namespace
}  // namespace mailrig::policy
