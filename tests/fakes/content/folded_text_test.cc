#include "fakes/content/folded_text.h"

namespace mailrig::content {
namespace {

TEST(FoldedText, UndoesWhatHidesWords) {
  EXPECT_EQ(folded(" Ｆｒｅｅ　ｍｏｎｅｙ！ "), "Free money!");
  EXPECT_EQ(folded("代 开　发\xe2\x80\x8b票 for you"), "代开发票 for you");
  EXPECT_EQ(folded("vi\xc2\xad"
                   "agra\xff"),
            "viagra");
  EXPECT_EQ(folded("a \r\n \n b\tc"), "a\nb c");
}

TEST(FoldedText, LinesOfPlainTextAreJoined) {
  EXPECT_EQ(unwrapped("Dear Anna,\r\n\r\nact\r\nnow\r\n\r\n\r\nend\r\n"), "Dear Anna,\nact now\nend ");
}

}  // namespace
}  // namespace mailrig::content
