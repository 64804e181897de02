#include "fakes/dns/name.h"

#include <gtest/gtest.h>

namespace mailrig::dns {
namespace {

TEST(CanonicalName, IsLowerCaseWithoutTrailingDot) {
  EXPECT_EQ(canonical_name("MX1.Shop.Example."), "mx1.shop.example");
  EXPECT_EQ(canonical_name("_dmarc.shop.example"), "_dmarc.shop.example");
  EXPECT_EQ(canonical_name("*.shop.example"), "*.shop.example");
}

TEST(CanonicalName, TheRootIsEmpty) {
  EXPECT_EQ(canonical_name("."), "");
  EXPECT_EQ(canonical_name(""), "");
}

// RFC 1035 §5.1: \X for any character, \DDD for any byte.
TEST(CanonicalName, WritesEscapesInOneWay) {
  EXPECT_EQ(canonical_name("a\\.b.example"), "a\\.b.example");
  EXPECT_EQ(canonical_name("\\065bc.example"), "abc.example");
  EXPECT_EQ(canonical_name("\\a.example"), "a.example");
  EXPECT_EQ(canonical_name("a b.example"), "a\\032b.example");
  EXPECT_EQ(canonical_name("\xff.example"), "\\255.example");
}

TEST(CanonicalName, RefusesWhatIsNoName) {
  EXPECT_FALSE(canonical_name("shop..example"));
  EXPECT_FALSE(canonical_name(".example"));
  EXPECT_FALSE(canonical_name(".."));
  EXPECT_FALSE(canonical_name("a\\"));
  EXPECT_FALSE(canonical_name("a\\25"));
  EXPECT_FALSE(canonical_name("a\\256"));
}

// RFC 1035 §2.3.4: labels 63 octets or less, names 255 octets or less (with the length bytes and the root).
TEST(CanonicalName, KeepsTheBounds) {
  const std::string label(63, 'a');
  EXPECT_TRUE(canonical_name(label + ".example"));
  EXPECT_FALSE(canonical_name(label + "a.example"));

  const std::string three = label + "." + label + "." + label + ".";  // 192 bytes on the wire
  EXPECT_TRUE(canonical_name(three + std::string(61, 'b')));
  EXPECT_FALSE(canonical_name(three + std::string(62, 'b')));
  EXPECT_TRUE(canonical_name(three + std::string(61, 'b') + "."));
}

TEST(ParentName, GoesUpToTheRoot) {
  EXPECT_EQ(parent_name("mx1.shop.example"), "shop.example");
  EXPECT_EQ(parent_name("a\\.b.example"), "example");
  EXPECT_EQ(parent_name("example"), "");
}

TEST(IsWithin, ComparesWholeLabels) {
  EXPECT_TRUE(is_within("shop.example", "shop.example"));
  EXPECT_TRUE(is_within("mx1.shop.example", "shop.example"));
  EXPECT_TRUE(is_within("mx1.shop.example", ""));
  EXPECT_FALSE(is_within("bookshop.example", "shop.example"));
  EXPECT_FALSE(is_within("example", "shop.example"));
  EXPECT_FALSE(is_within("a\\.shop.example", "shop.example"));
}

}  // namespace
}  // namespace mailrig::dns
