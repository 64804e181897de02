#include "fakes/mail/body_digest.h"

#include <gtest/gtest.h>

#include <string>

namespace mailrig::mail {
namespace {

TEST(BodyDigest, TakesEveryLineEndAlike) {
  const auto crlf = body_digest("one\r\n\r\ntwo\r\nthree\r\n");
  EXPECT_EQ(body_digest("one\n\ntwo\nthree\n"), crlf);
  EXPECT_EQ(body_digest("one\r\rtwo\rthree\r"), crlf);
  EXPECT_EQ(body_digest("one\r\n\ntwo\rthree\n"), crlf);
}

TEST(BodyDigest, IgnoresEmptyLinesAtTheEndOnly) {
  const auto plain = body_digest("one\r\ntwo");
  EXPECT_EQ(body_digest("one\r\ntwo\r\n"), plain);
  EXPECT_EQ(body_digest("one\r\ntwo\r\n\r\n\n\r\r\n"), plain);
  EXPECT_EQ(body_digest("\r\n\n"), body_digest(""));
  EXPECT_NE(body_digest("\r\none\r\ntwo"), plain);
  EXPECT_NE(body_digest("one\r\n\r\ntwo"), plain);
}

TEST(BodyDigest, SeesEverythingElse) {
  const auto plain = body_digest("one\r\ntwo\r\n");
  EXPECT_NE(body_digest("one \r\ntwo\r\n"), plain);
  EXPECT_NE(body_digest("one\r\ntwo \r\n"), plain);
  EXPECT_NE(body_digest("onetwo\r\n"), plain);
  EXPECT_NE(body_digest("One\r\ntwo\r\n"), plain);
  using namespace std::string_literals;
  EXPECT_NE(body_digest("one\r\ntwo\0\r\n"s), plain);
  EXPECT_NE(body_digest("one\r\n..two\r\n"), body_digest("one\r\n.two\r\n"));
}

// Recorded values name bodies in run databases: they must not change between versions. XXH3 of the canonical form,
// as `printf 'one\r\ntwo' | xxhsum -H3` prints it.
TEST(BodyDigest, IsTheSameEverywhere) {
  EXPECT_EQ(body_digest(""), 0x2d06800538d394c2U);  // XXH3 of nothing
  EXPECT_EQ(body_digest("one\ntwo\n"), stable_hash("one\r\ntwo"));
}

TEST(BodyDigest, DoesNotDependOnThePieces) {
  const std::string body = "a\r\n\r\nb\rc\n\r\nd\r\r\ne\n\n";
  const auto whole = body_digest(body);
  for (std::size_t first = 0; first <= body.size(); ++first) {
    for (std::size_t second = first; second <= body.size(); ++second) {
      BodyDigest digest;
      const std::string_view view = body;
      digest.update(view.substr(0, first));
      digest.update(view.substr(first, second - first));
      digest.update(view.substr(second));
      EXPECT_EQ(digest.digest(), whole) << first << " " << second;
    }
  }
}

// Long enough for the scan by blocks, with one odd line end at every place in turn.
TEST(BodyDigest, FindsOddLineEndsAnywhere) {
  std::string body;
  for (int i = 0; i < 12; ++i) body += "a line of text " + std::to_string(i) + "\r\n";
  for (std::size_t i = 0; i < body.size(); ++i) {
    for (const char* odd : {"\r", "\n"}) {
      std::string changed = body;
      changed.insert(i, odd);
      std::string expected;
      for (std::size_t j = 0; j < changed.size(); ++j) {
        const bool crlf = changed.compare(j, 2, "\r\n") == 0;
        const bool line_end = changed[j] == '\r' || changed[j] == '\n';
        expected += line_end ? "\r\n" : std::string(1, changed[j]);
        if (crlf) ++j;
      }
      while (expected.ends_with("\r\n")) expected.resize(expected.size() - 2);
      EXPECT_EQ(body_digest(changed), stable_hash(expected)) << i << " " << static_cast<int>(*odd);
    }
  }
}

TEST(BodyDigest, StartsAgainAfterReset) {
  BodyDigest digest;
  digest.update("something\r");
  digest.reset();
  digest.update("\none\r\n");
  EXPECT_EQ(digest.digest(), body_digest("\none\r\n"));
}

TEST(LooseBodyDigest, SurvivesFoldingAndNothingElse) {
  const std::uint64_t digest = loose_body_digest("one two three\r\n");
  EXPECT_EQ(loose_body_digest("one two\r\n three"), digest);
  EXPECT_EQ(loose_body_digest(" \tonetwothree\n\n"), digest);
  EXPECT_NE(loose_body_digest("one two tree\r\n"), digest);
  EXPECT_NE(loose_body_digest("one three two\r\n"), digest);
  EXPECT_EQ(loose_body_digest(""), loose_body_digest("\r\n"));
}

}  // namespace
}  // namespace mailrig::mail
