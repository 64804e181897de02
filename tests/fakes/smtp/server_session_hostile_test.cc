// The cases of shared/suites/smtp-hostile: smuggling and STARTTLS injection are played from the suite's bytes, the
// limits of RFC 5321 are transcripts, each tagged with the case it stands for ("# suite: smtp-hostile/…").
#include <gtest/gtest.h>

#include <boost/json/src.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "fakes/smtp/server_session.h"

namespace mailrig::smtp {
namespace {

constexpr Instant now{std::chrono::hours(1)};

std::string read(const std::filesystem::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

// The suites lie beside the source tree unless the environment says where.
std::optional<boost::json::value> suite() {
  const char* const elsewhere = std::getenv("MAILRIG_SUITES");
  const auto root = elsewhere != nullptr
                        ? std::filesystem::path(elsewhere)
                        : std::filesystem::path(MAILRIG_SOURCE_DIR).parent_path() / "shared" / "suites";
  const auto path = root / "smtp-hostile" / "cases.json";
  if (!std::filesystem::exists(path)) return std::nullopt;
  return boost::json::parse(read(path));
}

std::string unhex(std::string_view hex) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes += static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16));
  }
  return bytes;
}

// A server that says yes to everything.
struct Server {
  Server() : session({.host_name = "mx.example", .starttls = true}) {
    session.start(now);
    pump();
    said.clear();
  }

  void receive(std::string_view bytes) {
    session.receive(now, bytes);
    pump();
  }

  void pump() {
    do {
      while (auto event = session.next_event()) {
        if (event->kind == ServerEvent::Kind::mail) ++mails;
        if (event->kind == ServerEvent::Kind::start_tls) tls_asked = true;
        if (event->kind == ServerEvent::Kind::message) messages.push_back(event->content);
        const std::uint16_t code = event->kind == ServerEvent::Kind::connected ? 220 : 250;
        if (event->wants_answer()) session.answer(now, {.reply = {.code = code, .text = "yes"}});
      }
      said += session.output();
      session.consume(session.output().size());
    } while (!session.output().empty());
  }

  ServerSession session;
  std::string said;
  std::vector<std::string> messages;
  int mails = 0;
  bool tls_asked = false;
};

TEST(HostileSuite, FakeEndsOfDataSmuggleNothing) {
  const auto cases = suite();
  if (!cases) GTEST_SKIP() << "no smtp-hostile suite beside the source tree; MAILRIG_SUITES names its place";
  for (const auto& entry : cases->at("fake_end_of_data").as_array()) {
    const testing::ScopedTrace trace(__FILE__, __LINE__, std::string(entry.at("name").as_string()));
    Server server;
    server.receive("EHLO c.example\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<c@d.example>\r\nDATA\r\n");
    server.receive("Subject: x\r\n\r\nbody" + unhex(entry.at("bytes_hex").as_string()));
    server.receive("MAIL FROM:<admin@other>\r\nRCPT TO:<x>\r\nDATA\r\nFrom: y\r\n\r\nsmuggled\r\n");
    EXPECT_TRUE(server.messages.empty());
    server.receive(".\r\n");
    EXPECT_EQ(server.mails, 1);
    ASSERT_EQ(server.messages.size(), 1u);
    EXPECT_NE(server.messages[0].find("MAIL FROM:<admin@other>\r\nRCPT TO:<x>\r\nDATA\r\n"), std::string::npos);
  }
}

TEST(HostileSuite, NothingIsCarriedIntoTls) {
  const auto cases = suite();
  if (!cases) GTEST_SKIP() << "no smtp-hostile suite beside the source tree; MAILRIG_SUITES names its place";
  for (const auto& entry : cases->at("starttls_injection").as_array()) {
    const std::string name(entry.at("name").as_string());
    // The client's side: ClientSession.ForgetsRepliesInjectedBeforeTls.
    if (name == "response_injection_client") continue;
    const testing::ScopedTrace trace(__FILE__, __LINE__, name);
    Server server;
    for (const auto& bytes : entry.at("plaintext").as_array()) server.receive(std::string(bytes.as_string()));
    ASSERT_TRUE(server.tls_asked);
    server.said.clear();
    server.session.tls_started(now);
    server.pump();
    EXPECT_EQ(server.said, "");
    server.receive("NOOP\r\n");
    EXPECT_EQ(server.said, "250 2.0.0 Ok\r\n");
    server.said.clear();
    server.receive("MAIL FROM:<a@example.com>\r\n");
    EXPECT_EQ(server.said, "503 5.5.1 Error: send EHLO or HELO first\r\n");
  }
}

TEST(HostileSuite, EveryLimitHasItsTranscript) {
  const auto cases = suite();
  if (!cases) GTEST_SKIP() << "no smtp-hostile suite beside the source tree; MAILRIG_SUITES names its place";
  std::string transcripts;
  for (const auto& entry : std::filesystem::directory_iterator(MAILRIG_SOURCE_DIR "/tests/transcripts/smtp")) {
    transcripts += read(entry.path());
  }
  for (const auto& entry : cases->at("protocol_limits_rfc5321").as_array()) {
    const std::string tag = "# suite: smtp-hostile/" + std::string(entry.at("name").as_string()) + "\n";
    EXPECT_NE(transcripts.find(tag), std::string::npos) << "no transcript says " << tag;
  }
}

}  // namespace
}  // namespace mailrig::smtp
