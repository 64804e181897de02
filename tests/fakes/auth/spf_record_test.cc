#include "fakes/auth/spf_record.h"

#include <gmock/gmock.h>

namespace mailrig::auth {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

SpfRecord parsed_spf(std::string_view text) {
  auto record = parse_spf_record(text);
  EXPECT_TRUE(record) << (record ? "" : record.error().message);
  return record ? *record : SpfRecord{};
}

// RFC 7208 §4.5: "the version section is terminated by either a space or the end of the record"; §12: any case.
TEST(SpfRecordVersion, IsExactlyVSpf1) {
  EXPECT_TRUE(is_spf_record("v=spf1"));
  EXPECT_TRUE(is_spf_record("V=SPF1 -all"));
  EXPECT_FALSE(is_spf_record("v=spf10 -all"));
  EXPECT_FALSE(is_spf_record("v=spf1-all"));
  EXPECT_FALSE(is_spf_record("v=spf1\t-all"));
  EXPECT_FALSE(is_spf_record(" v=spf1 -all"));
  EXPECT_FALSE(is_spf_record("v=spf2.0/pra -all"));
  EXPECT_FALSE(is_spf_record(""));
}

// RFC 7208 §4.6.2: qualifiers, and "+" where none is written. §12: terms are separated by one or more spaces.
TEST(SpfRecordDirectives, KeepTheirOrderAndQualifiers) {
  const SpfRecord record = parsed_spf("v=spf1  mx ~a:b.example.com   ?ip4:192.0.2.0/24 +ip6:2001:db8::/32 -ALL ");
  ASSERT_THAT(record.directives, SizeIs(5));
  EXPECT_EQ(record.directives[0].mechanism, SpfMechanism::mx);
  EXPECT_EQ(record.directives[0].qualifier, SpfQualifier::pass);
  EXPECT_EQ(record.directives[1].qualifier, SpfQualifier::softfail);
  EXPECT_EQ(record.directives[1].domain_spec, "b.example.com");
  EXPECT_EQ(record.directives[2].qualifier, SpfQualifier::neutral);
  EXPECT_EQ(record.directives[2].network, *IpAddress::parse("192.0.2.0"));
  EXPECT_EQ(record.directives[2].ip4_prefix, 24);
  EXPECT_EQ(record.directives[3].qualifier, SpfQualifier::pass);
  EXPECT_EQ(record.directives[3].ip6_prefix, 32);
  EXPECT_EQ(record.directives[4].mechanism, SpfMechanism::all);
  EXPECT_EQ(record.directives[4].qualifier, SpfQualifier::fail);
  EXPECT_EQ(record.directives[4].text, "-ALL");
}

// RFC 7208 §12, dual-cidr-length.
TEST(SpfRecordPrefixes, OfBothFamilies) {
  const SpfRecord record = parsed_spf("v=spf1 a a/24 a//64 mx/24//64 a:%{d}/0//0 a:x/y.example.com/8");
  ASSERT_THAT(record.directives, SizeIs(6));
  const auto prefixes = [&](std::size_t i) {
    return std::pair(record.directives[i].ip4_prefix, record.directives[i].ip6_prefix);
  };
  EXPECT_EQ(prefixes(0), std::pair(32, 128));
  EXPECT_EQ(prefixes(1), std::pair(24, 128));
  EXPECT_EQ(prefixes(2), std::pair(32, 64));
  EXPECT_EQ(prefixes(3), std::pair(24, 64));
  EXPECT_EQ(prefixes(4), std::pair(0, 0));
  EXPECT_EQ(record.directives[4].domain_spec, "%{d}");
  EXPECT_EQ(prefixes(5), std::pair(8, 128));
  EXPECT_EQ(record.directives[5].domain_spec, "x/y.example.com");
}

// RFC 7208 §6: modifiers may stand anywhere; unknown ones are ignored, whatever is in them.
TEST(SpfRecordModifiers, AreToldApart) {
  const SpfRecord record = parsed_spf("v=spf1 ExP=why.example.com moo.cow-far_out=man:dog/cat%{c} -all Redirect=%{d2}");
  EXPECT_EQ(record.explanation.value, "why.example.com");
  EXPECT_EQ(record.redirect.text, "Redirect=%{d2}");
  EXPECT_EQ(record.redirect.value, "%{d2}");
  ASSERT_THAT(record.others, SizeIs(1));
  EXPECT_EQ(record.others[0].value, "man:dog/cat%{c}");
  EXPECT_THAT(record.directives, SizeIs(1));
}

TEST(SpfRecordModifiers, NeedNotBeThere) {
  const SpfRecord record = parsed_spf("v=spf1");
  EXPECT_THAT(record.directives, IsEmpty());
  EXPECT_THAT(record.redirect.text, IsEmpty());
  EXPECT_THAT(record.explanation.text, IsEmpty());
}

struct BrokenRecord {
  const char* what;
  std::string_view term;
  const char* message;
};

class SpfRecordErrors : public testing::TestWithParam<BrokenRecord> {};

// RFC 7208 §4.6: "Any syntax errors anywhere in the record MUST be detected", also behind a term that matches.
TEST_P(SpfRecordErrors, MakeTheWholeRecordVoid) {
  const std::string text = "v=spf1 +all " + std::string(GetParam().term);
  const auto record = parse_spf_record(text);
  ASSERT_FALSE(record) << text;
  EXPECT_THAT(record.error().message, HasSubstr(GetParam().message));
}

INSTANTIATE_TEST_SUITE_P(
    Cases, SpfRecordErrors,
    testing::Values(
        // §12, the grammar of terms.
        BrokenRecord{"unknown_mechanism", "al", "term 'al': no such mechanism"},
        BrokenRecord{"mechanism_with_dot", "all.", "no such mechanism"},
        BrokenRecord{"redirect_is_a_modifier", "redirect:b.example.com", "no such mechanism"},
        BrokenRecord{"no_name", "=b.example.com", "no mechanism and no modifier"},
        BrokenRecord{"name_begins_with_digit", "1up=foo", "no mechanism and no modifier"},
        BrokenRecord{"qualifier_alone", "-", "no mechanism and no modifier"},
        BrokenRecord{"two_qualifiers", "--all", "no mechanism and no modifier"},
        BrokenRecord{"qualified_modifier", "-exp=b.example.com", "a modifier has no qualifier"},
        BrokenRecord{"control_character", std::string_view("a\tmx", 4), "term 'a?mx'"},
        BrokenRecord{"eight_bit",
                     "\x80"
                     "a",
                     "no mechanism"},
        BrokenRecord{"eight_bit_in_modifier", "x=\xc3\xbc", "may not stand there"},
        // §5.1, §5.2, §5.7: what must stand behind the name, and what must not.
        BrokenRecord{"all_with_domain", "all:b.example.com", "takes nothing"},
        BrokenRecord{"include_alone", "include", "a domain is missing"},
        BrokenRecord{"include_nothing", "include:", "a domain is missing"},
        BrokenRecord{"include_prefix", "include:b.example.com/24", "top-level"},
        BrokenRecord{"exists_alone", "exists", "a domain is missing"},
        BrokenRecord{"ptr_prefix", "ptr/24", "':' is missing"}, BrokenRecord{"a_nothing", "a:", "a domain is missing"},
        // §5.6 and §12: addresses and prefix lengths.
        BrokenRecord{"ip4_alone", "ip4", "address"}, BrokenRecord{"ip4_short", "ip4:192.0.2", "not an IPv4"},
        BrokenRecord{"ip4_leading_zero", "ip4:192.0.02.1", "not an IPv4"},
        BrokenRecord{"ip4_is_ip6", "ip4:2001:db8::1", "not an IPv4"},
        BrokenRecord{"ip6_is_ip4", "ip6:192.0.2.1", "not an IPv6"},
        BrokenRecord{"ip6_zone", "ip6:fe80::1%eth0", "not an IPv6"},
        BrokenRecord{"ip4_nul", std::string_view("ip4:192.0.2.1\0x", 15), "not an IPv4"},
        BrokenRecord{"ip4_dual", "ip4:192.0.2.1//32", "not an IPv4"},
        BrokenRecord{"ip4_prefix_33", "ip4:192.0.2.1/33", "from 0 to 32"},
        BrokenRecord{"ip4_prefix_zero_first", "ip4:192.0.2.1/032", "from 0 to 32"},
        BrokenRecord{"ip4_prefix_missing", "ip4:192.0.2.1/", "from 0 to 32"},
        BrokenRecord{"ip6_prefix_129", "ip6:2001:db8::/129", "from 0 to 128"},
        BrokenRecord{"ip6_prefix_huge", "ip6:2001:db8::/18446744073709551617", "from 0 to 128"},
        BrokenRecord{"a_prefix_33", "a/33", "from 0 to 32"}, BrokenRecord{"a_prefix6_129", "a//129", "from 0 to 128"},
        BrokenRecord{"a_prefixes_in_one_family", "a/24/24", "':' is missing"},
        BrokenRecord{"mx_slash", "mx:b.example.com/", "from 0 to 32"},
        // §7.1: how a domain-spec ends.
        BrokenRecord{"one_label", "a:museum", "top-level"}, BrokenRecord{"one_label_dot", "a:museum.", "top-level"},
        BrokenRecord{"numeric_top", "a:192.0.2.1", "top-level"}, BrokenRecord{"top_hyphen", "a:b.-c", "top-level"},
        BrokenRecord{"top_hyphen_end", "a:b.c-", "top-level"}, BrokenRecord{"port", "a:b.example:8080", "top-level"},
        BrokenRecord{"two_dots_at_end", "a:b.example..", "top-level"},
        BrokenRecord{"macro_then_text", "a:%{d}com", "top-level"},
        // §7.1 and §7.2: macros.
        BrokenRecord{"bare_percent", "exists:a%b.example.com", "'%' without"},
        BrokenRecord{"percent_at_end", "exists:a.example.com%", "'%' without"},
        BrokenRecord{"no_such_letter", "exists:%{x}.example.com", "no such macro letter"},
        BrokenRecord{"letter_of_explanations", "exp=%{c}.example.com", "only an explanation"},
        BrokenRecord{"unclosed", "exists:%{d.example.com", "without its '}'"},
        BrokenRecord{"zero_parts", "exists:%{d0}.example.com", "keeps 0 parts"},
        BrokenRecord{"reversed_before_parts", "exists:%{dr2}.example.com", "without its '}'"},
        BrokenRecord{"no_delimiter", "exists:%{d2!}.example.com", "without its '}'"},
        BrokenRecord{"in_unknown_modifier", "x=%{", "no such macro letter"},
        // §6: redirect and exp once each, and not empty.
        BrokenRecord{"exp_twice", "exp=a.example.com exp=a.example.com", "there already"},
        BrokenRecord{"redirect_twice", "redirect=a.example.com REDIRECT=b.example.com", "there already"},
        BrokenRecord{"exp_empty", "exp=", "a domain is missing"},
        BrokenRecord{"redirect_empty", "redirect=", "a domain is missing"}),
    [](const auto& tested) { return std::string(tested.param.what); });

// Terminals and headers show these messages.
TEST(SpfRecordErrors, ShowNothingUnprintable) {
  const auto record = parse_spf_record("v=spf1 exists:%\x1b[31m");
  ASSERT_FALSE(record);
  EXPECT_THAT(record.error().message, HasSubstr("'%' without"));
  for (const char c : record.error().message) EXPECT_TRUE(c >= ' ' && c <= '~');
}

// 64 KB of terms is what one TXT record can hold.
TEST(SpfRecord, OfAnySizeIsRead) {
  std::string text = "v=spf1";
  while (text.size() < 65'000) text += " ip4:192.0.2.1";
  EXPECT_THAT(parsed_spf(text).directives, SizeIs((text.size() - 6) / 14));
}

// RFC 7208 §5: "the <ip> is compared to the given network" by its high-order bits, families apart.
TEST(SpfNetwork, HoldsByPrefix) {
  const auto ip = [](std::string_view text) { return *IpAddress::parse(text); };
  EXPECT_TRUE(spf_network_holds(ip("192.0.2.0"), 24, ip("192.0.2.255")));
  EXPECT_FALSE(spf_network_holds(ip("192.0.2.0"), 24, ip("192.0.3.0")));
  EXPECT_TRUE(spf_network_holds(ip("192.0.2.128"), 25, ip("192.0.2.200")));
  EXPECT_FALSE(spf_network_holds(ip("192.0.2.128"), 25, ip("192.0.2.127")));
  EXPECT_TRUE(spf_network_holds(ip("192.0.2.9"), 28, ip("192.0.2.1")));  // host bits in the network do not count
  EXPECT_TRUE(spf_network_holds(ip("192.0.2.1"), 0, ip("10.0.0.1")));
  EXPECT_FALSE(spf_network_holds(ip("192.0.2.1"), 32, ip("192.0.2.2")));
  EXPECT_TRUE(spf_network_holds(ip("2001:db8:8000::"), 33, ip("2001:db8:ffff::1")));
  EXPECT_FALSE(spf_network_holds(ip("2001:db8:8000::"), 33, ip("2001:db8:7fff::1")));
  EXPECT_TRUE(spf_network_holds(ip("2001:db8::1"), 128, ip("2001:db8::1")));
  EXPECT_FALSE(spf_network_holds(ip("::"), 0, ip("192.0.2.1")));
}

}  // namespace
}  // namespace mailrig::auth
