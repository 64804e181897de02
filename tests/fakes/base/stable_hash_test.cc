#include "fakes/base/stable_hash.h"

#include <gtest/gtest.h>

namespace mailrig {
namespace {

// XXH3's published value for the empty input; a change here would change every seeded run.
TEST(StableHash, ValuesNeverChange) {
  EXPECT_EQ(stable_hash(""), 0x2d06800538d394c2ULL);
  EXPECT_EQ(combine(1, 2), combine(1, 2));
  EXPECT_NE(combine(1, 2), combine(2, 1));
}

TEST(StableHash, PiecesHashAsTheWhole) {
  const std::string text(5000, 'x');
  StreamingHash hash;
  for (std::size_t at = 0; at < text.size(); at += 37) hash.update(std::string_view(text).substr(at, 37));
  EXPECT_EQ(hash.digest(), stable_hash(text));
  hash.reset();
  EXPECT_EQ(hash.digest(), stable_hash(""));
}

}  // namespace
}  // namespace mailrig
