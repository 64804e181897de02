#include "sim/plan/recipients.h"

#include <gtest/gtest.h>

#include <array>
#include <set>

namespace mailrig::plan {
namespace {

scenario::List generated(std::uint64_t count) {
  scenario::List list;
  list.name = "buyers";
  list.local = "buyers";
  list.count = count;
  return list;
}

const ReceiverDomains receiver_domains = {{"gmail.example", "googlemail.example"}, {"qq.example"}};

Recipients recipients(const scenario::List& list, std::vector<std::uint32_t> to_ppm, std::uint64_t seed = 1) {
  auto created = Recipients::create(list, to_ppm, receiver_domains, Draw(seed));
  EXPECT_TRUE(created);
  return std::move(*created);
}

TEST(GeneratedList, RepeatsNobodyBeforeItsEnd) {
  const scenario::List list = generated(1000);
  const Recipients people = recipients(list, {600'000, 400'000});
  std::set<std::string> seen;
  std::array<int, 2> taken{};
  for (std::uint64_t i = 0; i < 1000; ++i) {
    const PlannedRecipient person = people.at(i);
    EXPECT_TRUE(seen.insert(person.address).second) << person.address;
    EXPECT_TRUE(person.address.starts_with(local_prefix(list))) << person.address;
    EXPECT_TRUE(person.address.ends_with(person.receiver == 0 ? "@gmail.example" : "@qq.example"));
    EXPECT_LE(person.address.size(), people.address_octets_max());
    ++taken[person.receiver];
  }
  EXPECT_EQ(taken, (std::array<int, 2>{600, 400}));
  // The second round writes to the same people.
  EXPECT_EQ(people.at(1000).address, people.at(0).address);
  EXPECT_EQ(people.at(1001).receiver, people.at(1).receiver);
}

TEST(GeneratedList, NumbersAreOfOneWidth) {
  const scenario::List list = generated(100);
  const Recipients people = recipients(list, {0, 1'000'000});
  std::set<std::string> seen;
  for (std::uint64_t i = 0; i < 100; ++i) seen.insert(people.at(i).address);
  EXPECT_EQ(*seen.begin(), "buyers.001@qq.example");
  EXPECT_EQ(*seen.rbegin(), "buyers.100@qq.example");
}

TEST(GeneratedList, OrderFollowsTheSeed) {
  const scenario::List list = generated(1000);
  const Recipients one = recipients(list, {1'000'000, 0}, 1);
  const Recipients other = recipients(list, {1'000'000, 0}, 2);
  int same = 0;
  for (std::uint64_t i = 0; i < 100; ++i) same += one.at(i).address == other.at(i).address ? 1 : 0;
  EXPECT_LT(same, 5);
}

TEST(GeneratedList, NeedsADomainToLiveAt) {
  const scenario::List list = generated(10);
  const std::array<std::uint32_t, 3> to = {0, 500'000, 500'000};
  const auto created = Recipients::create(list, to, receiver_domains, Draw(1));
  ASSERT_FALSE(created);
  EXPECT_NE(created.error().message.find("no domain"), std::string::npos);
}

TEST(ListFromFile, KeepsItsOrderAndCommands) {
  scenario::List list;
  list.name = "people";
  list.file = "people.csv";
  list.addresses = {"anna+defer3@Googlemail.example", "bob@qq.example", "carla@elsewhere.example"};
  list.count = list.addresses.size();
  const Recipients people = recipients(list, {});
  EXPECT_EQ(people.at(0).address, "anna+defer3@Googlemail.example");
  EXPECT_EQ(people.at(0).receiver, 0u);
  EXPECT_EQ(people.at(1).receiver, 1u);
  EXPECT_EQ(people.at(2).receiver, no_receiver);
  EXPECT_EQ(people.at(3).address, people.at(0).address);
}

}  // namespace
}  // namespace mailrig::plan
