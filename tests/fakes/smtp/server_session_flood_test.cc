// Clients that send without end: what they send is not kept, and the session goes on, or is over, as if they had sent
// little.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <string>
#include <string_view>

#include "tests/fakes/smtp/yes_server.h"

namespace mailrig::smtp {
namespace {

using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr std::size_t gigabyte = 1'000'000'000;
constexpr long growth_kb_max = 8 * 1024;

// The most memory that this process ever had.
long memory_kb_max() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss;
}

// `bytes` of a repeated pattern, in reads as large as those of a socket.
void flood(YesServer& server, std::string_view pattern, std::size_t bytes) {
  std::string read;
  while (read.size() < 65'536) read += pattern;
  for (std::size_t sent = 0; sent < bytes; sent += read.size()) server.receive(read);
}

constexpr std::string_view into_data = "EHLO c\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<c@d.example>\r\nDATA\r\n";

// RFC 5321 §4.5.3.1.9: 500 for a line that is too long.
TEST(ServerSessionFlood, ACommandOfAGigabyteIsOneErrorAndNoMemory) {
  YesServer server;
  flood(server, "x", 100'000);
  const long before = memory_kb_max();
  flood(server, "x", gigabyte);
  EXPECT_EQ(server.said, "") << "nobody knows yet that the line is over";
  EXPECT_LT(memory_kb_max() - before, growth_kb_max);
  server.receive("\r\nNOOP\r\n");
  EXPECT_EQ(server.said, "500 5.5.2 Error: line too long\r\n250 2.0.0 Ok\r\n");
}

TEST(ServerSessionFlood, ALineOfAGigabyteInAMessageIsOneRefusalAndLittleMemory) {
  YesServer server;
  server.receive(into_data);
  server.said.clear();
  const long before = memory_kb_max();
  flood(server, "x", gigabyte);
  EXPECT_EQ(server.said, "");
  EXPECT_LT(memory_kb_max() - before, growth_kb_max);
  server.receive("\r\n.\r\nNOOP\r\n");
  // Larger than any message may be, which is what the client is told first.
  EXPECT_EQ(server.said, "552 5.3.4 Message size exceeds fixed limit\r\n250 2.0.0 Ok\r\n");
  EXPECT_THAT(server.messages, IsEmpty());
}

TEST(ServerSessionFlood, ALineBeyondReasonIsRefusedWithinAMessageOfAllowedSize) {
  YesServer server;
  server.receive(into_data);
  server.receive("Subject: x\r\n\r\n");
  flood(server, "x", 3'000'000);
  server.said.clear();
  server.receive("\r\nshort again\r\n.\r\nNOOP\r\n");
  EXPECT_EQ(server.said, "500 5.5.2 Line too long\r\n250 2.0.0 Ok\r\n");
  EXPECT_THAT(server.resets, ElementsAre("500 5.5.2 Line too long"));
  EXPECT_THAT(server.messages, IsEmpty());
}

// RFC 3030 §3: binary content has no lines, so that only the size of the whole counts.
TEST(ServerSessionFlood, BinaryContentMayBeOneLine) {
  YesServer server({.host_name = "mx.example", .extensions = {"8BITMIME", "CHUNKING", "BINARYMIME"}});
  server.receive("EHLO c\r\nMAIL FROM:<a@b.example> BODY=BINARYMIME\r\nRCPT TO:<c@d.example>\r\n");
  const std::string octets(3'000'000, 'x');
  server.receive("BDAT 3000000 LAST\r\n" + octets);
  EXPECT_THAT(server.messages, ElementsAre(octets));
}

TEST(ServerSessionFlood, AMessageThatNeverEndsKeepsNothingBeyondItsLimit) {
  YesServer server({.host_name = "mx.example", .message_bytes_max = 1'000'000});
  server.receive(into_data);
  const long before = memory_kb_max();
  flood(server, "text\r\n..\r\n", 16'000'000);
  EXPECT_LT(memory_kb_max() - before, growth_kb_max);
  server.said.clear();
  server.receive("\r\n.\r\n");
  EXPECT_EQ(server.said, "552 5.3.4 Message size exceeds fixed limit\r\n");
}

TEST(ServerSessionFlood, EmptyCommandsEndTheSession) {
  YesServer server;
  flood(server, "\r\n", 1'000'000);
  EXPECT_THAT(server.said, EndsWith("421 4.7.0 mx.example Error: too many errors\r\n"));
  EXPECT_LT(server.said.size(), 2'000u);
  EXPECT_TRUE(server.session.finished());
}

// Neither ends a line (RFC 5321 §2.3.8), and neither may be kept until one does.
TEST(ServerSessionFlood, BareNewlinesAreOneLine) {
  for (const std::string_view pattern : {"\n", "\r", "\rx\n"}) {
    YesServer server;
    flood(server, pattern, 4'000'000);
    EXPECT_EQ(server.said, "");
    server.receive("x\r\nNOOP\r\n");
    EXPECT_EQ(server.said, "500 5.5.2 Error: line too long\r\n250 2.0.0 Ok\r\n");
  }
}

// A client that pipelines and never reads: beyond a bound the engine neither works nor wants to be given more.
TEST(ServerSessionFlood, RepliesThatNobodyTakesHoldUpTheWork) {
  ServerSession session({.host_name = "mx.example"});
  const Instant now{std::chrono::hours(1)};
  session.start(now);
  while (session.next_event()) session.answer(now, {.reply = {.code = 220, .text = "yes"}});
  std::string commands;
  for (int i = 0; i < 1000; ++i) commands += "HELP\r\n";
  std::size_t offered = 0;
  while (session.wants_input()) {
    session.receive(now, commands);
    offered += commands.size();
    ASSERT_LT(offered, 1'000'000u);
  }
  EXPECT_LT(session.output().size(), 70'000u);
  // RFC 5321 §4.5.3.2.7: waiting for it is not for ever.
  EXPECT_EQ(session.deadline(), now + std::chrono::minutes(5));
  session.expire(session.deadline());
  EXPECT_TRUE(session.finished());
  EXPECT_THAT(session.output(), EndsWith("421 4.4.2 mx.example Error: timeout exceeded\r\n"));
}

// Content that comes drop by drop earns time with every drop, but not beyond the session's own limit.
TEST(ServerSessionFlood, NoSessionLastsForEver) {
  for (const std::string_view start : {"", "EHLO c\r\n", into_data.data()}) {
    YesServer server;
    server.receive(start);
    const Instant began = server.now;
    while (!server.session.finished()) {
      server.now = server.session.deadline() - std::chrono::seconds(1);
      server.session.receive(server.now, "x");
      server.now += std::chrono::seconds(1);
      server.session.expire(server.now);
      server.pump();
      ASSERT_LE(server.now - began, std::chrono::hours(1)) << start;
    }
    EXPECT_THAT(server.said, HasSubstr("421 4.4.2 "));
  }
}

// RFC 5321 §4.2.3: 452, requested action not taken: insufficient system storage.
TEST(ServerSessionFlood, ManyLargeMessagesShareABudget) {
  ContentBudget budget(300'000);
  const ServerConfig config{
      .host_name = "mx.example", .extensions = {"PIPELINING", "CHUNKING"}, .content_budget = &budget};
  YesServer first(config);
  YesServer second(config);
  first.receive(into_data);
  flood(first, "a line\r\n", 200'000);
  second.receive(into_data);
  second.said.clear();
  flood(second, "a line\r\n", 200'000);
  second.receive("\r\n.\r\n");
  EXPECT_THAT(second.said, HasSubstr("452 4.3.1 "));
  EXPECT_THAT(second.messages, IsEmpty());

  // The first one is not disturbed, and makes room when it is through.
  first.receive("\r\n.\r\n");
  EXPECT_EQ(first.messages.size(), 1U);
  second.receive("MAIL FROM:<a@b.example>\r\nRCPT TO:<c@d.example>\r\nDATA\r\n");
  flood(second, "a line\r\n", 200'000);
  second.receive("\r\n.\r\n");
  EXPECT_EQ(second.messages.size(), 1U);
}

TEST(ServerSessionFlood, ASessionThatEndsGivesBackWhatItHeld) {
  ContentBudget budget(300'000);
  {
    YesServer server({.host_name = "mx.example", .extensions = {}, .content_budget = &budget});
    server.receive(into_data);
    flood(server, "a line\r\n", 200'000);
  }
  EXPECT_TRUE(budget.take(300'000));
}

TEST(ServerSessionFlood, AChunkBeyondTheBudgetIsRefused) {
  ContentBudget budget(10);
  YesServer server({.host_name = "mx.example", .extensions = {"CHUNKING"}, .content_budget = &budget});
  server.receive("EHLO c\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<c@d.example>\r\nBDAT 20\r\n");
  server.said.clear();
  server.receive("01234567890123456789");
  EXPECT_THAT(server.said, testing::StartsWith("452 4.3.1 "));
}

}  // namespace
}  // namespace mailrig::smtp
