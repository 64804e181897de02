#include "fakes/policy/recipient_command.h"

#include <gtest/gtest.h>

#include "tests/fakes/policy/fixture.h"

namespace mailrig::policy {
namespace {

using namespace testing;

const ReplyTemplate put_off = reply(Event::local_error, 451);

TEST(AssignRecipient, SplitsAndLowersAnAddress) {
  const Recipient plain = recipient("Jane.Doe@ISP.Example");
  EXPECT_EQ(plain.address, "Jane.Doe@ISP.Example");
  EXPECT_EQ(plain.local_part, "jane.doe");
  EXPECT_EQ(plain.domain, "isp.example");
  EXPECT_EQ(plain.command, "");
}

TEST(AssignRecipient, CommandsStandAtTheEndInAnyCase) {
  EXPECT_EQ(recipient("jane+unknown@isp.example").command, "unknown");
  EXPECT_EQ(recipient("jane+DeFer3@isp.example").command, "defer3");
  EXPECT_EQ(recipient("jane+defer1+drop@isp.example").command, "defer1+drop");
  EXPECT_EQ(recipient("jane+news+drop@isp.example").command, "drop");
  EXPECT_EQ(recipient("jane+news+drop@isp.example").local_part, "jane");
}

TEST(AssignRecipient, TheKeyIsTheMailboxes) {
  const std::uint64_t jane = recipient("jane@isp.example").key;
  EXPECT_EQ(recipient("Jane+news@ISP.example").key, jane);
  EXPECT_EQ(recipient("jane+defer1@isp.example").key, jane);
  EXPECT_NE(recipient("joe@isp.example").key, jane);
  EXPECT_NE(recipient("jane@isp.test").key, jane);
}

// RFC 5233: what follows the separator is the recipient's own business.
TEST(AssignRecipient, OtherSuffixesAreSubAddresses) {
  for (const std::string_view address :
       {"jane+news@isp.example", "jane+@isp.example", "jane+drop+news@isp.example", "jane+defer@isp.example",
        "jane+defer2x@isp.example", "jane+slow@isp.example", "jane+slowly@isp.example", "jane+slow10@isp.example",
        "jane+dropping@isp.example", "jane+defer99999999999@isp.example"}) {
    EXPECT_EQ(recipient(address).command, "") << address;
    EXPECT_EQ(recipient(address).local_part, "jane") << address;
  }
  EXPECT_EQ(recipient("+drop@isp.example").command, "") << "no mailbox before it";
  EXPECT_EQ(recipient("+drop@isp.example").local_part, "+drop");
}

TEST(ParseCommands, ReadsEachOfThem) {
  EXPECT_EQ(parse_commands("unknown").mailbox, MailboxStatus::unknown);
  EXPECT_EQ(parse_commands("full").mailbox, MailboxStatus::full);
  EXPECT_EQ(parse_commands("disabled").mailbox, MailboxStatus::disabled);
  EXPECT_EQ(parse_commands("defer12").defer_attempts, 12U);
  EXPECT_EQ(parse_commands("slow10s").delay, 10s);
  EXPECT_EQ(parse_commands("slow500ms").delay, 500ms);
  EXPECT_TRUE(parse_commands("drop").drop);
  EXPECT_TRUE(parse_commands("dropstored").drop_stored);
  EXPECT_TRUE(parse_commands("discard").discard);
  EXPECT_EQ(parse_commands("spam").spam, true);
  EXPECT_EQ(parse_commands("inbox").spam, false);
  EXPECT_EQ(parse_commands("discard").spam, std::nullopt);
  EXPECT_TRUE(parse_commands("complain").complain);
  EXPECT_TRUE(parse_commands("reply").reply);
  EXPECT_TRUE(parse_commands("ooto").auto_reply);
  EXPECT_TRUE(parse_commands("bounce").bounce);
}

TEST(ParseCommands, SeveralApplyTogether) {
  const RecipientCommands commands = parse_commands("slow2s+defer1+drop");
  EXPECT_EQ(commands.delay, 2s);
  EXPECT_EQ(commands.defer_attempts, 1U);
  EXPECT_TRUE(commands.drop);
  EXPECT_FALSE(commands.mailbox);
}

class CommandedDeferralTest : public ::testing::Test {
 protected:
  // Event of the refusal, or accepted; an accepted one goes through end of data.
  Event attempt(std::string_view to, Instant now = start, std::string_view from = "news@shop.example") {
    Session session = session_from("198.18.2.10", from);
    const Recipient candidate = recipient(to);
    if (const auto verdict = policy_.rcpt(now, session, candidate)) return verdict->event;
    session.recipients.push_back(candidate);
    policy_.accepted(now, session, {});
    return Event::accepted;
  }

  CommandedDeferral policy_{{&put_off, Phase::rcpt}};
};

TEST_F(CommandedDeferralTest, DefersAsOftenAsCommanded) {
  EXPECT_EQ(attempt("jane+defer2@isp.example"), Event::local_error);
  EXPECT_EQ(attempt("jane+defer2@isp.example", start + 5min), Event::local_error);
  EXPECT_EQ(attempt("jane+defer2@isp.example", start + 10min), Event::accepted);
}

TEST_F(CommandedDeferralTest, EachPairCountsItsOwn) {
  EXPECT_EQ(attempt("jane+defer1@isp.example", start, "a@shop.example"), Event::local_error);
  EXPECT_EQ(attempt("jane+defer1@isp.example", start, "b@shop.example"), Event::local_error);
  EXPECT_EQ(attempt("joe+defer1@isp.example", start, "a@shop.example"), Event::local_error);
  EXPECT_EQ(attempt("jane+defer1@isp.example", start, "a@shop.example"), Event::accepted);
}

TEST_F(CommandedDeferralTest, TheNextMessageIsDeferredAsOften) {
  ASSERT_EQ(attempt("jane+defer1@isp.example"), Event::local_error);
  ASSERT_EQ(attempt("jane+defer1@isp.example"), Event::accepted);
  EXPECT_EQ(attempt("jane+defer1@isp.example"), Event::local_error);
}

TEST_F(CommandedDeferralTest, LeavesEverybodyElseAlone) {
  EXPECT_EQ(attempt("jane@isp.example"), Event::accepted);
  EXPECT_EQ(attempt("jane+news@isp.example"), Event::accepted);
  EXPECT_EQ(attempt("jane+defer0@isp.example"), Event::accepted);
}

}  // namespace
}  // namespace mailrig::policy
