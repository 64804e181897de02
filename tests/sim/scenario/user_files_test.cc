#include "sim/scenario/user_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

namespace mailrig::scenario {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;

std::string file_fault(std::string_view text) {
  const auto addresses = parse_address_list(text, "people.csv");
  return addresses ? "no error" : addresses.error().to_string();
}

TEST(AddressList, OnePerLine) {
  const auto addresses = parse_address_list("\xEF\xBB\xBFli@qq.com\r\n# comment\n\n  bob@Example.COM\n", "people.csv");
  ASSERT_TRUE(addresses) << addresses.error().to_string();
  EXPECT_THAT(*addresses, ElementsAre("li@qq.com", "bob@example.com"));
}

TEST(AddressList, CsvWithAHeader) {
  const auto addresses =
      parse_address_list("name,Address,city\n\"Li, Wei\",li@qq.com,x\n\"a \"\"b\"\"\",b@qq.com\n", "p");
  ASSERT_TRUE(addresses) << addresses.error().to_string();
  EXPECT_THAT(*addresses, ElementsAre("li@qq.com", "b@qq.com"));
}

TEST(AddressList, PrefersAddressOverEmail) {
  EXPECT_THAT(*parse_address_list("email,address\na@x.example,b@x.example\n", "p"), ElementsAre("b@x.example"));
  EXPECT_THAT(*parse_address_list("id,email\n1,a@x.example\n", "p"), ElementsAre("a@x.example"));
}

TEST(AddressList, SaysWhichLineIsWrong) {
  EXPECT_EQ(file_fault("name,city\n"), "people.csv:1:1: the header has no column 'address'");
  EXPECT_EQ(file_fault("a@x.example\nb.x.example\n"), "people.csv:2:1: 'b.x.example' is not a mail address");
  EXPECT_EQ(file_fault("name,address\nLi\n"), "people.csv:2:1: '' is not a mail address");
  EXPECT_EQ(file_fault("address\n"), "people.csv: no address in it");
  EXPECT_EQ(file_fault(""), "people.csv: no address in it");
}

class Messages : public testing::Test {
 protected:
  Messages()
      : folder_(testing::TempDir() + "mailrig_" + testing::UnitTest::GetInstance()->current_test_info()->name()) {
    fs::remove_all(folder_);
    fs::create_directories(folder_);
  }
  ~Messages() override { fs::remove_all(folder_); }

  void write(const fs::path& name) {
    fs::create_directories((folder_ / name).parent_path());
    std::ofstream(folder_ / name) << "Subject: x\r\n\r\n";
  }

  fs::path folder_;
};

TEST_F(Messages, OneFile) {
  write("a.txt");
  EXPECT_THAT(*find_messages(folder_ / "a.txt"), ElementsAre(folder_ / "a.txt"));
}

TEST_F(Messages, TheEmlFilesOfAFolderByName) {
  write("b.eml");
  write("a.eml");
  write("notes.txt");
  EXPECT_THAT(*find_messages(folder_), ElementsAre(folder_ / "a.eml", folder_ / "b.eml"));
}

TEST_F(Messages, AMaildir) {
  write("new/2.host");
  write("cur/1.host:2,S");
  write("tmp/0.host");
  EXPECT_THAT(*find_messages(folder_), ElementsAre(folder_ / "cur/1.host:2,S", folder_ / "new/2.host"));
}

TEST_F(Messages, SaysWhenThereAreNone) {
  EXPECT_EQ(find_messages(folder_).error().to_string(),
            folder_.string() + ": no .eml file in it, and it is no Maildir with mail");
  EXPECT_EQ(find_messages(folder_ / "x").error().to_string(), (folder_ / "x").string() + ": no such file or folder");
}

}  // namespace
}  // namespace mailrig::scenario
