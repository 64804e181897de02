#include "fakes/receiver/mailboxes.h"

#include <gtest/gtest.h>

#include <array>
#include <string>

#include "fakes/policy/recipient_command.h"

namespace mailrig::receiver {
namespace {

using policy::MailboxStatus;

// How many of 100,000 addresses have each status.
std::array<int, 4> census(const Mailboxes& mailboxes, const std::string& prefix) {
  std::array<int, 4> counts{};
  for (int i = 0; i < 100'000; ++i) {
    ++counts[static_cast<std::size_t>(mailboxes.status(prefix + std::to_string(i), "isp.example"))];
  }
  return counts;
}

void expect_within_a_tenth(int count, int expected) {
  EXPECT_GE(count, expected - expected / 10);
  EXPECT_LE(count, expected + expected / 10);
}

TEST(Mailboxes, SharesHoldOverManyAddresses) {
  const Mailboxes mailboxes(Draw(7), {.unknown_ppm = 30'000, .full_ppm = 10'000, .disabled_ppm = 5'000});
  const auto counts = census(mailboxes, "person");
  expect_within_a_tenth(counts[static_cast<std::size_t>(MailboxStatus::unknown)], 3000);
  expect_within_a_tenth(counts[static_cast<std::size_t>(MailboxStatus::full)], 1000);
  expect_within_a_tenth(counts[static_cast<std::size_t>(MailboxStatus::disabled)], 500);
}

TEST(Mailboxes, AnAddressAlwaysBehavesTheSame) {
  const MailboxShares shares{.unknown_ppm = 500'000};
  const Mailboxes one(Draw(7), shares), same(Draw(7), shares), another_seed(Draw(8), shares);
  int differ = 0;
  for (int i = 0; i < 1000; ++i) {
    const std::string local_part = "person" + std::to_string(i);
    EXPECT_EQ(one.status(local_part, "isp.example"), same.status(local_part, "isp.example"));
    differ += one.status(local_part, "isp.example") != another_seed.status(local_part, "isp.example");
  }
  EXPECT_GT(differ, 300);
}

// The values are part of the product: a run must repeat on every machine and in every version.
TEST(Mailboxes, TheDrawIsFrozen) {
  const Mailboxes mailboxes(Draw(7), {.unknown_ppm = 500'000});
  std::string drawn;
  for (int i = 0; i < 16; ++i) {
    drawn += mailboxes.status("person" + std::to_string(i), "isp.example") == MailboxStatus::unknown ? 'u' : '.';
  }
  EXPECT_EQ(drawn, ".uu.u.uuu..uuu..");
}

TEST(Mailboxes, ListsHaveSharesOfTheirOwn) {
  const Mailboxes mailboxes(Draw(7), {.unknown_ppm = 1'000'000},
                            {{"buyers.", {.unknown_ppm = 30'000}}, {"buyers.vip.", {}}});
  expect_within_a_tenth(census(mailboxes, "buyers.")[static_cast<std::size_t>(MailboxStatus::unknown)], 3000);
  EXPECT_EQ(census(mailboxes, "buyers.vip.")[static_cast<std::size_t>(MailboxStatus::ok)], 100'000)
      << "the longest prefix counts";
  EXPECT_EQ(census(mailboxes, "stranger")[static_cast<std::size_t>(MailboxStatus::unknown)], 100'000);
}

// RFC 5321 §4.5.1: postmaster MUST be supported.
TEST(Mailboxes, PostmasterAlwaysExists) {
  const Mailboxes mailboxes(Draw(7), {.unknown_ppm = 1'000'000});
  EXPECT_EQ(mailboxes.status("postmaster", "isp.example"), MailboxStatus::ok);
  EXPECT_EQ(mailboxes.status("jane", "isp.example"), MailboxStatus::unknown);
}

// How many of 100,000 mailboxes know the domain.
int acquaintances(const Mailboxes& mailboxes, const std::string& prefix, std::string_view author_domain) {
  int count = 0;
  policy::Recipient mailbox;
  for (int i = 0; i < 100'000; ++i) {
    policy::assign_recipient(mailbox, prefix + std::to_string(i) + "@isp.example");
    count += mailboxes.has_contact(mailbox, author_domain);
  }
  return count;
}

TEST(Mailboxes, SomeKnowTheSendersDomain) {
  const Mailboxes mailboxes(Draw(7), {.contacts_ppm = 20'000}, {{"buyers.", {.contacts_ppm = 50'000}}, {"x.", {}}});
  expect_within_a_tenth(acquaintances(mailboxes, "person", "shop.example"), 2000);
  expect_within_a_tenth(acquaintances(mailboxes, "buyers.", "shop.example"), 5000);
  EXPECT_EQ(acquaintances(mailboxes, "x.", "shop.example"), 0);
  EXPECT_EQ(acquaintances(mailboxes, "person", ""), 0) << "a message without an author";
}

TEST(Mailboxes, AnAddressBookIsDrawnForEachMailboxAndDomain) {
  const Mailboxes mailboxes(Draw(7), {.contacts_ppm = 500'000});
  int differ = 0;
  policy::Recipient mailbox;
  for (int i = 0; i < 1000; ++i) {
    policy::assign_recipient(mailbox, "person" + std::to_string(i) + "@isp.example");
    const bool knows = mailboxes.has_contact(mailbox, "shop.example");
    EXPECT_EQ(mailboxes.has_contact(mailbox, "Shop.Example"), knows);
    differ += mailboxes.has_contact(mailbox, "bank.example") != knows;
  }
  EXPECT_GT(differ, 400);
}

TEST(Mailboxes, SpamTrapsKnowNobody) {
  const Mailboxes mailboxes(Draw(7), {.trap_ppm = 1'000'000, .contacts_ppm = 1'000'000});
  EXPECT_EQ(acquaintances(mailboxes, "person", "shop.example"), 0);
}

// As TheDrawIsFrozen.
TEST(Mailboxes, TheDrawOfContactsIsFrozen) {
  const Mailboxes mailboxes(Draw(7), {.contacts_ppm = 500'000});
  std::string drawn;
  policy::Recipient mailbox;
  for (int i = 0; i < 16; ++i) {
    policy::assign_recipient(mailbox, "person" + std::to_string(i) + "@isp.example");
    drawn += mailboxes.has_contact(mailbox, "shop.example") ? 'k' : '.';
  }
  EXPECT_EQ(drawn, "kk.k.k.k..k...kk");
}

}  // namespace
}  // namespace mailrig::receiver
