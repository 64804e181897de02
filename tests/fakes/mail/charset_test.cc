#include "fakes/mail/charset.h"

#include <gtest/gtest.h>

namespace mailrig::mail {
namespace {

struct Sample {
  const char* charset;
  std::string_view bytes;
  const char* text;
};

// Every character set that Chinese mail comes in, by the names that mail programs give it.
TEST(Charset, ReadsChinese) {
  for (const Sample& sample :
       {Sample{"UTF-8", "\xe5\x85\x8d\xe8\xb4\xb9", "免费"}, Sample{"gb2312", "\xc3\xe2\xb7\xd1", "免费"},
        Sample{"GBK", "\xc3\xe2\xd9\x4d", "免費"}, Sample{"gb2312", "\xc3\xe2\xd9\x4d", "免費"},  // GBK, mislabelled
        Sample{"GB18030", "\x81\x39\xef\x30", "㐁"}, Sample{"big5", "\xa7\x4b\xb6\x4f", "免費"}}) {
    const Decoded decoded = decode_charset(sample.bytes, sample.charset);
    EXPECT_TRUE(decoded.known) << sample.charset;
    EXPECT_EQ(decoded.invalid, 0U) << sample.charset;
    EXPECT_EQ(decoded.text, sample.text) << sample.charset;
  }
}

TEST(Charset, LeavesOutWhatMeansNothingAndCountsIt) {
  const Decoded decoded = decode_charset(
      "a\xff\xff"
      "b",
      "utf-8");
  EXPECT_TRUE(decoded.known);
  EXPECT_EQ(decoded.invalid, 2U);
  EXPECT_EQ(decoded.text, "ab");
}

TEST(Charset, KnowsNamesOnlyAndNoOptionsOfIconv) {
  for (const char* name : {"", "x-none", "utf-8//IGNORE", "utf-8 "}) {
    EXPECT_FALSE(decode_charset("a", name).known) << name;
  }
}

TEST(Charset, CountsCharactersAndFindsChinese) {
  EXPECT_EQ(count_characters("a免费\xff"), 4U);
  EXPECT_TRUE(holds_chinese("free 免"));
  EXPECT_FALSE(holds_chinese("grüße, こんにちは \xff"));
}

}  // namespace
}  // namespace mailrig::mail
