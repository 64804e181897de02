// "SMTP smuggling": a message that contains what some server takes for its end, with an envelope behind it. However
// TCP cuts the stream, the engine finds exactly the messages that were sent, no more (split) and no fewer (merged).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "tests/fakes/smtp/fake_ends_of_data.h"
#include "tests/fakes/smtp/yes_server.h"

namespace mailrig::smtp {
namespace {

using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr std::string_view smuggled = "MAIL FROM:<admin@other>\r\nRCPT TO:<x>\r\nDATA\r\nFrom: y\r\n\r\nsmuggled\r\n";

// RFC 5321 §4.5.2, as plainly as it can be written: a dot that begins a line goes away.
std::string without_transparency_dots(std::string_view data) {
  std::string content;
  for (std::size_t i = 0; i < data.size(); ++i) {
    const bool line_start = i == 0 || data.substr(0, i).ends_with("\r\n");
    if (line_start && data[i] == '.') continue;
    content += data[i];
  }
  return content;
}

bool holds_bare_newline(std::string text) {
  for (auto at = text.find("\r\n"); at != std::string::npos; at = text.find("\r\n", at)) text.replace(at, 2, "__");
  return text.find_first_of("\r\n") != std::string::npos;
}

// Two transactions in one stream, the first of which has a third inside it.
struct Burst {
  std::string stream;
  std::vector<std::string> messages;  // what they must become
};

std::string envelope(std::string_view sender) {
  return "MAIL FROM:<" + std::string(sender) + "@b.example>\r\nRCPT TO:<c@d.example>\r\n";
}

Burst through_data(std::string_view fake) {
  const std::string first = "Subject: 1\r\n\r\nbody" + std::string(fake) + std::string(smuggled);
  const std::string second = "two" + std::string(fake) + "end\r\n";
  return {"EHLO c\r\n" + envelope("first") + "DATA\r\n" + first + ".\r\n" + envelope("second") + "DATA\r\n" + second +
              ".\r\nQUIT\r\n",
          {without_transparency_dots(first), without_transparency_dots(second)}};
}

std::string chunk(std::string_view octets, bool last) {
  return "BDAT " + std::to_string(octets.size()) + (last ? " LAST\r\n" : "\r\n") + std::string(octets);
}

// RFC 3030 §2: a chunk is counted, nothing in it is looked at. The border of the first message's chunks lies `border`
// bytes into the fake end.
Burst through_bdat(std::string_view fake, std::size_t border) {
  const std::string before = "Subject: 1\r\n\r\nbody" + std::string(fake.substr(0, border));
  const std::string behind = std::string(fake.substr(border)) + std::string(smuggled) + ".\r\n";
  const std::string second = "two" + std::string(fake) + "end";
  return {"EHLO c\r\n" + envelope("first") + chunk(before, false) + chunk(behind, true) + envelope("second") +
              chunk(second, true) + "QUIT\r\n",
          {before + behind, second}};
}

void expect_these_messages(const Burst& burst, const YesServer& server, bool strict) {
  EXPECT_THAT(server.senders, ElementsAre("first@b.example", "second@b.example"));
  std::vector<std::string> taken;
  std::vector<std::string> refusals;
  for (const std::string& message : burst.messages) {
    if (strict && holds_bare_newline(message)) {
      refusals.emplace_back("550 5.5.2 Message contains a bare CR or LF");
    } else {
      taken.push_back(message);
    }
  }
  EXPECT_EQ(server.messages, taken);
  EXPECT_EQ(server.resets, refusals);
  EXPECT_THAT(server.said, EndsWith("221 2.0.0 Bye\r\n"));
  EXPECT_TRUE(server.session.finished());
}

ServerConfig config(bool strict) {
  return {.host_name = "mx.example", .extensions = {"PIPELINING", "CHUNKING"}, .refuse_bare_newlines = strict};
}

void play(const Burst& burst, bool strict, std::size_t cut) {
  YesServer server(config(strict));
  const std::string_view stream = burst.stream;
  server.receive(stream.substr(0, cut));
  server.receive(stream.substr(cut));
  expect_these_messages(burst, server, strict);
}

void play_byte_by_byte(const Burst& burst, bool strict) {
  YesServer server(config(strict));
  for (const char& c : burst.stream) server.receive({&c, 1});
  expect_these_messages(burst, server, strict);
}

class Smuggling : public testing::TestWithParam<bool> {};

TEST_P(Smuggling, NoFakeEndSplitsOrMergesMessagesWhereverTcpCuts) {
  for (const FakeEnd& fake : fake_ends_of_data) {
    const testing::ScopedTrace trace(__FILE__, __LINE__, fake.name);
    const Burst burst = through_data(fake.bytes);
    for (std::size_t cut = 0; cut < burst.stream.size(); ++cut) play(burst, GetParam(), cut);
    play_byte_by_byte(burst, GetParam());
    if (HasFailure()) return;
  }
}

TEST_P(Smuggling, FakeEndsArePlainOctetsInChunks) {
  for (const FakeEnd& fake : fake_ends_of_data) {
    const testing::ScopedTrace trace(__FILE__, __LINE__, fake.name);
    for (std::size_t border = 0; border <= fake.bytes.size(); ++border) {
      const Burst burst = through_bdat(fake.bytes, border);
      play(burst, GetParam(), 0);
      play_byte_by_byte(burst, GetParam());
    }
    const Burst burst = through_bdat(fake.bytes, 1);
    for (std::size_t cut = 0; cut < burst.stream.size(); ++cut) play(burst, GetParam(), cut);
    if (HasFailure()) return;
  }
}

// Nobody has to think of the next one: every arrangement of CR, LF and dots of up to seven bytes.
TEST_P(Smuggling, NoArrangementOfLineEndsAndDotsDoes) {
  constexpr std::string_view alphabet = "\r\n.";
  std::vector<std::string> all = {""};
  int played = 0;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const std::string fake = all[i];
    if (fake.size() < 7) {
      for (const char c : alphabet) all.push_back(fake + c);
    }
    if (fake.find("\r\n.\r\n") != std::string::npos) continue;  // a real one
    const Burst burst = through_data(fake);
    play(burst, GetParam(), burst.stream.find("body") + 4 + fake.size() / 2);
    play_byte_by_byte(burst, GetParam());
    ++played;
    ASSERT_FALSE(HasFailure()) << testing::PrintToString(fake);
  }
  EXPECT_EQ(all.size(), 3280u);
  EXPECT_EQ(played, 3280 - 1 - 2 * 3 - 3 * 9);
}

INSTANTIATE_TEST_SUITE_P(BareNewlines, Smuggling, testing::Bool(),
                         [](const testing::TestParamInfo<bool>& strict) { return strict.param ? "Refused" : "Taken"; });

// The real end is found right behind every fake one, too.
TEST(Smuggling, ARealEndBehindAFakeOneEndsTheMessage) {
  for (const FakeEnd& fake : fake_ends_of_data) {
    const testing::ScopedTrace trace(__FILE__, __LINE__, fake.name);
    YesServer server(config(false));
    const std::string content = "body" + std::string(fake.bytes) + "\r\n";
    server.receive("EHLO c\r\n" + envelope("first") + "DATA\r\n" + content + ".\r\nNOOP\r\n");
    EXPECT_THAT(server.messages, ElementsAre(without_transparency_dots(content)));
    EXPECT_THAT(server.said, EndsWith("250 yes\r\n250 2.0.0 Ok\r\n"));
  }
}

TEST(Smuggling, AMessageThatIsCutOffIsNone) {
  for (const FakeEnd& fake : fake_ends_of_data) {
    const testing::ScopedTrace trace(__FILE__, __LINE__, fake.name);
    YesServer server(config(false));
    server.receive("EHLO c\r\n" + envelope("first") + "DATA\r\nbody" + std::string(fake.bytes));
    server.session.peer_closed(server.now);
    server.pump();
    EXPECT_THAT(server.messages, IsEmpty());
    EXPECT_THAT(server.said, EndsWith("354 End data with <CR><LF>.<CR><LF>\r\n"));
  }
}

// RFC 3207 §4.2 (CVE-2011-0411): clear text behind STARTTLS is thrown away, in the same segment or a later one.
TEST(Smuggling, NothingSentInClearTextIsRunInsideTls) {
  constexpr std::string_view stream =
      "EHLO c\r\nMAIL FROM:<a@b.example>\r\nSTARTTLS\r\nEHLO evil\r\nMAIL FROM:<evil@b.example>\r\nRCPT TO:<x";
  const std::size_t behind = stream.find("EHLO evil");
  for (std::size_t cut = 0; cut <= stream.size(); ++cut) {
    YesServer server;
    server.receive(stream.substr(0, cut));
    server.receive(stream.substr(cut));
    ASSERT_TRUE(server.tls_asked) << cut;
    EXPECT_THAT(server.said, EndsWith("220 2.0.0 Ready to start TLS\r\n"));
    server.said.clear();
    server.session.tls_started(server.now);
    server.pump();
    EXPECT_EQ(server.said, "") << "cut at " << cut << ", STARTTLS ends at " << behind;
    server.receive(">\r\nNOOP\r\nMAIL FROM:<a@b.example>\r\n");
    EXPECT_EQ(
        server.said,
        "500 5.5.2 Error: command not recognized\r\n250 2.0.0 Ok\r\n503 5.5.1 Error: send EHLO or HELO first\r\n");
    EXPECT_THAT(server.senders, ElementsAre("a@b.example"));
  }
}

}  // namespace
}  // namespace mailrig::smtp
