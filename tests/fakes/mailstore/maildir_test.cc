#include "fakes/mailstore/maildir.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>
#include <iterator>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "tests/temporary_folder.h"

namespace mailrig::mailstore {
namespace {

namespace fs = std::filesystem;

const Instant noon = *parse_rfc3339("2026-03-02T12:00:00Z");

std::vector<fs::path> files_in(const fs::path& folder) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(folder)) files.push_back(entry.path());
  return files;
}

std::string text_of(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

TEST(Deliver, MakesTheMailboxAndPutsTheMessageIntoNew) {
  const TemporaryFolder folder;
  const fs::path mailbox = folder / "gmail" / "gmail.com" / "jane";
  ASSERT_TRUE(deliver(mailbox, noon, "Subject: x\n\nhello\n"));
  const auto files = files_in(mailbox / "new");
  ASSERT_EQ(files.size(), 1U);
  EXPECT_EQ(text_of(files.front()), "Subject: x\n\nhello\n");
  EXPECT_TRUE(files_in(mailbox / "tmp").empty());
  EXPECT_TRUE(fs::is_directory(mailbox / "cur"));
  EXPECT_FALSE(fs::exists(mailbox / "maildirfolder"));
}

// "Unless you're writing messages to a maildir, the format of a unique name is none of your business": no ':', which
// begins the flags.
TEST(Deliver, NamesBeginWithTheTimeOfArrivalWhichTheFileHasToo) {
  const TemporaryFolder folder;
  ASSERT_TRUE(deliver(folder / "jane", noon + std::chrono::microseconds(250), "x"));
  const fs::path file = files_in(folder / "jane" / "new").at(0);
  EXPECT_TRUE(file.filename().string().starts_with("1772452800.M250V")) << file;
  EXPECT_EQ(file.filename().string().find(':'), std::string::npos);
  struct stat found {};
  ASSERT_EQ(stat(file.c_str(), &found), 0);
  EXPECT_EQ(found.st_mtime, 1'772'452'800);
}

TEST(Deliver, JunkIsAFolderOfTheMailbox) {
  const TemporaryFolder folder;
  ASSERT_TRUE(deliver(junk_folder(folder / "jane"), noon, "spam"));
  EXPECT_EQ(files_in(folder / "jane" / ".Junk" / "new").size(), 1U);
  EXPECT_TRUE(fs::exists(folder / "jane" / ".Junk" / "maildirfolder"));
}

TEST(Deliver, ManyAtOnceLoseNothing) {
  const TemporaryFolder folder;
  constexpr int threads = 4;
  constexpr int messages = 100;
  std::vector<std::thread> running;
  for (int t = 0; t < threads; ++t) {
    running.emplace_back([&folder, t] {
      for (int i = 0; i < messages; ++i) {
        // Each mailbox is new, and all come to it at once.
        const std::string text = std::to_string(t) + "/" + std::to_string(i);
        EXPECT_TRUE(deliver(folder / ("jane" + std::to_string(i)), noon, text));
      }
    });
  }
  for (std::thread& thread : running) thread.join();
  std::set<std::string> texts;
  for (int i = 0; i < messages; ++i) {
    for (const fs::path& file : files_in(folder / ("jane" + std::to_string(i)) / "new")) texts.insert(text_of(file));
  }
  EXPECT_EQ(texts.size(), static_cast<std::size_t>(threads * messages));
}

TEST(Deliver, SaysWhatIsInTheWay) {
  const TemporaryFolder folder;
  std::ofstream(folder / "jane") << "a file";
  const auto delivered = deliver(folder / "jane", noon, "x");
  ASSERT_FALSE(delivered);
  EXPECT_NE(delivered.error().to_string().find("jane"), std::string::npos) << delivered.error().to_string();
  EXPECT_NE(delivered.error().to_string().find("Not a directory"), std::string::npos) << delivered.error().to_string();
}

TEST(Deliver, LeavesNothingHalfWritten) {
  const TemporaryFolder folder;
  ASSERT_TRUE(deliver(folder / "jane", noon, "x"));
  fs::remove_all(folder / "jane" / "new");  // so that it cannot appear there
  ASSERT_FALSE(deliver(folder / "jane", noon, "y"));
  EXPECT_TRUE(files_in(folder / "jane" / "tmp").empty());
}

}  // namespace
}  // namespace mailrig::mailstore
