#include "fakes/policy/address_key.h"

#include <gtest/gtest.h>

#include <string>

#include "fakes/base/stable_hash.h"

namespace mailrig::policy {
namespace {

TEST(ToLower, ChangesCapitalLettersOfAsciiAlone) {
  for (int octet = 0; octet < 256; ++octet) {
    const char c = static_cast<char>(octet);
    EXPECT_EQ(to_lower(c), octet >= 'A' && octet <= 'Z' ? static_cast<char>(octet + 32) : c) << octet;
  }
}

// The sanitizers see to it.
TEST(KeyOf, NothingAtAllHasAKeyToo) {
  EXPECT_EQ(key_of(std::string_view()), key_of(""));
}

TEST(AssignLower, EveryOctetAtEveryPlace) {
  for (int octet = 0; octet < 256; ++octet) {
    const char c = static_cast<char>(octet);
    for (std::size_t size = 1; size < 20; ++size) {
      for (std::size_t at = 0; at < size; ++at) {
        std::string text(size, 'Q');
        std::string expected(size, 'q');
        text[at] = c;
        expected[at] = to_lower(c);
        std::string lower;
        assign_lower(lower, text);
        ASSERT_EQ(lower, expected) << octet << " at " << at << " of " << size;
      }
    }
  }
}

TEST(KeyOf, IgnoresLetterCase) {
  EXPECT_EQ(key_of("News@Shop.Example"), stable_hash("news@shop.example"));
  EXPECT_EQ(key_of(std::string(5000, 'A')), stable_hash(std::string(5000, 'a')));
  EXPECT_EQ(key_of(""), stable_hash(""));
}

TEST(KeyMemo, SaysWhatKeyOfSays) {
  KeyMemo memo;
  for (const char* name : {"", "shop.example", "shop.example", "Shop.Example", "", "shop.example.net"}) {
    EXPECT_EQ(memo.of(name), key_of(name)) << name;
  }
}

TEST(NetblockKey, IsOneForTheNetworkThatIsJudgedTogether) {
  const auto key = [](const char* ip) { return netblock_key(IpAddress::parse(ip).value()); };
  EXPECT_EQ(key("198.18.2.1"), key("198.18.2.254"));
  EXPECT_NE(key("198.18.2.1"), key("198.18.3.1"));
  EXPECT_EQ(key("2001:db8::1"), key("2001:db8::ffff:0:0:1"));
  EXPECT_NE(key("2001:db8::1"), key("2001:db8:0:1::1"));
}

TEST(SplitAddress, AtTheLastAt) {
  EXPECT_EQ(split_address("\"a@b\"@isp.example").local_part, "\"a@b\"");
  EXPECT_EQ(split_address("\"a@b\"@isp.example").domain, "isp.example");
  EXPECT_EQ(split_address("postmaster").local_part, "postmaster");
  EXPECT_EQ(split_address("postmaster").domain, "");
}

}  // namespace
}  // namespace mailrig::policy
