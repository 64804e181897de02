#include "sim/world/own_mailboxes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fakes/policy/recipient_command.h"
#include "fakes/receiver/observer.h"
#include "tests/sim/world/scenario_text.h"

namespace mailrig::world {
namespace {

TEST(OwnMailboxes, ThoseOfEveryDomainThoseNamedAndWhereBouncesGo) {
  const auto scenario = parse_scenario(R"(
senders: { shop: { domain: shop.example, mailboxes: [Support] }, other: { domain: other.example } }
receivers: { gmail: {} }
mail:
  code: { sender: shop, verp: true }
  news: { sender: shop, envelope_from: "News-Bounces+x@shop.example" }
  note: { sender: other, envelope_from: "elsewhere@third.example", reply_to: "Desk@other.example" }
lists: { few: { count: 1 } }
traffic: [ { mail: code, list: few, schedule: { rate: 1/s, count: 1 } } ]
)");
  EXPECT_THAT(own_mailboxes(scenario, scenario.senders[0]),
              testing::UnorderedElementsAre("postmaster", "abuse", "support", "bounces", "news-bounces"));
  EXPECT_THAT(own_mailboxes(scenario, scenario.senders[1]),
              testing::UnorderedElementsAre("postmaster", "abuse", "no-reply", "desk"))
      << "none is named, so those that its mail speaks of are there";
}

TEST(OwnMailboxes, RefusesAllOthers) {
  const policy::ReplyTemplate unknown{
      .key = "unknown_user", .event = policy::Event::unknown_user, .code = 550, .text = "no"};
  OwnMailboxes policy({"support"}, {&unknown, policy::Phase::rcpt});
  const auto asked = [&](std::string_view address) {
    policy::Recipient candidate;
    policy::assign_recipient(candidate, address);
    return policy.rcpt({}, {}, candidate).has_value();
  };
  EXPECT_FALSE(asked("Support@shop.example"));
  EXPECT_FALSE(asked("support+42@shop.example"));
  EXPECT_TRUE(asked("no-reply@shop.example"));
}

}  // namespace
}  // namespace mailrig::world
