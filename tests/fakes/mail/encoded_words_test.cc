#include "fakes/mail/encoded_words.h"

#include <gtest/gtest.h>

#include "tests/bounded_process.h"

namespace mailrig::mail {
namespace {

TEST(EncodedWords, AreReadAsAMailProgramShowsThem) {
  EXPECT_EQ(decode_encoded_words("=?UTF-8?B?5YWN6LS5?="), "免费");
  EXPECT_EQ(decode_encoded_words("a =?gbk?B?w+K30Q==?= b"), "a 免费 b");
  EXPECT_EQ(decode_encoded_words("=?iso-8859-1?Q?Gr=FC=DFe_an_alle?="), "Grüße an alle");
  EXPECT_EQ(decode_encoded_words("=?iso-8859-1*de?Q?=FC?="), "ü");
  // RFC 2047 §6.2: what stands between two of them is not shown.
  EXPECT_EQ(decode_encoded_words("=?utf-8?Q?a?=\r\n =?utf-8?Q?b?= c"), "ab c");
}

TEST(EncodedWords, WhatIsNoneStays) {
  for (const char* text : {"=?utf-8?B?5YWN", "=?utf-8?X?a?=", "=?utf-8", "a=b?c"}) {
    EXPECT_EQ(decode_encoded_words(text), text);
  }
}

TEST(EncodedWords, ThoseThatNeverEndCostLittle) {
  std::string text;
  while (text.size() < 10'000'000) text += "=?a?b?";
  EXPECT_TRUE(run_bounded([&text] { return decode_encoded_words(text).size() <= 65'536; }, 2).held);
}

}  // namespace
}  // namespace mailrig::mail
