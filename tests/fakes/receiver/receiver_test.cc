#include "fakes/receiver/receiver.h"

#include <gmock/gmock.h>

#include <set>

#include "tests/fakes/receiver/fixture.h"

namespace mailrig::receiver {
namespace {

using namespace testing;
using policy::Disposition;
using policy::Event;
using policy::Phase;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

// A provider without habits of its own: what these tests are about is the receiver's book-keeping.
constexpr std::string_view plain = R"(
extends: postgrey-site
domains: [isp.example, isp.test]
greylist: { enabled: false }
limits: { connections_per_ip: 2, messages_per_connection: 3, rcpts_per_message: 3 }
)";

constexpr policy::Copy stored{.disposition = Disposition::store, .spam = false, .because = {}};
constexpr policy::Copy stored_and_cut{.disposition = Disposition::drop_stored, .spam = false, .because = {}};
constexpr policy::Copy dropped{.disposition = Disposition::drop, .spam = false, .because = {}};

class PlainReceiverTest : public ReceiverTest {
 protected:
  PlainReceiverTest() { make("plain", plain); }
};

TEST_F(PlainReceiverTest, AnAcceptedMessageIsStoredOncePerRecipient) {
  {
    Connection connection(*receiver_, start);
    EXPECT_EQ(connection.greeting(), "220 mail.small.example ESMTP Postfix");
    EXPECT_EQ(connection.helo(), "250 mail.small.example");
    EXPECT_EQ(connection.mail(), "250 2.1.0 Ok");
    EXPECT_EQ(connection.rcpt("Jane@isp.example"), "250 2.1.5 Ok");
    EXPECT_EQ(connection.rcpt("joe@isp.test"), "250 2.1.5 Ok");
    EXPECT_THAT(connection.data(), ::testing::MatchesRegex("250 2.0.0 Ok: queued as [0-9a-f]{16}"));
    EXPECT_THAT(connection.last_data().copies, ElementsAre(stored, stored));
    EXPECT_TRUE(connection.last_data().verdict.accepted());
  }
  EXPECT_THAT(diary_.take(),
              ElementsAre("opened", "stored Jane@isp.example", "Jane@isp.example accepted at data with message",
                          "stored joe@isp.test", "joe@isp.test accepted at data with message", "closed"));
}

TEST_F(PlainReceiverTest, ARefusalAtConnectNamesNoRecipientAndCloses) {
  Connection first(*receiver_, start), second(*receiver_, start);
  diary_.take();
  Connection third(*receiver_, start);
  EXPECT_EQ(third.greeting(), "421 4.7.0 mail.small.example Error: too many connections from 198.18.2.10");
  EXPECT_TRUE(third.last().close);
  EXPECT_FALSE(third.session().greeted);
  third.hang_up();
  EXPECT_THAT(diary_.take(), ElementsAre("opened", "refused too_many_connections at connect: 421", "closed"));
}

TEST_F(PlainReceiverTest, ARefusalAtMailNamesNoRecipient) {
  Connection connection(*receiver_, start);
  for (int i = 0; i < 3; ++i) ASSERT_THAT(connection.send("jane@isp.example"), StartsWith("250"));
  diary_.take();
  EXPECT_EQ(connection.mail(), "421 4.7.0 mx.isp.example Too many messages on this connection");
  EXPECT_TRUE(connection.last().close);
  EXPECT_THAT(diary_.take(), ElementsAre("refused rate_limited at mail: 421"));
}

TEST_F(PlainReceiverTest, ARefusedRecipientIsToldAtOnceAndTheOthersGoOn) {
  Connection connection(*receiver_, start);
  connection.mail();
  connection.rcpt("jane@isp.example");
  EXPECT_EQ(connection.rcpt("jane@elsewhere.example"), "554 5.7.1 <jane@elsewhere.example>: Relay access denied");
  EXPECT_EQ(connection.rcpt("no-domain"), "501 5.1.3 Bad recipient address syntax");
  connection.rcpt("joe@isp.example");
  connection.rcpt("jim@isp.example");
  EXPECT_EQ(connection.rcpt("fourth@isp.example"), "452 4.5.3 Error: too many recipients");
  EXPECT_THAT(connection.data(), StartsWith("250"));
  EXPECT_THAT(diary_.take(),
              ElementsAre("opened", "jane@elsewhere.example relay_denied at rcpt", "no-domain syntax_error at rcpt",
                          "fourth@isp.example too_many_recipients at rcpt", "stored jane@isp.example",
                          "jane@isp.example accepted at data with message", "stored joe@isp.example",
                          "joe@isp.example accepted at data with message", "stored jim@isp.example",
                          "jim@isp.example accepted at data with message"));
}

TEST_F(PlainReceiverTest, ARefusalAtDataIsForAllRecipients) {
  Connection connection(*receiver_, start);
  connection.message.size = 10'240'001;
  connection.mail();
  connection.rcpt("jane@isp.example");
  connection.rcpt("joe@isp.example");
  EXPECT_EQ(connection.data(), "552 5.3.4 Message size exceeds fixed limit");
  EXPECT_THAT(diary_.take(), ElementsAre("opened", "jane@isp.example too_large at data with message",
                                         "joe@isp.example too_large at data with message"));
}

TEST_F(PlainReceiverTest, ADeclaredSizeIsRefusedAtMail) {
  Connection connection(*receiver_, start);
  EXPECT_EQ(connection.mail("news@shop.example", 10'240'001), "552 5.3.4 Message size exceeds fixed limit");
}

TEST_F(PlainReceiverTest, ACutBeforeEndOfDataTimesOutWhoWasWaiting) {
  Connection connection(*receiver_, start);
  connection.mail();
  connection.rcpt("jane@isp.example");
  diary_.take();
  connection.hang_up();
  EXPECT_THAT(diary_.take(), ElementsAre("jane@isp.example timeout at data", "closed"));
}

TEST_F(PlainReceiverTest, AClientThatGivesUpByItselfTimesOutNobody) {
  Connection connection(*receiver_, start);
  connection.mail();
  connection.rcpt("jane@isp.example");
  diary_.take();
  connection.reset();
  connection.hang_up();
  EXPECT_THAT(diary_.take(), ElementsAre("closed"));
}

TEST_F(PlainReceiverTest, NobodyTimesOutAfterEndOfDataWasAnswered) {
  Connection connection(*receiver_, start);
  connection.send("jane@isp.example");
  diary_.take();
  connection.hang_up();
  EXPECT_THAT(diary_.take(), ElementsAre("closed"));
}

TEST_F(PlainReceiverTest, ASecondTransactionStartsAfresh) {
  Connection connection(*receiver_, start);
  connection.send("jane@isp.example");
  EXPECT_EQ(connection.session().recipients.size(), 1U) << "readable for rendering the reply";
  connection.mail("second@shop.example");
  EXPECT_TRUE(connection.session().recipients.empty());
  EXPECT_EQ(connection.session().mail_from, "second@shop.example");
  EXPECT_EQ(connection.session().messages, 2U);
}

TEST_F(PlainReceiverTest, TokensDifferBetweenTransactionsAndRepeatBetweenRuns) {
  const auto tokens = [this] {
    std::vector<std::string> replies;
    make("plain", plain);
    for (int i = 0; i < 2; ++i) {
      Connection connection(*receiver_, start);
      replies.push_back(connection.send("jane@isp.example"));
      replies.push_back(connection.send("jane@isp.example"));
    }
    return replies;
  };
  const auto first = tokens();
  EXPECT_EQ(first, tokens());
  EXPECT_EQ(std::set<std::string>(first.begin(), first.end()).size(), 4U);
}

TEST_F(PlainReceiverTest, WorksUnobserved) {
  Receiver silent("silent", profile("plain", plain), Mailboxes(Draw(1)), Draw(1), nullptr);
  Connection connection(silent, start);
  EXPECT_THAT(connection.send("jane@isp.example"), StartsWith("250"));
  EXPECT_THAT(connection.send("jane@elsewhere.example"), StartsWith("554"));
}

TEST_F(PlainReceiverTest, GoesDownAndComesUp) {
  EXPECT_FALSE(receiver_->conditions().down);
  receiver_->set_conditions({.down = true});
  EXPECT_TRUE(receiver_->conditions().down);
}

TEST_F(PlainReceiverTest, PlainTextIsRefusedAtMailWhereTlsIsRequired) {
  make("strict", std::string(plain) + "tls: { required: true }\n");
  Connection connection(*receiver_, start);
  EXPECT_EQ(connection.without_tls().mail(), "530 5.7.0 Must issue a STARTTLS command first");
}

// Yahoo says so after DATA; one reply serves all recipients.
TEST_F(PlainReceiverTest, AnUnknownUserSpokenOfAtDataRefusesTheTransaction) {
  make("late", std::string(plain) + "phases: { unknown_user: data }\n");
  Connection connection(*receiver_, start);
  connection.mail();
  EXPECT_THAT(connection.rcpt("jane@isp.example"), StartsWith("250"));
  EXPECT_THAT(connection.rcpt("joe+unknown@isp.example"), StartsWith("250"));
  EXPECT_THAT(connection.data(), StartsWith("550 5.1.1"));
  EXPECT_THAT(diary_.take(), ElementsAre("opened", "jane@isp.example unknown_user at data with message",
                                         "joe+unknown@isp.example unknown_user at data with message"));
  EXPECT_THAT(connection.send("jane@isp.example"), StartsWith("250")) << "the next transaction is another matter";
}

class CommandsTest : public PlainReceiverTest {};

TEST_F(CommandsTest, MailboxCommandsSpeakTheProfilesWords) {
  Connection connection(*receiver_, start);
  connection.mail();
  EXPECT_EQ(connection.rcpt("jane+unknown@isp.example"),
            "550 5.1.1 <jane+unknown@isp.example>: Recipient address rejected: User unknown in local recipient table");
  EXPECT_EQ(connection.rcpt("jane+full@isp.example"), "552 5.2.2 <jane+full@isp.example>: mailbox full");
  EXPECT_EQ(connection.rcpt("jane+disabled@isp.example"), "550 5.2.1 <jane+disabled@isp.example>: mailbox disabled");
}

TEST_F(CommandsTest, DeferAnswersWithTheLocalError) {
  EXPECT_EQ(accepted_of(1, start, "jane+defer2@isp.example"), 0);
  EXPECT_EQ(accepted_of(1, start, "jane+defer2@isp.example"), 0);
  EXPECT_EQ(accepted_of(1, start, "jane+defer2@isp.example"), 1);
  EXPECT_THAT(diary_.take(), ::testing::Contains("jane+defer2@isp.example local_error at rcpt").Times(2));
}

TEST_F(CommandsTest, SlowDelaysTheReplyToRcptWhateverItIs) {
  Connection connection(*receiver_, start);
  connection.mail();
  connection.rcpt("jane+slow10s@isp.example");
  EXPECT_EQ(connection.last().delay, 10s);
  EXPECT_TRUE(connection.last().accepted());
  connection.rcpt("jane+slow500ms+unknown@isp.example");
  EXPECT_EQ(connection.last().delay, 500ms);
  EXPECT_EQ(connection.last().event, Event::unknown_user);
  connection.rcpt("jane@isp.example");
  EXPECT_EQ(connection.last().delay, 0s);
}

TEST_F(CommandsTest, DropCutsAndStoresNothing) {
  Connection connection(*receiver_, start);
  EXPECT_EQ(connection.send("jane+drop@isp.example"), "cut");
  EXPECT_THAT(connection.last_data().copies, ElementsAre(dropped));
  EXPECT_FALSE(connection.last_data().verdict.accepted());
  connection.hang_up();
  EXPECT_THAT(diary_.take(), ElementsAre("opened", "jane+drop@isp.example timeout at data with message", "closed"));
}

TEST_F(CommandsTest, DropStoredStoresAndThenCuts) {
  Connection connection(*receiver_, start);
  EXPECT_EQ(connection.send("jane+dropstored@isp.example"), "cut");
  EXPECT_THAT(diary_.take(), ElementsAre("opened", "stored jane+dropstored@isp.example",
                                         "jane+dropstored@isp.example timeout at data with message"));
}

// The classic duplicate: the sender never heard that the first copy was stored.
TEST_F(CommandsTest, DropStoredCutsAMessagesFirstAttemptOnly) {
  Connection connection(*receiver_, start);
  EXPECT_EQ(connection.send("jane+dropstored@isp.example"), "cut");
  EXPECT_THAT(connection.send("jane+dropstored@isp.example"), StartsWith("250"));
  EXPECT_THAT(diary_.take(), ::testing::Contains("stored jane+dropstored@isp.example").Times(2));
  connection.message.message_id = "2@shop.example";
  EXPECT_EQ(connection.send("jane+dropstored@isp.example"), "cut") << "another message";
}

TEST_F(CommandsTest, DiscardIsForItsOwnRecipient) {
  Connection connection(*receiver_, start);
  connection.mail();
  connection.rcpt("jane+discard@isp.example");
  connection.rcpt("joe@isp.example");
  EXPECT_THAT(connection.data(), StartsWith("250"));
  EXPECT_THAT(diary_.take(), ElementsAre("opened", "jane+discard@isp.example discarded at data with message",
                                         "stored joe@isp.example", "joe@isp.example accepted at data with message"));
}

TEST_F(CommandsTest, ACutIsForTheWholeTransactionAndNothingStoredWins) {
  Connection connection(*receiver_, start);
  connection.mail();
  connection.rcpt("jane+dropstored@isp.example");
  connection.rcpt("joe@isp.example");
  EXPECT_EQ(connection.data(), "cut");
  EXPECT_THAT(connection.last_data().copies, ElementsAre(stored_and_cut, stored_and_cut));

  connection.message.message_id = "2@shop.example";
  connection.mail();
  connection.rcpt("jane+dropstored@isp.example");
  connection.rcpt("joe@isp.example");
  connection.rcpt("jim+drop@isp.example");
  EXPECT_EQ(connection.data(), "cut");
  EXPECT_THAT(connection.last_data().copies, ElementsAre(stored_and_cut, dropped, dropped));
}

TEST_F(CommandsTest, SpamAndInboxAreForTheirOwnRecipient) {
  Connection connection(*receiver_, start);
  connection.mail();
  for (const char* to : {"jane+spam@isp.example", "joe@isp.example", "jim+inbox@isp.example"}) connection.rcpt(to);
  EXPECT_THAT(connection.data(), StartsWith("250"));
  EXPECT_THAT(diary_.take(), ::testing::IsSupersetOf({"stored jane+spam@isp.example as spam", "stored joe@isp.example",
                                                      "stored jim+inbox@isp.example"}));
  EXPECT_EQ(connection.last_data().copies.front().because, "recipient");
  EXPECT_EQ(connection.send("jane+spam+dropstored@isp.example"), "cut");
  EXPECT_THAT(diary_.take(), ::testing::Contains("stored jane+spam+dropstored@isp.example as spam"));
}

// A provider that files everything as spam.
constexpr const char* strict = "reputation: { identities: [ip] }\nplacement: { junk_below: 100%, spread: 0% }\n";

TEST_F(PlainReceiverTest, TheRecipientsWishStandsAboveTheProviders) {
  make("plain", std::string(plain) + strict);
  Connection connection(*receiver_, start);
  connection.mail();
  for (const char* to : {"jane+spam@isp.example", "joe@isp.example", "jim+inbox@isp.example"}) connection.rcpt(to);
  EXPECT_THAT(connection.data(), StartsWith("250"));
  EXPECT_THAT(diary_.take(),
              ::testing::IsSupersetOf({"stored jane+spam@isp.example as spam", "stored joe@isp.example as spam",
                                       "stored jim+inbox@isp.example"}));
}

TEST_F(PlainReceiverTest, ContactsBringMailToTheInbox) {
  make("plain", std::string(plain) + strict + "mailboxes: { contacts: 50% }\n");
  int inbox = 0;
  int spam = 0;
  for (int i = 0; i < 800; ++i) {
    Connection connection(*receiver_, start);
    connection.send(fmt::format("person{}@isp.example", i));
    const policy::Copy copy = connection.last_data().copies.at(0);
    EXPECT_EQ(copy.because, copy.spam ? "reputation" : "recipient");
    ++(copy.spam ? spam : inbox);
  }
  EXPECT_NEAR(inbox, 400, 50);
  EXPECT_EQ(inbox + spam, 800);
  Connection connection(*receiver_, start);
  EXPECT_THAT(connection.send("jane+spam@isp.example"), StartsWith("250"));
  EXPECT_TRUE(connection.last_data().copies.at(0).spam) << "whoever knows the sender, a command is a command";
}

TEST_F(CommandsTest, SeveralInOneAddress) {
  EXPECT_THAT(Connection(*receiver_, start).send("jane+defer1+drop@isp.example"), StartsWith("45"));
  EXPECT_EQ(Connection(*receiver_, start).send("jane+defer1+drop@isp.example"), "cut");
}

TEST_F(CommandsTest, ABounceIsAcceptedAndNotStored) {
  Connection connection(*receiver_, start);
  EXPECT_THAT(connection.send("jane+bounce@isp.example"), StartsWith("250"));
  EXPECT_EQ(connection.last_data().copies.at(0).disposition, Disposition::bounce);
  EXPECT_THAT(diary_.lines, Not(Contains(StartsWith("stored"))));
}

TEST_F(CommandsTest, WhoeverComplainsHasItInTheInbox) {
  make("plain", std::string(plain) + strict);
  Connection connection(*receiver_, start);
  connection.send("jane+complain@isp.example");
  EXPECT_FALSE(connection.last_data().copies.at(0).spam);
  connection.send("jane@isp.example");
  EXPECT_TRUE(connection.last_data().copies.at(0).spam);
}

TEST_F(PlainReceiverTest, TellsTheByteEngineItsLimitsAndWords) {
  make("plain", std::string(plain) + "replies: { data_go: '354 go on' }\n");
  const auto config = receiver_->server_config("mx2.isp.example", IpAddress::parse("198.18.2.10"));
  EXPECT_EQ(config.host_name, "mx2.isp.example");
  EXPECT_EQ(config.ehlo_greeting, "mail.small.example");
  EXPECT_THAT(config.extensions, ::testing::Contains("SIZE 10240000"));
  EXPECT_TRUE(config.starttls);
  EXPECT_GT(config.message_bytes_max, 10'240'000U) << "so that the policy, not the engine, refuses";
  EXPECT_GT(config.recipients_max, 3U);
  EXPECT_EQ(config.errors_max, 20);
  EXPECT_EQ(config.command_timeout, 300s);
  EXPECT_EQ(config.data_go_ahead, (smtp::Reply{354, "go on"}));
  EXPECT_EQ(config.timeout, (smtp::Reply{421, "4.4.2 mail.small.example Error: timeout exceeded"}));
  EXPECT_EQ(config.too_many_errors, (smtp::Reply{421, "4.7.0 mail.small.example Error: too many errors"}));
  EXPECT_EQ(config.too_large, (smtp::Reply{552, "5.3.4 Message size exceeds fixed limit"}));

  const auto gmail = make("gmail").server_config("alt1.gmail-smtp-in.l.google.com", IpAddress::parse("198.18.2.10"));
  EXPECT_EQ(gmail.ehlo_greeting, "mx.google.com at your service, [198.18.2.10]");
}

class ConditionsTest : public PlainReceiverTest {
 protected:
  void befall(auto policy::Conditions::*member, auto value) {
    policy::Conditions conditions;
    conditions.*member = value;
    receiver_->set_conditions(conditions);
  }
};

TEST_F(ConditionsTest, ASlowServerTakesItsTimeForEveryReply) {
  befall(&policy::Conditions::slow, 7s);
  Connection connection(*receiver_, start);
  EXPECT_EQ(connection.last().delay, 7s);
  connection.helo();
  EXPECT_EQ(connection.last().delay, 7s);
  connection.mail();
  EXPECT_EQ(connection.last().delay, 7s);
  connection.rcpt("jane@elsewhere.example");
  EXPECT_EQ(connection.last().delay, 7s) << "refusals too";
  connection.rcpt("jane+slow10s@isp.example");
  EXPECT_EQ(connection.last().delay, 17s) << "on top of what was asked for";
  connection.data();
  EXPECT_EQ(connection.last().delay, 7s);
  connection.mail("news@shop.example", 10'240'001);
  EXPECT_EQ(connection.last().delay, 7s);
  Connection second(*receiver_, start), third(*receiver_, start);
  ASSERT_THAT(third.greeting(), StartsWith("421"));
  EXPECT_EQ(third.last().delay, 7s);
}

TEST_F(ConditionsTest, WithoutTlsStarttlsIsNotOffered) {
  EXPECT_TRUE(receiver_->offers_starttls());
  befall(&policy::Conditions::tls, false);
  EXPECT_FALSE(receiver_->offers_starttls());
  const auto config = receiver_->server_config("mx.isp.example");
  EXPECT_FALSE(config.starttls);
  EXPECT_THAT(config.extensions, ::testing::Not(::testing::Contains("STARTTLS")));
  EXPECT_THAT(config.extensions, ::testing::Contains("SIZE 10240000")) << "the others are";
}

TEST_F(ConditionsTest, WhoNeverOffersTlsDoesNotBeginTo) {
  make("bare", std::string(plain) + "ehlo: [8BITMIME]\n");
  EXPECT_FALSE(receiver_->offers_starttls());
}

TEST_F(ConditionsTest, GarbageIsAllThatTheClientHears) {
  befall(&policy::Conditions::garbage, true);
  Connection connection(*receiver_, start);
  EXPECT_FALSE(connection.session().greeted);
  EXPECT_TRUE(connection.last().close);
  const smtp::Reply said = receiver_->render(start, connection.session(), connection.last());
  EXPECT_EQ(said.code, 0);
  EXPECT_THAT(said.text, HasSubstr("<html>"));
  EXPECT_THAT(diary_.take(), ElementsAre("opened", "refused local_error at connect: 0"));
}

TEST_F(ConditionsTest, MaintenanceSendsEverybodyAwayUntilItIsOver) {
  make("plain", std::string(plain) + "replies: { maintenance: '421 4.3.2 closed today' }\n");
  befall(&policy::Conditions::maintenance, true);
  EXPECT_EQ(Connection(*receiver_, start).greeting(), "421 4.3.2 closed today");
  receiver_->set_conditions({});
  EXPECT_THAT(Connection(*receiver_, start).greeting(), StartsWith("220"));
}

// Whoever sends a connection away, the limit of connections counts it as long as it is open.
TEST_F(ConditionsTest, BadDaysLeaveTheCountOfConnectionsAlone) {
  Connection first(*receiver_, start), second(*receiver_, start);
  for (const auto condition : {&policy::Conditions::maintenance, &policy::Conditions::garbage}) {
    befall(condition, true);
    for (int i = 0; i < 3; ++i) Connection(*receiver_, start).hang_up();
  }
  receiver_->set_conditions({});
  EXPECT_THAT(Connection(*receiver_, start).greeting(), StartsWith("421")) << "two are open";
  second.hang_up();
  EXPECT_THAT(Connection(*receiver_, start).greeting(), StartsWith("220"));
}

TEST_F(ConditionsTest, AnOverloadedServerPutsOffItsShare) {
  make("plain", std::string(plain) + "phases: { local_error: mail }\n");
  befall(&policy::Conditions::deferring_ppm, 400'000U);
  const int accepted = accepted_of(500, start, "jane@isp.example");
  EXPECT_GT(accepted, 250);
  EXPECT_LT(accepted, 350);
  EXPECT_THAT(diary_.take(), ::testing::Contains("refused local_error at mail: 450").Times(500 - accepted));
}

TEST_F(ConditionsTest, LimitsTightenWithoutANewReceiver) {
  make("plain", R"(
extends: postgrey-site
domains: [isp.example]
greylist: { enabled: false }
limits: { rate_windows: [{ scope: ip, count: 4, window: 1h, event: rate_limited/ip }] }
)");
  befall(&policy::Conditions::limits_ppm, 500'000U);
  EXPECT_EQ(accepted_of(5, start, "jane@isp.example"), 2);
}

TEST_F(PlainReceiverTest, OfSeveralWordingsOneIsSaidAndRepeatsWithTheRun) {
  const auto heard = [this] {
    make("plain", std::string(plain) + R"(
replies: { unknown_user: { any_of: ['550 5.1.1 one', '550 5.1.1 two', '550 5.1.1 three'] } }
)");
    std::vector<std::string> replies;
    for (int i = 0; i < 60; ++i) {
      Connection connection(*receiver_, start);
      connection.mail();
      replies.push_back(connection.rcpt("joe+unknown@isp.example"));
      EXPECT_EQ(connection.rcpt("jim+unknown@isp.example"), replies.back()) << "the same for the whole transaction";
    }
    return replies;
  };
  const auto first = heard();
  EXPECT_EQ(first, heard());
  EXPECT_EQ(std::set<std::string>(first.begin(), first.end()).size(), 3U);
}

// A plain provider with a memory: newcomers may send two copies a day.
constexpr std::string_view remembering = R"(
reputation: { identities: [ip], initial_daily_cap: 2, growth_per_day: 1 }
phases: { reputation_throttled: connect }
)";

TEST_F(PlainReceiverTest, ASenderThatTheWorldKnowsIsNoNewcomer) {
  make("plain", std::string(plain) + std::string(remembering));
  EXPECT_EQ(accepted_of(20, start, "jane@isp.example"), 4) << "twice what is fine";
  receiver_->remember(
      start, {.ip = IpAddress::parse("198.18.2.11").value(), .domain = "shop.example", .days = 60, .copies_a_day = 8});
  EXPECT_EQ(accepted_of(20, start, "jane@isp.example", "198.18.2.11"), 16);
  EXPECT_EQ(accepted_of(20, start, "jane@isp.example", "198.18.2.12"), 4) << "nobody else is known";
}

TEST_F(PlainReceiverTest, WhoHasNoMemoryRemembersNobody) {
  receiver_->remember(
      start, {.ip = IpAddress::parse("198.18.2.10").value(), .domain = "shop.example", .days = 60, .copies_a_day = 8});
  EXPECT_EQ(accepted_of(1, start, "jane@isp.example"), 1);
}

}  // namespace
}  // namespace mailrig::receiver
