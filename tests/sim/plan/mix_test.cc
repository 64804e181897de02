#include "sim/plan/mix.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>

#include "fakes/mail/inspect.h"
#include "tests/temporary_folder.h"

namespace mailrig::plan {
namespace {

using namespace std::chrono_literals;

const ReceiverDomains domains = {{"gmail.example"}, {"qq.example"}};

scenario::Scenario shop() {
  scenario::Scenario scenario;
  scenario.seed = 7;
  scenario.start = *parse_rfc3339("2026-03-02T08:00:00Z");
  scenario.senders.emplace_back();
  scenario.senders[0].domain = "shop.example";
  scenario.receivers.resize(2);
  scenario::List list;
  list.name = list.local = "buyers";
  list.count = 10'000;
  scenario.lists.push_back(list);
  scenario::Mail mail;
  mail.name = "order";
  mail.from = {"Shop", {"no-reply", "shop.example"}};
  mail.envelope_from = "bounces@shop.example";
  mail.size = {3'000, 12'000, 48'000};
  scenario.mail.push_back(mail);
  scenario::Traffic traffic;
  traffic.to_ppm = {600'000, 400'000};
  traffic.at = 5s;
  traffic.schedule.rate = {50, 1s};
  traffic.schedule.length = 20s;
  scenario.traffic.push_back(traffic);
  return scenario;
}

Traffic make(const scenario::Scenario& scenario) {
  auto made = Traffic::create(scenario, domains);
  EXPECT_TRUE(made) << made.error().to_string();
  return std::move(*made);
}

TEST(Mix, FollowsItsSchedule) {
  const scenario::Scenario scenario = shop();
  const Traffic traffic = make(scenario);
  ASSERT_EQ(traffic.entries(), 1u);
  Arrivals arrivals = traffic.arrivals(0);
  EXPECT_EQ(arrivals.total(), 1'000u);
  EXPECT_EQ(*arrivals.next(), scenario.start + 5s);
  EXPECT_EQ(*arrivals.next(), scenario.start + 5s + 20ms);
  EXPECT_FALSE(traffic.closed_loop(0));
}

TEST(Mix, PlansEveryMessageOfTheSlot) {
  const scenario::Scenario scenario = shop();
  const Traffic traffic = make(scenario);
  std::set<std::uint64_t> ids;
  std::set<std::string> addresses;
  int to_gmail = 0, small = 0;
  for (std::uint64_t slot = 0; slot < 10'000; ++slot) {
    const PlannedMessage message = traffic.message(0, slot, scenario.start);
    EXPECT_NE(message.id, 0u);
    ids.insert(message.id);
    ASSERT_EQ(message.recipients.size(), 1u);
    addresses.insert(message.recipients[0].address);
    to_gmail += message.recipients[0].receiver == 0 ? 1 : 0;
    EXPECT_GE(message.size_bytes, 3'000u);
    EXPECT_LE(message.size_bytes, 48'000u);
    small += message.size_bytes <= 12'000 ? 1 : 0;
    EXPECT_EQ(message.mail_from, "bounces@shop.example");
    EXPECT_EQ(message.slot, slot);
    EXPECT_FALSE(message.smtputf8);
  }
  EXPECT_EQ(ids.size(), 10'000u);
  EXPECT_EQ(addresses.size(), 10'000u);
  EXPECT_EQ(to_gmail, 6'000);
  EXPECT_NEAR(small, 5'000, 200);  // the median is one
}

TEST(Mix, RendersWhatWasPlanned) {
  scenario::Scenario scenario = shop();
  scenario.mail[0].language = scenario::Language::zh;
  const Traffic traffic = make(scenario);
  for (std::uint64_t slot = 0; slot < 300; ++slot) {
    const PlannedMessage message = traffic.message(0, slot, scenario.start + 1s);
    const std::string text = traffic.render(message);
    ASSERT_EQ(text.size(), message.size_bytes);
    const mail::MessageTraits traits = mail::inspect(text);
    EXPECT_EQ(traits.rig_id, message.id);
    EXPECT_EQ(traits.header_from_domain, "shop.example");
    std::string message_id;
    EXPECT_TRUE(traffic.write_generated_message_id(message_id, 0, slot, message.id));
    EXPECT_EQ(traits.message_id, message_id);
    EXPECT_FALSE(traffic.known_body_digest(message));
    EXPECT_EQ(traffic.layout(message), traffic.layout(traffic.message(0, 0, scenario.start)));
  }
}

// Neither the order of the questions nor who asks changes an answer.
TEST(Mix, IsAPureFunctionOfSeedEntryAndSlot) {
  scenario::Scenario scenario = shop();
  const Traffic one = make(scenario);
  const Traffic again = make(scenario);
  const PlannedMessage late = again.message(0, 9'999, scenario.start);
  EXPECT_EQ(one.render(one.message(0, 3, scenario.start)), again.render(again.message(0, 3, scenario.start)));
  EXPECT_EQ(one.message(0, 9'999, scenario.start).id, late.id);
  scenario.seed = 8;
  EXPECT_NE(make(scenario).message(0, 3, scenario.start).id, one.message(0, 3, scenario.start).id);
}

TEST(Mix, EntriesHaveTheirOwnMessages) {
  scenario::Scenario scenario = shop();
  scenario.traffic.push_back(scenario.traffic[0]);
  const Traffic traffic = make(scenario);
  EXPECT_NE(traffic.message(0, 0, scenario.start).id, traffic.message(1, 0, scenario.start).id);
  EXPECT_EQ(traffic.message(1, 0, scenario.start).traffic, 1u);
}

TEST(Mix, SizesBelowTheSmallestAreRaised) {
  scenario::Scenario scenario = shop();
  scenario.mail[0].size = {1, 1, 1};
  const Traffic traffic = make(scenario);
  const PlannedMessage message = traffic.message(0, 0, scenario.start);
  EXPECT_GT(message.size_bytes, 300u);
  EXPECT_LT(message.size_bytes, 1'000u);
  EXPECT_EQ(traffic.render(message).size(), message.size_bytes);
}

TEST(Mix, SpreadsSeveralRecipientsPerMessage) {
  scenario::Scenario scenario = shop();
  scenario.mail[0].recipients = 5;
  const Traffic traffic = make(scenario);
  std::set<std::string> addresses;
  for (std::uint64_t slot = 0; slot < 2'000; ++slot) {
    const PlannedMessage message = traffic.message(0, slot, scenario.start);
    ASSERT_EQ(message.recipients.size(), 5u);
    for (const auto& recipient : message.recipients) addresses.insert(recipient.address);
  }
  EXPECT_EQ(addresses.size(), 10'000u);
  const PlannedMessage message = traffic.message(0, 5, scenario.start);
  EXPECT_EQ(traffic.render(message).size(), message.size_bytes);
}

TEST(Mix, VerpMakesEachReversePathUnique) {
  scenario::Scenario scenario = shop();
  scenario.mail[0].verp = true;
  const Traffic traffic = make(scenario);
  const PlannedMessage message = traffic.message(0, 1, scenario.start);
  EXPECT_EQ(message.mail_from, "bounces+" + mail::format_rig_id(message.id) + "@shop.example");
  EXPECT_NE(message.mail_from, traffic.message(0, 2, scenario.start).mail_from);
  scenario.mail[0].envelope_from.clear();
  EXPECT_EQ(make(scenario).message(0, 1, scenario.start).mail_from, "");
}

TEST(Mix, InternationalRecipientsNeedSmtputf8) {
  scenario::Scenario scenario = shop();
  scenario.lists[0].file = "people.txt";
  scenario.lists[0].addresses = {"用户@qq.example", "user@qq.example"};
  scenario.lists[0].count = 2;
  scenario.traffic[0].to_ppm.clear();
  const Traffic traffic = make(scenario);
  EXPECT_TRUE(traffic.message(0, 0, scenario.start).smtputf8);
  EXPECT_FALSE(traffic.message(0, 1, scenario.start).smtputf8);
  const PlannedMessage message = traffic.message(0, 0, scenario.start);
  EXPECT_EQ(traffic.render(message).size(), message.size_bytes);
}

TEST(Mix, ClosedLoopsHaveNoArrivals) {
  scenario::Scenario scenario = shop();
  scenario.traffic[0].schedule.kind = scenario::ScheduleKind::saturate;
  scenario.traffic[0].schedule.in_flight = 20;
  const auto loop = make(scenario).closed_loop(0);
  ASSERT_TRUE(loop);
  EXPECT_EQ(loop->in_flight, 20u);
  EXPECT_EQ(loop->start, scenario.start + 5s);
}

TEST(Mix, ReplaysATrace) {
  scenario::Scenario scenario = shop();
  scenario.lists[0].file = "trace.csv";
  scenario.lists[0].addresses = {"b@qq.example", "a@gmail.example"};
  scenario.lists[0].count = 2;
  scenario::Traffic& entry = scenario.traffic[0];
  entry.to_ppm = {};
  entry.schedule = {};
  entry.schedule.kind = scenario::ScheduleKind::replay;
  entry.schedule.trace = std::make_shared<const scenario::Trace>(
      scenario::Trace{.offsets = {Duration(250ms), Duration(1h)}, .sizes_bytes = {5'000, 0}});
  const Traffic traffic = make(scenario);
  Arrivals arrivals = traffic.arrivals(0);
  EXPECT_EQ(arrivals.total(), 2u);
  EXPECT_EQ(*arrivals.next(), scenario.start + 5s + 250ms);
  EXPECT_EQ(*arrivals.next(), scenario.start + 5s + 1h);
  EXPECT_FALSE(arrivals.next());
  EXPECT_EQ(traffic.message(0, 0, scenario.start).recipients[0].address, "b@qq.example");
  EXPECT_EQ(traffic.message(0, 0, scenario.start).size_bytes, 5'000u);
  EXPECT_GE(traffic.message(0, 1, scenario.start).size_bytes, 3'000u) << "not known: as others of its kind";
}

TEST(Mix, SendsTheUsersOwnMessagesInTurn) {
  const TemporaryFolder folder;
  std::ofstream(folder / "a.eml") << "From: a@own.example\nSubject: one\n\nbody one\n";
  std::ofstream(folder / "b.eml") << "From: b@own.example\nSubject: zwei \xc3\xbc\n\nbody two\n";
  scenario::Scenario scenario = shop();
  scenario.mail[0].files = {folder.path()};
  const Traffic traffic = make(scenario);
  for (std::uint64_t slot = 0; slot < 4; ++slot) {
    const PlannedMessage message = traffic.message(0, slot, scenario.start);
    const std::string text = traffic.render(message);
    EXPECT_EQ(text.size(), message.size_bytes);
    EXPECT_EQ(message.smtputf8, slot % 2 == 1);
    EXPECT_TRUE(text.ends_with(slot % 2 == 0 ? "body one\r\n" : "body two\r\n"));
    EXPECT_EQ(mail::inspect(text).rig_id, message.id);
    EXPECT_EQ(mail::inspect(text).body_digest, traffic.known_body_digest(message));
    std::string message_id;
    EXPECT_FALSE(traffic.write_generated_message_id(message_id, 0, slot, message.id));
    EXPECT_EQ(traffic.layout(message), traffic.layout(traffic.message(0, slot % 2, scenario.start)));
  }
  EXPECT_NE(traffic.layout(traffic.message(0, 0, scenario.start)),
            traffic.layout(traffic.message(0, 1, scenario.start)));
}

TEST(Mix, AMessageThatCannotBeTamperedWithIsNamed) {
  const TemporaryFolder folder;
  std::ofstream(folder / "a.eml") << "From: a@own.example\nSubject: one\n\n";
  scenario::Scenario scenario = shop();
  scenario.mail[0].files = {folder.path()};
  scenario.mail[0].tamper = scenario::Tamper::header;
  EXPECT_TRUE(Traffic::create(scenario, domains));
  scenario.mail[0].tamper = scenario::Tamper::body;
  const auto made = Traffic::create(scenario, domains);
  ASSERT_FALSE(made);
  EXPECT_THAT(made.error().message, testing::HasSubstr("a.eml"));
}

TEST(Mix, NamesTheFileItCannotRead) {
  scenario::Scenario scenario = shop();
  scenario.mail[0].files = {"nowhere/missing.eml"};
  const auto made = Traffic::create(scenario, domains);
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().file, "nowhere/missing.eml");
}

}  // namespace
}  // namespace mailrig::plan
