// What transcripts cannot say well: volumes, memory, back-pressure and the order of calls. What the commands do is in
// tests/transcripts/smtp.
#include "fakes/smtp/server_session.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace mailrig::smtp {
namespace {

using EventKind = ServerEvent::Kind;
using std::chrono::minutes;

constexpr Instant start{std::chrono::hours(1)};

ServerConfig small_config() {
  ServerConfig config;
  config.host_name = "mx.example";
  config.extensions = {"PIPELINING", "CHUNKING"};
  return config;
}

std::size_t count(std::string_view text, std::string_view what) {
  std::size_t found = 0;
  for (auto at = text.find(what); at != std::string_view::npos; at = text.find(what, at + what.size())) ++found;
  return found;
}

// A driver that says yes to everything and collects what happens.
struct Driver {
  explicit Driver(ServerConfig config) : session(std::move(config)) {
    session.start(start);
    pump();
  }

  void receive(std::string_view bytes) {
    session.receive(start, bytes);
    pump();
  }

  void pump() {
    do {
      while (auto event = session.next_event()) {
        if (event->kind == EventKind::rcpt) ++rcpts;
        if (event->kind == EventKind::message) {
          ++messages;
          content = event->content;
        }
        if (event->kind == EventKind::closed) ++closed;
        if (event->wants_answer()) {
          session.answer(start,
                         {.reply = {.code = static_cast<std::uint16_t>(event->kind == EventKind::connected ? 220 : 250),
                                    .text = "yes"}});
        }
      }
      most_output = std::max(most_output, session.output().size());
      said += session.output();
      session.consume(session.output().size());
    } while (!session.output().empty() || (!session.finished() && !session.wants_input()));
  }

  ServerSession session;
  std::string said;
  std::string content;
  std::size_t most_output = 0;
  int rcpts = 0;
  int messages = 0;
  int closed = 0;
};

TEST(ServerSession, TakesTenThousandRecipientsInOneGroup) {
  ServerConfig config = small_config();
  config.recipients_max = 9'999;
  Driver driver(config);
  std::string group = "EHLO c.example\r\nMAIL FROM:<a@b.example>\r\n";
  for (int i = 0; i < 10'000; ++i) group += "RCPT TO:<user" + std::to_string(i) + "@d.example>\r\n";
  group += "DATA\r\n";
  driver.receive(group);
  EXPECT_EQ(driver.rcpts, 9'999);
  // RFC 5321 §4.5.3.1.10
  EXPECT_EQ(count(driver.said, "452 4.5.3"), 1u);
  EXPECT_TRUE(driver.said.ends_with("354 End data with <CR><LF>.<CR><LF>\r\n"));
}

TEST(ServerSession, EndlessCommandLineCostsNoMemory) {
  Driver driver(small_config());
  driver.receive("HELO c.example\r\n");
  driver.said.clear();
  const std::string chunk(1 << 16, 'x');
  for (int i = 0; i < 1024; ++i) {  // 64 MiB
    driver.receive(chunk);
    // What it held back would make it stop wanting more.
    ASSERT_TRUE(driver.session.wants_input());
    ASSERT_EQ(driver.said, "");
  }
  driver.receive("\r\nNOOP\r\n");
  EXPECT_EQ(driver.said, "500 5.5.2 Error: line too long\r\n250 2.0.0 Ok\r\n");
}

TEST(ServerSession, EndlessMessageCostsNoMemory) {
  ServerConfig config = small_config();
  config.message_bytes_max = 1'000'000;
  Driver driver(config);
  driver.receive("HELO c.example\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<c@d.example>\r\nDATA\r\n");
  driver.said.clear();
  const std::string chunk(1 << 16, 'x');
  for (int i = 0; i < 1024; ++i) driver.receive(chunk);
  EXPECT_EQ(driver.said, "");
  driver.receive("\r\n.\r\n");
  EXPECT_EQ(driver.said, "552 5.3.4 Message size exceeds fixed limit\r\n");
  EXPECT_EQ(driver.messages, 0);
}

TEST(ServerSession, KeepsLargeContentByteForByte) {
  Driver driver(small_config());
  driver.receive("HELO c.example\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<c@d.example>\r\nDATA\r\n");
  std::string content;
  for (int i = 0; content.size() < 300'000; ++i) content += "line " + std::to_string(i) + ".\r\n";
  for (std::string_view rest = content; !rest.empty(); rest.remove_prefix(std::min<std::size_t>(1'447, rest.size()))) {
    driver.receive(rest.substr(0, 1'447));
  }
  driver.receive(".\r\n");
  EXPECT_EQ(driver.content, content);
}

TEST(ServerSession, StopsReadingWhileAnAnswerIsDue) {
  ServerSession session(small_config());
  session.start(start);
  ASSERT_EQ(session.next_event()->kind, EventKind::connected);
  std::size_t taken = 0;
  const std::string noops = "NOOP\r\nNOOP\r\nNOOP\r\nNOOP\r\n";
  while (session.wants_input()) {
    session.receive(start, noops);
    taken += noops.size();
    ASSERT_LT(taken, 100'000u);
  }
  EXPECT_EQ(session.output(), "");
  session.answer(start, {.reply = {.code = 220, .text = "mx.example"}});
  std::string said;
  while (!session.output().empty()) {
    said += session.output();
    session.consume(session.output().size());
  }
  EXPECT_EQ(count(said, "250 2.0.0 Ok\r\n"), taken / 6);
  EXPECT_TRUE(session.wants_input());
}

TEST(ServerSession, ClientThatNeverReadsCannotFillMemory) {
  ServerConfig config = small_config();
  config.help = {.code = 214, .text = std::string(10'000, 'h')};
  Driver driver(config);
  std::string helps;
  for (int i = 0; i < 10'000; ++i) helps += "HELP\r\n";
  // 60 kB of commands ask for 100 MB of replies.
  driver.receive(helps);
  EXPECT_EQ(count(driver.said, "214 "), 10'000u);
  EXPECT_LT(driver.most_output, 80'000u);
}

TEST(ServerSession, EventsBelongToCommandsInTheirOrder) {
  ServerSession session(small_config());
  session.start(start);
  ASSERT_TRUE(session.next_event());
  session.answer(start, {.reply = {.code = 220, .text = "x"}});
  session.receive(start, "HELO c.example\r\nRSET\r\nMAIL FROM:<a@b.example>\r\n");
  ASSERT_EQ(session.next_event()->kind, EventKind::helo);
  EXPECT_FALSE(session.next_event());  // an answer is due first
  session.answer(start, {.reply = {.code = 250, .text = "x"}});
  ASSERT_EQ(session.next_event()->kind, EventKind::reset);
  ASSERT_EQ(session.next_event()->kind, EventKind::mail);
}

TEST(ServerSession, ClosesExactlyOnce) {
  Driver driver(small_config());
  driver.receive("QUIT\r\nNOOP\r\n");
  driver.receive("NOOP\r\n");
  driver.session.peer_closed(start);
  driver.session.expire(never);
  driver.pump();
  EXPECT_EQ(driver.closed, 1);
  EXPECT_TRUE(driver.session.finished());
  EXPECT_TRUE(driver.said.ends_with("221 2.0.0 Bye\r\n"));
}

TEST(ServerSession, ExpiresOnlyWhenDue) {
  ServerSession session(small_config());
  session.start(start);
  EXPECT_EQ(session.deadline(), start + minutes(60));  // the greeting is the driver's to give
  session.next_event();
  session.answer(start + minutes(1), {.reply = {.code = 220, .text = "x"}});
  EXPECT_EQ(session.deadline(), start + minutes(6));
  session.expire(start + minutes(5));
  EXPECT_FALSE(session.finished());
  session.expire(start + minutes(6));
  EXPECT_TRUE(session.finished());
}

TEST(ServerSession, LastReplyIsDroppedWhenNobodyTakesIt) {
  ServerSession session(small_config());
  session.start(start);
  session.next_event();
  session.answer(start, {.reply = {.code = 421, .text = "no"}, .close = true});
  EXPECT_EQ(session.output(), "421 no\r\n");
  EXPECT_EQ(session.deadline(), start + minutes(5));
  session.expire(start + minutes(5));
  EXPECT_EQ(session.output(), "");
  EXPECT_EQ(session.deadline(), never);
}

TEST(ServerSession, TimeoutsMayBeEndless) {
  ServerConfig config = small_config();
  config.command_timeout = Duration::max();
  config.session_timeout = Duration::max();
  ServerSession session(config);
  session.start(start);
  EXPECT_EQ(session.deadline(), never);
}

}  // namespace
}  // namespace mailrig::smtp
