// What each shipped profile says, and when: the texts are the providers' own (their sources stand in the profiles).
#include "fakes/receiver/shipped_profiles.h"

#include <gmock/gmock.h>

#include "tests/fakes/receiver/fixture.h"

namespace mailrig::receiver {
namespace {

using namespace testing;
using policy::Event;
using policy::Phase;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::StartsWith;

class ShippedProfileTest : public ReceiverTest {};

TEST_F(ShippedProfileTest, AllOfThemLoadUnderTheirOwnNames) {
  EXPECT_THAT(list_profiles(),
              ElementsAre("aliyun", "barracuda", "comcast", "exchange-online", "exmail", "gmail", "gmx",
                          "google-workspace", "icloud", "mailru", "mimecast", "netease", "orange", "outlook",
                          "postgrey-site", "proofpoint", "qq", "sina", "sink", "sohu", "t-online", "yahoo", "yandex"));
  for (const std::string& name : list_profiles()) {
    const auto loaded = load_profile(name);
    ASSERT_TRUE(loaded) << loaded.error().to_string();
    EXPECT_EQ(loaded->name, name);
    EXPECT_FALSE(loaded->description.empty()) << name;
    EXPECT_FALSE(loaded->mx.empty()) << name;
  }
}

// Every value says where it comes from.
TEST_F(ShippedProfileTest, EveryValueNamesItsSourceOrThatItIsAssumed) {
  for (const ShippedProfile& shipped : shipped_profiles()) {
    std::string_view rest = shipped.yaml;
    while (!rest.empty()) {
      const std::string_view line = rest.substr(0, rest.find('\n'));
      rest.remove_prefix(std::min(line.size() + 1, rest.size()));
      const bool is_value = !line.empty() && line.front() != '#' && !line.ends_with(':');
      const bool is_name = line.starts_with("name:") || line.starts_with("kind:");
      const bool has_source = line.find(" # src: ") != line.npos || line.find(" # assumed") != line.npos ||
                              line.find("# structure src: ") != line.npos;
      EXPECT_TRUE(!is_value || is_name || has_source) << shipped.name << ": " << line;
    }
  }
}

TEST_F(ShippedProfileTest, GmailGreets) {
  make("gmail");
  Connection connection(*receiver_, start);
  EXPECT_THAT(connection.greeting(), MatchesRegex("220 mx.google.com ESMTP [0-9a-f]{16} - gsmtp"));
  EXPECT_EQ(connection.helo(), "250 mx.google.com at your service, [198.18.2.10]");
  EXPECT_THAT(connection.mail(), MatchesRegex("250 2.1.0 OK [0-9a-f]{16} - gsmtp"));
  EXPECT_THAT(connection.rcpt("jane@gmail.com"), StartsWith("250 "));
  EXPECT_THAT(connection.data(), MatchesRegex("250 2.0.0 OK 1772438400 [0-9a-f]{16} - gsmtp"));
}

TEST_F(ShippedProfileTest, GmailTempfailsPlainTextAfterData) {
  make("gmail");
  Connection connection(*receiver_, start);
  connection.without_tls();
  ASSERT_THAT(connection.mail(), StartsWith("250"));
  ASSERT_THAT(connection.rcpt("jane@gmail.com"), StartsWith("250"));
  EXPECT_THAT(connection.data(),
              StartsWith("421 4.7.29 Your email has been rate limited because you're not using a TLS connection. "));
  EXPECT_EQ(connection.last().event, Event::tls_required);
  EXPECT_TRUE(connection.last().close);
}

TEST_F(ShippedProfileTest, GmailRefusesASixthConnection) {
  make("gmail");
  std::vector<std::unique_ptr<Connection>> open;
  for (int i = 0; i < 5; ++i) open.push_back(std::make_unique<Connection>(*receiver_, start));
  EXPECT_THAT(Connection(*receiver_, start).greeting(),
              StartsWith("421 4.7.0 Try again later, closing connection. (EHLO) "));
  open.pop_back();
  EXPECT_THAT(Connection(*receiver_, start).greeting(), StartsWith("220 "));
}

TEST_F(ShippedProfileTest, GmailLimitsWhatOneMailboxReceivesPerMinute) {
  make("gmail");
  EXPECT_EQ(accepted_of(60, start, "jane@gmail.com"), 60);
  Connection connection(*receiver_, start + 1s);
  connection.mail();
  EXPECT_THAT(connection.rcpt("jane@gmail.com"),
              StartsWith("450 4.2.1 The user you are trying to contact is receiving email too quickly. "));
  EXPECT_EQ(connection.last().scope, "rcpt");
  EXPECT_THAT(connection.rcpt("joe@gmail.com"), StartsWith("250"));
  EXPECT_EQ(accepted_of(1, start + 65s, "jane@gmail.com"), 1);
}

// "The restriction lasts about 24 hours."
TEST_F(ShippedProfileTest, GmailShutsAMailboxForADayThatGotTooMuchInADay) {
  make("gmail", R"({ limits: { rate_windows: [
      { scope: rcpt, count: 5, window: 1d, event: rate_limited/rcpt_hard, block: 1d } ] } })");
  ASSERT_EQ(accepted_of(6, start, "jane@gmail.com"), 5);
  Connection connection(*receiver_, start + 23h);
  connection.mail();
  EXPECT_THAT(connection.rcpt("jane@gmail.com"),
              StartsWith("550 5.2.1 The user you are trying to contact is receiving email at a rate that prevents"));
}

TEST_F(ShippedProfileTest, GmailLimitsAnIpAfterData) {
  make("gmail",
       "limits: { connections_per_ip: 0, rate_windows: [{ scope: ip, count: 3, window: 1h, event: "
       "rate_limited/ip }, { scope: netblock24, count: 5, window: 1h, event: rate_limited/netblock }] }");
  ASSERT_EQ(accepted_of(4, start, "jane@gmail.com"), 3);
  Connection same(*receiver_, start);
  EXPECT_THAT(same.send("jane@gmail.com"),
              MatchesRegex("421 4.7.28 (Gmail has detected an unusual rate of email originating from your IP address "
                           "198.18.2.10|.198.18.2.10. Our system has detected an unusual rate of).*"));
  EXPECT_EQ(same.last().phase, Phase::data);
  ASSERT_EQ(accepted_of(3, start, "jane@gmail.com", "198.18.2.11"), 2);
  Connection neighbour(*receiver_, start, "198.18.2.12");
  EXPECT_THAT(neighbour.send("jane@gmail.com"), HasSubstr("originating from your IP Netblock 198.18.2.0/24. "));
}

TEST_F(ShippedProfileTest, GmailLimitsRepetitionsOfAMessageId) {
  make("gmail", "limits: { connections_per_ip: 0, messages_per_connection: 0, rcpts_per_message: 0 }");
  Connection connection(*receiver_, start);
  for (int i = 0; i < 100; ++i) ASSERT_THAT(connection.send(fmt::format("p{}@gmail.com", i)), StartsWith("250"));
  EXPECT_THAT(connection.send("last@gmail.com"),
              StartsWith("421 4.7.28 Gmail has detected this sender exceeded the quota for sending messages that have "
                         "the same Message-ID:. "));
}

TEST_F(ShippedProfileTest, GmailOnRecipients) {
  make("gmail");
  Connection connection(*receiver_, start);
  connection.mail();
  EXPECT_THAT(connection.rcpt("jane+unknown@gmail.com"),
              MatchesRegex("550 5.1.1 The email account that you tried to reach does not exist. .* go to\n"
                           "5.1.1  https://support.google.com/mail/\\?p=NoSuchUser [0-9a-f]{16} - gsmtp"));
  EXPECT_THAT(connection.rcpt("jane+full@gmail.com"), StartsWith("452 4.2.2 The recipient's inbox is out of storage"));
  EXPECT_THAT(connection.rcpt("jane+disabled@gmail.com"), StartsWith("550 5.2.1 The email account that you tried"));
  EXPECT_THAT(connection.rcpt("jane@gmail.com"), StartsWith("250"));
  EXPECT_THAT(connection.rcpt("jane@googlemail.com"),
              StartsWith("451 4.3.0 Multiple destination domains per transaction is unsupported. Please try again. "));
}

TEST_F(ShippedProfileTest, GmailOnMessages) {
  make("gmail");
  Connection connection(*receiver_, start);
  EXPECT_THAT(connection.mail("news@shop.example", 60'000'000),
              StartsWith("552 5.3.4 Your message exceeded Google's message size limits. "));
  connection.message.received_hops = 51;
  EXPECT_THAT(connection.send("jane@gmail.com"), StartsWith("554 5.4.6 "));
}

TEST_F(ShippedProfileTest, OutlookThrottlesAtMail) {
  make("outlook",
       "limits: { messages_per_connection: 0, rate_windows: [{ scope: ip, count: 2, window: 1h, event: "
       "reputation_throttled }] }");
  ASSERT_EQ(accepted_of(2, start, "jane@outlook.com"), 2);
  Connection connection(*receiver_, start);
  EXPECT_EQ(connection.greeting().substr(0, 101),
            "220 mx.isp.example Microsoft ESMTP MAIL Service ready at Mon, 02 Mar 2026 08:00:00 +0000 [" +
                connection.greeting().substr(90, 11));
  EXPECT_THAT(
      connection.mail(),
      MatchesRegex(
          "4[25]1 (4\\.7\\.65[01] The mail server \\[198\\.18\\.2\\.10\\] has been temporarily rate limited due "
          "to IP reputation\\. For e-mail delivery information, see https://.* "
          "\\[mx\\.isp\\.example 2026-03-02T08:00:00Z [0-9a-f]{8}\\]|RP-001 .*)"));
  EXPECT_EQ(connection.last().event, Event::reputation_throttled);
  EXPECT_EQ(connection.last().phase, Phase::mail);
}

TEST_F(ShippedProfileTest, OutlookOnRecipients) {
  make("outlook");
  Connection connection(*receiver_, start);
  EXPECT_EQ(connection.mail(), "250 2.1.0 Sender OK");
  EXPECT_EQ(connection.rcpt("jane+unknown@hotmail.com"),
            "550 5.5.0 Requested action not taken: mailbox unavailable. [mx.isp.example]");
  EXPECT_EQ(connection.rcpt("jane+full@live.com"), "552 5.2.2 Mailbox full [mx.isp.example]");
  EXPECT_EQ(connection.rcpt("jane+defer1@msn.com"),
            "451 4.7.500 Server busy. Please try again later from [198.18.2.10]. (AS77712344) [mx.isp.example]");
  EXPECT_EQ(connection.rcpt("jane@outlook.com"), "250 2.1.5 Recipient OK");
  EXPECT_THAT(connection.data(), MatchesRegex("250 2\\.6\\.0 <1@shop\\.example> \\[InternalId=[0-9]+, "
                                              "Hostname=mx\\.isp\\.example\\] 1000 bytes in 0\\.212, [0-9]+ KB/sec "
                                              "Queued mail for delivery -> 250 2\\.1\\.5"));
}

TEST_F(ShippedProfileTest, OutlookSpeaksOfABusyMailboxAfterData) {
  make("outlook", "limits: { rate_windows: [{ scope: rcpt, count: 3, window: 1h, event: rate_limited/rcpt }] }");
  ASSERT_EQ(accepted_of(3, start, "jane@outlook.com"), 3);
  Connection connection(*receiver_, start);
  connection.mail();
  ASSERT_THAT(connection.rcpt("jane@outlook.com"), StartsWith("250"));
  EXPECT_THAT(connection.data(), StartsWith("554 5.2.122 The recipient has exceeded their limit for the number of"));
}

TEST_F(ShippedProfileTest, OutlookLimitsNewConnections) {
  make("outlook");
  for (int i = 0; i < 600; ++i) ASSERT_THAT(Connection(*receiver_, start).greeting(), StartsWith("220"));
  EXPECT_THAT(Connection(*receiver_, start).greeting(),
              StartsWith("421 RP-003 The mail server IP connecting to Outlook.com server has exceeded the connection"));
}

// "over per-minute limit → blocked some minutes", and the refusal is permanent in its code.
TEST_F(ShippedProfileTest, QqRefusesTooMuchFromAnIpAfterDataForMinutes) {
  make("qq", "limits: { messages_per_connection: 0 }");
  Connection connection(*receiver_, start);
  for (int i = 0; i < 120; ++i) ASSERT_EQ(connection.send(fmt::format("{}@qq.com", i)), "250 OK: queued as.");
  EXPECT_THAT(connection.send("jane@qq.com"),
              MatchesRegex("550 Ip frequency limited \\[[0-9a-f]{16} Blocked IP 198\\.18\\.2\\.10\\]\\. "
                           "http://service\\.mail\\.qq\\.com/cgi-bin/help\\?subtype=1&&id=20022&&no=1000725"));
  EXPECT_EQ(connection.last().phase, Phase::data);
  EXPECT_FALSE(connection.last().close);
  connection.later(5min - 1s);
  EXPECT_THAT(connection.send("jane@qq.com"), StartsWith("550 Ip frequency limited"));
  connection.later(1s);
  EXPECT_EQ(connection.send("jane@qq.com"), "250 OK: queued as.");
}

TEST_F(ShippedProfileTest, QqNoticesTooManyConnectionsAtConnectAndSaysSoAfterData) {
  make("qq");
  for (int i = 0; i < 120; ++i) Connection(*receiver_, start);
  Connection connection(*receiver_, start);
  EXPECT_EQ(connection.greeting(), "220 mx.isp.example MX QQ Mail Server.");
  EXPECT_EQ(connection.mail(), "250 OK.");
  EXPECT_EQ(connection.rcpt("jane@qq.com"), "250 OK");
  EXPECT_THAT(connection.data(), StartsWith("550 Connection frequency limited ["));
  EXPECT_EQ(connection.last().scope, "conn");
  diary_.take();
  EXPECT_THAT(connection.send("jane@qq.com"), StartsWith("550 Connection frequency limited ["));
  EXPECT_THAT(diary_.take(), ElementsAre("jane@qq.com rate_limited at data with message"));
}

TEST_F(ShippedProfileTest, QqHasWordsForSendersAndDomains) {
  make("qq", R"({ limits: { messages_per_connection: 0, rate_windows: [
      { scope: sender, count: 1, window: 1h, event: rate_limited/sender },
      { scope: hdr_domain, count: 3, window: 1h, event: rate_limited/domain } ] } })");
  Connection connection(*receiver_, start);
  ASSERT_THAT(connection.send("jane@qq.com", "a@shop.example"), StartsWith("250"));
  EXPECT_THAT(connection.send("jane@qq.com", "a@shop.example"), StartsWith("550 Sender frequency limited. "));
  ASSERT_THAT(connection.send("jane@qq.com", "b@shop.example"), StartsWith("250"));
  ASSERT_THAT(connection.send("jane@qq.com", "c@shop.example"), StartsWith("250"));
  EXPECT_EQ(connection.send("jane@qq.com", "d@shop.example"),
            "550 Domain frequency limited. https://service.mail.qq.com/detail/122/173");
}

TEST_F(ShippedProfileTest, QqSpeaksOfSizeAfterData) {
  make("qq");
  Connection connection(*receiver_, start);
  connection.message.size = 80'000'000;
  ASSERT_EQ(connection.mail("news@shop.example", 80'000'000), "250 OK.");
  connection.rcpt("jane@qq.com");
  EXPECT_EQ(connection.data(), "552 Message too large");
}

TEST_F(ShippedProfileTest, QqOnRecipientsAndConnections) {
  make("qq");
  Connection connection(*receiver_, start);
  connection.mail();
  EXPECT_THAT(connection.rcpt("jane+unknown@qq.com"), StartsWith("550 Mailbox not found. "));
  EXPECT_THAT(connection.rcpt("jane+disabled@qq.com"), StartsWith("550 jane+disabled@qq.com is a deactivated mailbox"));
  EXPECT_THAT(connection.rcpt("jane"), StartsWith("501 Bad address syntax. "));
  Connection second(*receiver_, start), third(*receiver_, start), fourth(*receiver_, start);
  Connection fifth(*receiver_, start);
  EXPECT_EQ(fifth.greeting(), "550 Connection denied");
}

TEST_F(ShippedProfileTest, PostgreySiteGreylistsAtRcptWhicheverHostIsAsked) {
  make("postgrey-site");
  {
    Connection connection(*receiver_, start);
    connection.mail();
    EXPECT_EQ(connection.rcpt("jane@small.example"),
              "450 4.2.0 <jane@small.example>: Recipient address rejected: Greylisted, see "
              "http://postgrey.schweikert.ch/help/small.example.html");
    EXPECT_EQ(connection.last().event, Event::greylisted);
  }
  EXPECT_EQ(accepted_of(1, start + 299s, "jane@small.example"), 0);
  EXPECT_EQ(accepted_of(1, start + 300s, "jane@small.example"), 1);
}

TEST_F(ShippedProfileTest, PostgreySiteTellsAnUnknownUserAtOnce) {
  make("postgrey-site");
  Connection connection(*receiver_, start);
  connection.mail();
  EXPECT_THAT(connection.rcpt("jane+unknown@small.example"), StartsWith("550 5.1.1 "));
}

TEST_F(ShippedProfileTest, SinkTakesEverythingAndDropsIt) {
  make("sink");
  EXPECT_EQ(accepted_of(1000, start, "anybody@any.example"), 1000);
  diary_.take();
  Connection connection(*receiver_, start);
  connection.without_tls().message.size = 1'000'000'000;
  EXPECT_THAT(connection.send("jane@somewhere.example"), StartsWith("250"));
  EXPECT_THAT(diary_.take(), ElementsAre("opened", "jane@somewhere.example discarded at data with message"));
  EXPECT_THAT(connection.send("jane+unknown@somewhere.example"), StartsWith("550 5.1.1")) << "commands hold everywhere";
}

}  // namespace
}  // namespace mailrig::receiver
