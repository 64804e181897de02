#include "fakes/mail/eml.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>

#include "fakes/mail/body_digest.h"
#include "fakes/mail/header.h"
#include "fakes/mail/inspect.h"
#include "fakes/mail/line_ends.h"
#include "tests/temporary_folder.h"

namespace mailrig::mail {
namespace {

namespace fs = std::filesystem;

class EmlFiles : public testing::Test {
 protected:
  fs::path write(const fs::path& name, std::string_view bytes) {
    fs::create_directories((folder_ / name).parent_path());
    std::ofstream(folder_ / name, std::ios::binary) << bytes;
    return folder_ / name;
  }

  TemporaryFolder folder_;
};

TEST_F(EmlFiles, LoadsOneFile) {
  const auto loaded = load_messages(write("a.eml", "Subject: x\n\nHello\nWorld"));
  ASSERT_TRUE(loaded);
  ASSERT_EQ(loaded->size(), 1u);
  EXPECT_EQ(loaded->front().content, "Subject: x\r\n\r\nHello\r\nWorld\r\n");
  EXPECT_EQ(loaded->front().file, (folder_ / "a.eml").string());
}

TEST_F(EmlFiles, LoadsAFolderInOrderOfNames) {
  write("b.EML", "Subject: b\n\n");
  write("a.eml", "Subject: a\n\n");
  write("notes.txt", "no message");
  write(".hidden.eml", "no message");
  const auto loaded = load_messages(folder_.path());
  ASSERT_TRUE(loaded);
  ASSERT_EQ(loaded->size(), 2u);
  EXPECT_EQ((*loaded)[0].content, "Subject: a\r\n\r\n");
  EXPECT_EQ((*loaded)[1].content, "Subject: b\r\n\r\n");
}

TEST_F(EmlFiles, LoadsAMaildir) {
  write("cur/1700000000.M1.host:2,S", "Subject: read\n\n");
  write("new/1700000001.M2.host", "Subject: unread\n\n");
  write("tmp/1700000002.M3.host", "Subject: half-written\n\n");
  const auto loaded = load_messages(folder_.path());
  ASSERT_TRUE(loaded);
  ASSERT_EQ(loaded->size(), 2u);
  EXPECT_EQ((*loaded)[0].content, "Subject: read\r\n\r\n");
}

TEST_F(EmlFiles, ErrorsNameTheFile) {
  const auto missing = load_messages(folder_ / "missing.eml");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().file, (folder_ / "missing.eml").string());
  const auto empty_folder = load_messages(folder_.path());
  ASSERT_FALSE(empty_folder);
  EXPECT_NE(empty_folder.error().to_string().find("holds no messages"), std::string::npos);
  const auto empty = load_messages(write("empty.eml", ""));
  ASSERT_FALSE(empty);
  EXPECT_NE(empty.error().to_string().find("empty.eml: is empty"), std::string::npos);
}

TEST_F(EmlFiles, RefusesFilesThatAreTooLarge) {
  const fs::path file = write("large.eml", "x");
  fs::resize_file(file, eml_bytes_max + 1);  // sparse: takes no room
  const auto loaded = load_messages(file);
  ASSERT_FALSE(loaded);
  EXPECT_NE(loaded.error().to_string().find("large.eml: has 100000001 bytes"), std::string::npos)
      << loaded.error().to_string();
}

TEST(Eml, DropsTheMboxLine) {
  const Eml eml = parse_eml("From user@example.com Mon Mar  2 08:00:00 2026\nSubject: x\n\nFrom here on\n", "f");
  EXPECT_EQ(eml.content, "Subject: x\r\n\r\nFrom here on\r\n");
}

TEST(Eml, KeepsEveryOtherByte) {
  const std::string body("caf\xe9 \0 \xff.\r\n.\r\n..\r\n", 18);
  const Eml eml = parse_eml("Subject: x\r\n\r\n" + body, "f");
  EXPECT_EQ(eml.content, "Subject: x\r\n\r\n" + body);
  EXPECT_TRUE(eml.eight_bit);
  EXPECT_FALSE(eml.utf8_header);
}

TEST(Eml, KnowsWhatItNeeds) {
  EXPECT_FALSE(parse_eml("Subject: x\n\nplain\n", "f").eight_bit);
  EXPECT_TRUE(parse_eml("Subject: 你好\n\nplain\n", "f").utf8_header);
  EXPECT_TRUE(parse_eml("Subject: 你好\n\nplain\n", "f").eight_bit);
  EXPECT_FALSE(parse_eml("Subject: caf\xe9\n\nplain\n", "f").utf8_header);  // Latin-1 is no UTF-8
}

TEST(Eml, PreparedMessagesCarryTheIdInFront) {
  const Eml eml = parse_eml("Subject: x\n\nHello\n", "f");
  EXPECT_EQ(prepare(eml, 0xabc), "X-Mailrig-Id: 0000000000000abc\r\nSubject: x\r\n\r\nHello\r\n");
}

// Whatever a file holds has to arrive with the body that was counted here, whichever MTA reads it on the way.
TEST(Eml, PreparedBodiesAreTheSameForEveryReader) {
  for (const std::string_view bytes :
       {"Subject: x\n\nHello\n", "Subject: x\n", "Subject: x", "just text\n", "\njust text\n",
        " folded: from nothing\nx: y\n", "Subject: x\nno field\n\nmore\n", "\n", "From x\n", "From x",
        "X-Mailrig-Id: 0000000000000007\n\nold id\n", "A: b\r\n c\r\rbody"}) {
    const Eml eml = parse_eml(bytes, "f");
    const std::string prepared = prepare(eml, 5);
    EXPECT_EQ(prepared.size(), prepared_size(eml)) << bytes;
    EXPECT_TRUE(prepared.ends_with("\r\n")) << bytes;
    const MessageTraits traits = inspect(prepared);
    EXPECT_EQ(traits.rig_id, 5u) << bytes;
    EXPECT_EQ(traits.body_digest, eml.body_digest) << bytes;
    // A hop puts its own field on top.
    EXPECT_EQ(inspect("Received: by hop\r\n" + prepared).body_digest, eml.body_digest) << bytes;
  }
}

// The messages that issue "real input" sends: https://github.com/sisimai/set-of-emails.
TEST(Eml, RealMessagesKeepTheirDigestWhateverTheirLineEnds) {
  const char* given = std::getenv("MAILRIG_SUITES");
  const fs::path suites = given != nullptr ? fs::path(given) : fs::path(MAILRIG_SOURCE_DIR) / "../shared/suites";
  const fs::path folder = suites / "dsn-samples/messages";
  if (!fs::exists(folder)) GTEST_SKIP() << folder << " is not there";
  const auto messages = load_messages(folder);
  ASSERT_TRUE(messages) << messages.error().to_string();
  EXPECT_EQ(messages->size(), 115u);
  for (const Eml& eml : *messages) {
    std::string with_lf = eml.content;
    std::erase(with_lf, '\r');
    EXPECT_EQ(with_crlf(with_lf), eml.content) << eml.file;
    EXPECT_EQ(parse_eml(with_lf, "lf").body_digest, eml.body_digest) << eml.file;
    EXPECT_EQ(body_digest(std::string_view(with_lf).substr(inspect(with_lf).body_offset)), eml.body_digest) << eml.file;
    const std::string prepared = prepare(eml, 42);
    EXPECT_EQ(prepared.size(), prepared_size(eml));
    EXPECT_EQ(inspect(prepared).rig_id, 42u) << eml.file;
    EXPECT_EQ(inspect(prepared).body_digest, eml.body_digest) << eml.file;
    // Some sendmails sign their bounces "MAILER-DAEMON", without a domain.
    const bool has_domain = find_field(eml.content, "From").value_or("").find('@') != std::string_view::npos;
    EXPECT_EQ(!inspect(prepared).header_from_domain.empty(), has_domain) << eml.file;
  }
}

}  // namespace
}  // namespace mailrig::mail
