#include "fakes/auth/idna.h"

namespace mailrig::auth {
namespace {

using testing::Optional;

TEST(Idna, ConvertsULabelsAndKeepsTheRest) {
  EXPECT_THAT(to_a_labels("bücher.example"), Optional(std::string("xn--bcher-kva.example")));
  EXPECT_THAT(to_a_labels("_dmarc.Bücher.Example"), Optional(std::string("_dmarc.xn--bcher-kva.example")));
  EXPECT_THAT(to_a_labels("食狮.公司.cn"), Optional(std::string("xn--85x722f.xn--55qx5d.cn")));
}

// UTS #46 §4, non-transitional processing: these are letters of their own since IDNA2008 (RFC 5894 §7.2).
TEST(Idna, KeepsSharpSAndFinalSigma) {
  EXPECT_THAT(to_a_labels("faß.de"), Optional(std::string("xn--fa-hia.de")));
  EXPECT_THAT(to_a_labels("βόλος.com"), Optional(std::string("xn--nxasmm1c.com")));
}

// UTS #46 §4: case, width and the ideographic full stop are mapped before anything else.
TEST(Idna, MapsWhatKeyboardsProduce) {
  EXPECT_THAT(to_a_labels("食狮。公司。cn"), Optional(std::string("xn--85x722f.xn--55qx5d.cn")));
  EXPECT_THAT(to_a_labels("BÜCHER.example"), Optional(std::string("xn--bcher-kva.example")));
  EXPECT_THAT(to_a_labels("ｓｈｏｐ.example"), Optional(std::string("shop.example")));
  // A "u" and a combining diaeresis: normalised to NFC first (RFC 5891 §5.2).
  EXPECT_THAT(to_a_labels("bu\u0308cher.example"), Optional(std::string("xn--bcher-kva.example")));
}

TEST(Idna, LeavesAsciiToTheDns) {
  EXPECT_THAT(to_a_labels("Shop.EXAMPLE."), Optional(std::string("shop.example")));
  EXPECT_THAT(to_a_labels("xn--bcher-kva.example"), Optional(std::string("xn--bcher-kva.example")));
  EXPECT_THAT(to_a_labels("_spf.shop.example"), Optional(std::string("_spf.shop.example")));
}

TEST(Idna, RefusesWhatIsNoName) {
  for (const char* const text : {"", ".", "a..example", ".example", "a b.example", "ü\u3000.example", "a\tü.example",
                                 "☃.example",   // a symbol: disallowed by RFC 5892
                                 "-ü.example",  // RFC 5891 §4.2.3.1
                                 "ü..example", "\u200dü.example", "\xff.example", "\xc3.example"}) {
    EXPECT_EQ(to_a_labels(text), std::nullopt) << text;
  }
  EXPECT_EQ(to_a_labels(std::string_view("a\0b.example", 11)), std::nullopt);
  EXPECT_EQ(to_a_labels(std::string_view("\0ü.example", 11)), std::nullopt);
}

// RFC 1035 §2.3.4.
TEST(Idna, KeepsToTheLengthsOfTheDns) {
  const std::string label(63, 'a');
  EXPECT_TRUE(to_a_labels(label + ".example").has_value());
  EXPECT_EQ(to_a_labels(label + "a.example"), std::nullopt);
  const std::string longest = label + '.' + label + '.' + label + '.' + std::string(61, 'b');
  EXPECT_TRUE(to_a_labels(longest).has_value());
  EXPECT_EQ(to_a_labels(longest + "b"), std::nullopt);
  std::string umlauts;
  for (int i = 0; i < 64; ++i) umlauts += "ü";
  EXPECT_EQ(to_a_labels(umlauts), std::nullopt);
  EXPECT_EQ(to_a_labels("ü" + std::string(10'000'000, 'a')), std::nullopt);
}

}  // namespace
}  // namespace mailrig::auth
