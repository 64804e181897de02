#include "fakes/auth/spf_macro.h"

#include <gmock/gmock.h>

namespace mailrig::auth {
namespace {

using testing::Eq;
using testing::IsEmpty;
using testing::Optional;

// The facts of the examples in RFC 7208 §7.4.
SpfMacroValues example(std::string_view ip = "192.0.2.3") {
  return {.sender = "strong-bad@email.example.com",
          .local_part = "strong-bad",
          .sender_domain = "email.example.com",
          .domain = "email.example.com",
          .helo = "mx.example.org",
          .client_ip = *IpAddress::parse(ip),
          .receiver = "receiver.example.net",
          .now = Instant(std::chrono::seconds(1'772'438'400)),
          .validated_name = [] { return std::string("mx.example.org"); }};
}

std::string expanded(std::string_view text, const SpfMacroValues& values = example()) {
  return expand_spf_macros(text, SpfMacroUse::text, values).value_or("(nothing)");
}

struct MacroExample {
  std::string_view text;
  std::string_view expansion;
};

class SpfMacroExamples : public testing::TestWithParam<MacroExample> {};

TEST_P(SpfMacroExamples, AreThoseOfTheRfc) {
  EXPECT_EQ(expanded(GetParam().text), GetParam().expansion);
}

INSTANTIATE_TEST_SUITE_P(
    Section74, SpfMacroExamples,
    testing::Values(MacroExample{"%{s}", "strong-bad@email.example.com"}, MacroExample{"%{o}", "email.example.com"},
                    MacroExample{"%{d}", "email.example.com"}, MacroExample{"%{d4}", "email.example.com"},
                    MacroExample{"%{d3}", "email.example.com"}, MacroExample{"%{d2}", "example.com"},
                    MacroExample{"%{d1}", "com"}, MacroExample{"%{dr}", "com.example.email"},
                    MacroExample{"%{d2r}", "example.email"}, MacroExample{"%{l}", "strong-bad"},
                    MacroExample{"%{l-}", "strong.bad"}, MacroExample{"%{lr}", "strong-bad"},
                    MacroExample{"%{lr-}", "bad.strong"}, MacroExample{"%{l1r-}", "strong"},
                    MacroExample{"%{ir}.%{v}._spf.%{d2}", "3.2.0.192.in-addr._spf.example.com"},
                    MacroExample{"%{lr-}.lp._spf.%{d2}", "bad.strong.lp._spf.example.com"},
                    MacroExample{"%{lr-}.lp.%{ir}.%{v}._spf.%{d2}", "bad.strong.lp.3.2.0.192.in-addr._spf.example.com"},
                    MacroExample{"%{ir}.%{v}.%{l1r-}.lp._spf.%{d2}", "3.2.0.192.in-addr.strong.lp._spf.example.com"},
                    MacroExample{"%{d2}.trusted-domains.example.net", "example.com.trusted-domains.example.net"}));

TEST(SpfMacro, Ipv6IsDottedNibbles) {
  // RFC 7208 §7.4, the IPv6 example; names compare in any case (RFC 4343).
  EXPECT_EQ(expanded("%{ir}.%{v}._spf.%{d2}", example("2001:db8::cb01")),
            "1.0.B.C.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.B.D.0.1.0.0.2.ip6._spf.example.com");
}

// RFC 7208 §7.2: "h", "p", and those for explanations only.
TEST(SpfMacro, TheOtherLetters) {
  EXPECT_EQ(expanded("%{h} %{p} %{c} %{r} %{t}"),
            "mx.example.org mx.example.org 192.0.2.3 receiver.example.net 1772438400");
  EXPECT_EQ(expanded("%{c}", example("2001:DB8:0::CB01")), "2001:db8::cb01");
  SpfMacroValues nobody = example();
  nobody.receiver = {};
  EXPECT_EQ(expanded("%{r}", nobody), "unknown");  // §7.3: "If not available, this SHOULD be 'unknown'"
}

// RFC 7208 §7.1.
TEST(SpfMacro, PercentSpaceAndUrlSpace) {
  EXPECT_EQ(expanded("%%{d}%_%-"), "%{d} %20");
}

// RFC 7208 §7.3: "Uppercase macros expand exactly as the lowercase macros, and are then URL escaped".
TEST(SpfMacro, UppercaseIsUrlEscaped) {
  SpfMacroValues values = example();
  values.local_part = "~jack&jill=up-a_b3.c\x01\xc3\xbc";
  EXPECT_EQ(expanded("%{L}", values), "~jack%26jill%3Dup-a_b3.c%01%C3%BC");
  EXPECT_EQ(expanded("%{S}"), "strong-bad%40email.example.com");
}

// RFC 7208 §7.3: several delimiters at once; joined again with dots; more parts than there are keep all.
TEST(SpfMacro, Transformations) {
  SpfMacroValues values = example();
  values.local_part = "foo-bar+zip/quux,x_y=z.";
  EXPECT_EQ(expanded("%{l+-/,_=.}", values), "foo.bar.zip.quux.x.y.z.");
  EXPECT_EQ(expanded("%{l2r+-}", values), "bar.foo");
  EXPECT_EQ(expanded("%{l99999999999999999999}", values), "foo-bar+zip/quux,x_y=z.");
  EXPECT_EQ(expanded("%{dR}", values), "com.example.email");  // §12: letters of the grammar have no case
}

// RFC 7208 §4.8 and §7.3: "the left side is truncated to fit, by removing successive domain labels".
TEST(SpfTargetName, IsCutFromTheLeft) {
  EXPECT_THAT(spf_target_name("b.example.com."), Optional(Eq("b.example.com")));
  const std::string tail = [] {
    std::string name;
    for (int i = 0; i < 25; ++i) name += "123456789.";
    return name + "com";
  }();
  ASSERT_EQ(tail.size(), 253U);
  EXPECT_THAT(spf_target_name(tail), Optional(Eq(tail)));
  EXPECT_THAT(spf_target_name("a." + tail), Optional(Eq(tail)));
  EXPECT_THAT(spf_target_name("abc" + tail), Optional(Eq(tail.substr(10))));
  EXPECT_THAT(spf_target_name(std::string(60, 'x') + "." + std::string(100, 'y') + "." + tail), Optional(Eq(tail)));
  EXPECT_EQ(spf_target_name(std::string(300, 'x')), std::nullopt);
}

// RFC 1035 §2.3.4.
TEST(SpfTargetName, MustBeAName) {
  EXPECT_EQ(spf_target_name("a..example.com"), std::nullopt);
  EXPECT_EQ(spf_target_name(".example.com"), std::nullopt);
  EXPECT_EQ(spf_target_name(""), std::nullopt);
  EXPECT_EQ(spf_target_name("."), std::nullopt);
  EXPECT_EQ(spf_target_name(std::string(64, 'x') + ".com"), std::nullopt);
  EXPECT_NE(spf_target_name(std::string(63, 'x') + ".com"), std::nullopt);
}

// A record of 64 KB full of %{s} and a MAIL FROM of 1 MB would be gigabytes.
TEST(SpfMacro, ExpansionIsBounded) {
  SpfMacroValues values = example();
  const std::string long_local(1'000'000, 'x');
  values.local_part = long_local;
  EXPECT_EQ(expand_spf_macros("%{l}", SpfMacroUse::text, values), std::nullopt);
  std::string many;
  for (int i = 0; i < 20'000; ++i) many += "%{s}";
  EXPECT_EQ(expand_spf_macros(many, SpfMacroUse::text, values), std::nullopt);
  EXPECT_THAT(expand_spf_macros("%{d2}", SpfMacroUse::text, values, 11), Optional(Eq("example.com")));
  EXPECT_EQ(expand_spf_macros("%{d2}", SpfMacroUse::text, values, 10), std::nullopt);
}

// RFC 7208 §12: explain-string = *( macro-string / SP ), a domain-spec has no blanks.
TEST(SpfMacro, BlanksStandInExplanationsOnly) {
  EXPECT_THAT(spf_macro_fault("See http://%{d}/why?ip=%{C} !", SpfMacroUse::text), IsEmpty());
  EXPECT_NE(spf_macro_fault("a b.example.com", SpfMacroUse::domain), "");
  EXPECT_NE(spf_macro_fault("tab\tbed", SpfMacroUse::text), "");
  EXPECT_EQ(expand_spf_macros("The %{x}-files.", SpfMacroUse::text, example()), std::nullopt);
}

TEST(SpfMacro, TellsWhetherTheLocalPartIsUsed) {
  EXPECT_TRUE(spf_macros_use_local_part("%{l1r-}.example.com"));
  EXPECT_TRUE(spf_macros_use_local_part("a.%{S}"));
  EXPECT_FALSE(spf_macros_use_local_part("%{d}.%%{s}.example.com"));
}

}  // namespace
}  // namespace mailrig::auth
