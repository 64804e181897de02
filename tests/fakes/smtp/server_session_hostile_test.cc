// That nothing in shared/suites/smtp-hostile goes untested. Each case is a transcript, tagged with its name
// ("# suite: smtp-hostile/…"), or, on the client's side, a test that says so; fake ends of data are moreover in our own
// table, byte for byte, which server_session_smuggling_test.cc plays.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json/src.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>

#include "tests/fakes/smtp/fake_ends_of_data.h"
#include "tests/fakes/smtp/yes_server.h"

namespace mailrig::smtp {
namespace {

using testing::UnorderedElementsAre;

std::string read(const std::filesystem::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

// The suites lie beside the source tree unless the environment says where.
std::optional<boost::json::object> suite() {
  const char* const elsewhere = std::getenv("MAILRIG_SUITES");
  const auto root = elsewhere != nullptr
                        ? std::filesystem::path(elsewhere)
                        : std::filesystem::path(MAILRIG_SOURCE_DIR).parent_path() / "shared" / "suites";
  const auto path = root / "smtp-hostile" / "cases.json";
  if (!std::filesystem::exists(path)) return std::nullopt;
  return boost::json::parse(read(path)).as_object();
}

constexpr std::string_view no_suite = "no smtp-hostile suite beside the source tree; MAILRIG_SUITES names its place";

std::string name_of(const boost::json::value& entry) {
  return std::string(entry.at("name").as_string());
}

std::string unhex(std::string_view hex) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes += static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16));
  }
  return bytes;
}

TEST(HostileSuite, HasNoKindOfCasesThatWeDoNotKnow) {
  const auto cases = suite();
  if (!cases) GTEST_SKIP() << no_suite;
  std::vector<std::string> kinds;
  for (const auto& [kind, value] : *cases) kinds.emplace_back(kind);
  EXPECT_THAT(kinds, UnorderedElementsAre("fake_end_of_data", "smuggle_script", "starttls_injection",
                                          "protocol_limits_rfc5321", "note"));
}

TEST(HostileSuite, EveryCaseHasItsTranscript) {
  const auto cases = suite();
  if (!cases) GTEST_SKIP() << no_suite;
  const std::filesystem::path tests = MAILRIG_SOURCE_DIR "/tests";
  std::string written = read(tests / "fakes" / "smtp" / "client_session_test.cc");
  for (const auto& entry : std::filesystem::directory_iterator(tests / "transcripts" / "smtp")) {
    written += read(entry.path());
  }
  int count = 0;
  for (const auto& [kind, entries] : *cases) {
    if (!entries.is_array()) continue;
    for (const auto& entry : entries.as_array()) {
      const std::string tag = " suite: smtp-hostile/" + name_of(entry) + "\n";
      EXPECT_NE(written.find(tag), std::string::npos) << kind << ": nothing says" << tag;
      ++count;
    }
  }
  EXPECT_GE(count, 40);
}

TEST(HostileSuite, EveryFakeEndOfDataIsInOurTable) {
  const auto cases = suite();
  if (!cases) GTEST_SKIP() << no_suite;
  for (const auto& entry : cases->at("fake_end_of_data").as_array()) {
    const auto* const ours = std::find_if(fake_ends_of_data.begin(), fake_ends_of_data.end(),
                                          [&](const FakeEnd& fake) { return fake.name == name_of(entry); });
    ASSERT_NE(ours, fake_ends_of_data.end()) << "not in fake_ends_of_data.h: " << name_of(entry);
    EXPECT_EQ(ours->bytes, unhex(entry.at("bytes_hex").as_string())) << ours->name;
  }
}

// The suite's own bytes, in case that they change.
TEST(HostileSuite, NothingIsCarriedIntoTls) {
  const auto cases = suite();
  if (!cases) GTEST_SKIP() << no_suite;
  for (const auto& entry : cases->at("starttls_injection").as_array()) {
    const auto* const plaintext = entry.as_object().if_contains("plaintext");
    if (plaintext == nullptr) continue;  // about clients
    const testing::ScopedTrace trace(__FILE__, __LINE__, name_of(entry));
    YesServer server;
    for (const auto& bytes : plaintext->as_array()) server.receive(std::string(bytes.as_string()));
    ASSERT_TRUE(server.tls_asked);
    server.said.clear();
    server.session.tls_started(server.now);
    server.pump();
    EXPECT_EQ(server.said, "");
    server.receive("NOOP\r\n");
    EXPECT_EQ(server.said, "250 2.0.0 Ok\r\n");
    server.said.clear();
    server.receive("MAIL FROM:<a@example.com>\r\n");
    EXPECT_EQ(server.said, "503 5.5.1 Error: send EHLO or HELO first\r\n");
  }
}

}  // namespace
}  // namespace mailrig::smtp
