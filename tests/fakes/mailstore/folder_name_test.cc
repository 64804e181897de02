#include "fakes/mailstore/folder_name.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace mailrig::mailstore {
namespace {

TEST(FolderName, OrdinaryAddressesStandForThemselves) {
  for (const char* plain : {"jane.doe", "buyers.17", "a-b_c+d=e", "gmail.com", "x", "A1."}) {
    EXPECT_EQ(folder_name(plain), plain);
  }
}

TEST(FolderName, WhatPathsAreMadeOfIsWrittenOut) {
  EXPECT_EQ(folder_name("."), "%2E");
  EXPECT_EQ(folder_name(".."), "%2E.");
  EXPECT_EQ(folder_name(".Junk"), "%2EJunk");
  EXPECT_EQ(folder_name("../../etc/passwd"), "%2E.%2F..%2Fetc%2Fpasswd");
  EXPECT_EQ(folder_name("a%2Fb"), "a%252Fb") << "not the name of a/b";
  EXPECT_EQ(folder_name(std::string_view("a\0b", 3)), "a%00b");
  EXPECT_EQ(folder_name("o'neil \"x\"\\\n~"), "o%27neil%20%22x%22%5C%0A%7E");
  EXPECT_EQ(folder_name("jos\xc3\xa9"), "jos%C3%A9");
  EXPECT_EQ(folder_name(""), "%");
}

TEST(FolderName, LongOnesAreCutAndStayApart) {
  EXPECT_EQ(folder_name(std::string(200, 'a')), std::string(200, 'a'));
  std::set<std::string> names;
  for (const char c : {'a', 'b'}) {
    for (const std::size_t length : {201U, 202U, 5000U, 100'000U}) {
      const std::string name = folder_name(std::string(length, 'a') + c);
      EXPECT_LE(name.size(), 255U);
      names.insert(name);
    }
  }
  EXPECT_EQ(names.size(), 8U);
  EXPECT_LE(folder_name(std::string(300, '/')).size(), 255U);
}

// Every name of two octets, whatever they are.
TEST(FolderName, NoTwoAddressesShareOneAndNoneLeavesItsPlace) {
  std::set<std::string> names;
  for (int first = 0; first < 256; ++first) {
    for (int second = 0; second < 256; ++second) {
      const std::string name = folder_name(std::string{static_cast<char>(first), static_cast<char>(second)});
      EXPECT_EQ(name.find('/'), std::string::npos);
      EXPECT_EQ(name.find('\0'), std::string::npos);
      EXPECT_NE(name.front(), '.');
      names.insert(name);
    }
  }
  EXPECT_EQ(names.size(), 65'536U);
}

}  // namespace
}  // namespace mailrig::mailstore
