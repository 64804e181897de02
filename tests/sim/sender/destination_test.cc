// MX choice: RFC 5321 §5.1.
#include "sim/sender/destination.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/sim/sender/driver.h"

namespace mailrig::sender {
namespace {

using testing::ElementsAre;

struct MxChoice : testing::Test {
  void learn(std::vector<dns::MxTarget> targets, Families families = {}) {
    take_answer(destination, now, {.status = dns::MxStatus::ok, .targets = std::move(targets), .ttl_s = 300}, families,
                names);
  }
  // Every address in the order in which they are tried when all fail.
  std::vector<std::string> walk() {
    std::vector<std::string> order;
    while (const MxAddress* target = choose_address(destination, now, draw, "sender")) {
      order.push_back(target->address.to_string());
      note_failure(destination, now, {.address = target->address, .host = target->host},
                   {.stage = smtp::Stage::connect});
    }
    start_new_round(destination);
    return order;
  }

  Destination destination;
  Names names;
  Draw draw{1};
  Instant now = start;
};

// "the SMTP client MUST be able to try (and retry) each of the relevant addresses in this list in order"
TEST_F(MxChoice, TriesEveryAddressOfEveryHostByPreference) {
  learn({{10, "mx1", {ip("192.0.2.1"), ip("192.0.2.2")}}, {20, "mx2", {ip("192.0.2.3")}}});
  EXPECT_THAT(walk(), ElementsAre("192.0.2.1", "192.0.2.2", "192.0.2.3"));
}

// "If there are multiple destinations with the same preference … the sender-SMTP MUST randomize them to spread the
// load"
TEST_F(MxChoice, SpreadsEqualPreferencesEvenlyAndRepeatably) {
  learn({{10, "mx1", {ip("192.0.2.1")}}, {10, "mx2", {ip("192.0.2.2")}}, {10, "mx3", {ip("192.0.2.3")}}});
  std::map<std::string, int> first;
  std::vector<std::string> sequence;
  for (destination.attempts = 0; destination.attempts < 3000; ++destination.attempts) {
    sequence.push_back(choose_address(destination, now, draw, "sender")->address.to_string());
    ++first[sequence.back()];
  }
  for (const auto& [address, count] : first) EXPECT_NEAR(count, 1000, 120) << address;
  EXPECT_EQ(first.size(), 3u);
  for (destination.attempts = 0; destination.attempts < 3000; ++destination.attempts)
    EXPECT_EQ(choose_address(destination, now, draw, "sender")->address.to_string(), sequence[destination.attempts]);
}

TEST_F(MxChoice, AnAddressThatFailedLatelyComesLastForAMinute) {
  learn({{10, "mx1", {ip("192.0.2.1")}}, {20, "mx2", {ip("192.0.2.2")}}});
  note_failure(destination, now, {.address = ip("192.0.2.1"), .host = "mx1"}, {.stage = smtp::Stage::connect});
  start_new_round(destination);
  now += 59s;
  EXPECT_EQ(choose_address(destination, now, draw, "sender")->address, ip("192.0.2.2"));
  now += 1s;
  EXPECT_EQ(choose_address(destination, now, draw, "sender")->address, ip("192.0.2.1"));
}

TEST_F(MxChoice, WhatIsKnownAboutAnAddressSurvivesANewAnswer) {
  learn({{10, "mx1", {ip("192.0.2.1")}}, {20, "mx2", {ip("192.0.2.2")}}});
  note_failure(destination, now, {.address = ip("192.0.2.1"), .host = "mx1"}, {.stage = smtp::Stage::connect});
  learn({{10, "mx9", {ip("192.0.2.9")}}, {20, "mx1", {ip("192.0.2.1")}}});
  EXPECT_THAT(walk(), ElementsAre("192.0.2.9"));
  now += failure_memory;
  EXPECT_THAT(walk(), ElementsAre("192.0.2.9", "192.0.2.1"));
}

TEST_F(MxChoice, AGreetingOf5yzSpeaksForTheWholeHost) {
  learn({{10, "mx1", {ip("192.0.2.1"), ip("192.0.2.2")}}, {20, "mx2", {ip("192.0.2.3")}}});
  note_failure(destination, now, {.address = ip("192.0.2.1"), .host = "mx1"},
               {.stage = smtp::Stage::greeting, .reply = smtp::Reply{554, "No SMTP service here"}});
  EXPECT_THAT(walk(), ElementsAre("192.0.2.3"));
}

TEST_F(MxChoice, SkipsAddressesThatTheSenderHasNoAddressFor) {
  learn({{10, "mx1", {ip("2001:db8::1"), ip("192.0.2.1")}}}, {.v4 = true, .v6 = false});
  EXPECT_THAT(walk(), ElementsAre("192.0.2.1"));
  learn({{10, "mx1", {ip("2001:db8::1")}}}, {.v4 = true, .v6 = false});
  EXPECT_THAT(walk(), ElementsAre());
  EXPECT_EQ(destination.failure.stage, smtp::Stage::connect);
}

TEST_F(MxChoice, AnAnswerIsKeptForItsTtlWithinASecondAndAnHour) {
  const auto kept = [&](dns::MxStatus status, std::uint32_t ttl_s) {
    take_answer(destination, now, {.status = status, .targets = {}, .ttl_s = ttl_s}, {}, names);
    return destination.answer_expires - now;
  };
  EXPECT_EQ(kept(dns::MxStatus::ok, 300), 300s);
  EXPECT_EQ(kept(dns::MxStatus::ok, 0), 1s);
  EXPECT_EQ(kept(dns::MxStatus::no_mail, 86400), 1h);
  EXPECT_EQ(kept(dns::MxStatus::temporary, 0), 30s);
}

TEST(DomainOf, IsWhatFollowsTheLastAt) {
  EXPECT_EQ(domain_of("anna@shop.example"), "shop.example");
  EXPECT_EQ(domain_of("\"a@b\"@shop.example"), "shop.example");
  EXPECT_EQ(domain_of("anna@[192.0.2.1]"), "[192.0.2.1]");
  EXPECT_EQ(domain_of("postmaster"), std::nullopt);
  EXPECT_EQ(domain_of("anna@"), std::nullopt);
}

TEST(Destinations, AreTheSameWhateverTheCase) {
  const Shapes shapes({}, {});
  Destinations destinations(shapes);
  const std::uint32_t first = destinations.find_or_add("Shop.Example");
  EXPECT_NE(destinations.find_or_add("other.example"), first);
  EXPECT_EQ(destinations.find_or_add("shop.EXAMPLE"), first);
  EXPECT_EQ(destinations[first].domain, "shop.example");
}
}  // namespace
}  // namespace mailrig::sender
