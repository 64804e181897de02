#include "fakes/auth/dmarc_record.h"

namespace mailrig::auth {
namespace {

using testing::ElementsAre;
using testing::Field;
using testing::IsEmpty;

DmarcRecord parsed(std::string_view text) {
  const auto record = parse_dmarc_record(text);
  EXPECT_TRUE(record) << text;
  return record.value_or(DmarcRecord{});
}

auto has_uri(const char* uri) {
  return Field("uri", &DmarcReportUri::uri, uri);
}

TEST(DmarcRecord, HoldsEveryTag) {
  const DmarcRecord record = parsed(
      "v=DMARC1; p=quarantine; sp=reject; np=none; psd=n; t=y; adkim=s; aspf=s; "
      "rua=mailto:a@x.example,mailto:b@x.example; "
      "ruf=mailto:c@x.example; fo=1:d:s; pct=25; rf=afrf; ri=3600");
  EXPECT_EQ(record.p.value, DmarcPolicy::quarantine);
  EXPECT_EQ(record.sp.value, DmarcPolicy::reject);
  EXPECT_EQ(record.np.value, DmarcPolicy::none);
  EXPECT_EQ(record.psd, DmarcPsd::no);
  EXPECT_TRUE(record.testing);
  EXPECT_EQ(record.adkim, DmarcAlignment::strict);
  EXPECT_EQ(record.aspf, DmarcAlignment::strict);
  EXPECT_THAT(record.rua, ElementsAre(has_uri("mailto:a@x.example"), has_uri("mailto:b@x.example")));
  EXPECT_THAT(record.ruf, ElementsAre(has_uri("mailto:c@x.example")));
  EXPECT_EQ(record.fo, (DmarcFailureOptions{false, true, true, true}));
  EXPECT_EQ(record.pct, 25);
  EXPECT_EQ(record.ri_s, 3600U);
}

// RFC 9989 §4.7, the defaults of each tag; RFC 7489 §6.3 for pct, rf and ri.
TEST(DmarcRecord, HasTheDefaultsOfTheStandard) {
  const DmarcRecord record = parsed("v=DMARC1; p=none");
  EXPECT_FALSE(record.sp.present);
  EXPECT_FALSE(record.np.present);
  EXPECT_EQ(record.psd, DmarcPsd::unsaid);
  EXPECT_FALSE(record.testing);
  EXPECT_EQ(record.adkim, DmarcAlignment::relaxed);
  EXPECT_EQ(record.aspf, DmarcAlignment::relaxed);
  EXPECT_THAT(record.rua, IsEmpty());
  EXPECT_EQ(record.fo, DmarcFailureOptions{});
  EXPECT_EQ(record.pct, 100);
  EXPECT_EQ(record.rf, "afrf");
  EXPECT_EQ(record.ri_s, 86'400U);
}

// RFC 9989 §4.7: "If the tag is not the first in the list, or the tag is absent, or the value is not "DMARC1", then the
// entire record MUST be ignored." The value is case sensitive.
TEST(DmarcRecord, BeginsWithItsVersion) {
  for (const char* const text :
       {"", "v", "v=", "p=reject", "p=reject; v=DMARC1", "v=DMARC2; p=reject", "v=DMARC1.0; p=reject",
        "v=dmarc1; p=reject", "v=DMARC1 p=reject", "v=DMARC1, p=reject", " v=DMARC1; p=reject", ";v=DMARC1; p=reject",
        "vv=DMARC1; p=reject", "v=spf1 -all", "\"v=DMARC1; p=reject\""}) {
    EXPECT_FALSE(parse_dmarc_record(text)) << text;
  }
}

// RFC 9989 §4.8: dmarc-sep and equals have white space on both sides; the separator at the end is optional.
TEST(DmarcRecord, AllowsWhiteSpaceAroundSeparators) {
  for (const char* const text : {"v=DMARC1;p=reject", "v=DMARC1; p=reject;", "v = DMARC1 ; p = reject ;",
                                 "v\t=\tDMARC1\t;\tp\t=\treject\t", "v=DMARC1;;p=reject;; "}) {
    EXPECT_EQ(parsed(text).p.value, DmarcPolicy::reject) << text;
  }
}

// RFC 5234 §2.3: literal text in ABNF is case-insensitive unless marked %s, as only "DMARC1" is.
TEST(DmarcRecord, ComparesNamesAndValuesWithoutCase) {
  const DmarcRecord record = parsed("V=DMARC1; P=Reject; ADKIM=S; psd=Y");
  EXPECT_EQ(record.p.value, DmarcPolicy::reject);
  EXPECT_EQ(record.adkim, DmarcAlignment::strict);
  EXPECT_EQ(record.psd, DmarcPsd::yes);
}

// RFC 9989 §4.7: "unknown tags MUST be ignored"; §4.8: "Syntax errors in the remainder of the record MUST be discarded
// in favor of default values (if any) or ignored outright."
TEST(DmarcRecord, DiscardsFaultsAndUnknownTags) {
  const DmarcRecord record =
      parsed("v=DMARC1; x=1; nonsense; =; p=reject; adkim=strict; fo=0:1; pct=101; ri=-1; psd=maybe");
  EXPECT_EQ(record.p.value, DmarcPolicy::reject);
  EXPECT_EQ(record.adkim, DmarcAlignment::relaxed);
  EXPECT_EQ(record.fo, DmarcFailureOptions{});
  EXPECT_EQ(record.pct, 100);
  EXPECT_EQ(record.ri_s, 86'400U);
  EXPECT_EQ(record.psd, DmarcPsd::unsaid);
}

TEST(DmarcRecord, KnowsAnInvalidPolicyFromNone) {
  const DmarcRecord record = parsed("v=DMARC1; p=rejected; np=");
  EXPECT_TRUE(record.p.invalid());
  EXPECT_FALSE(record.sp.invalid());
  EXPECT_TRUE(record.np.invalid());
}

// RFC 6376 §3.2, whose syntax DMARC takes over: "Tags with duplicate names MUST NOT occur".
TEST(DmarcRecord, TakesNeitherOfTwoTags) {
  EXPECT_TRUE(parsed("v=DMARC1; p=none; p=reject").p.invalid());
  EXPECT_TRUE(parsed("v=DMARC1; p=reject; p=reject").p.invalid());
}

// RFC 9989 §4.8, dmarc-urilist and obs-dmarc-uri; the units are those of RFC 7489 §6.2.
TEST(DmarcRecord, ReadsReportUris) {
  const DmarcRecord record =
      parsed("v=DMARC1; p=none; rua=mailto:a@x.example!10m , https://x.example/r?a=b,mailto:b%2Bc@x.example!1");
  ASSERT_EQ(record.rua.size(), 3U);
  EXPECT_EQ(record.rua[0], (DmarcReportUri{"mailto:a@x.example", 10U * 1024 * 1024}));
  EXPECT_EQ(record.rua[1].host(), "x.example");
  EXPECT_EQ(record.rua[2].report_bytes_max, 1U);
  EXPECT_EQ(record.rua[2].host(), "x.example");
}

TEST(DmarcRecord, LeavesOutWhatIsNoUri) {
  EXPECT_THAT(parsed("v=DMARC1; p=none; rua=a@x.example, mailto:, mailto:nobody, mailto:a@x.example!10x, "
                     "mailto:a@x.example!99999999999t, "
                     "ma!lto:a@x.example, ://x, mailto:%zz@x.example, mailto:a b@x.example, mailto:ok@x.example")
                  .rua,
              ElementsAre(has_uri("mailto:ok@x.example")));
}

TEST(DmarcRecord, KnowsWhereAReportWouldGo) {
  const auto host = [](const char* uri) { return DmarcReportUri{uri, std::nullopt}.host(); };
  EXPECT_EQ(host("mailto:Reports@X.Example?subject=y"), "x.example");
  EXPECT_EQ(host("https://user@X.example:8443/path"), "x.example");
  EXPECT_EQ(host("https://x.example"), "x.example");
  EXPECT_EQ(host("tel:123"), "");
}

// RFC 9989 §4.8, dmarc-fo.
TEST(DmarcRecord, ReadsFailureOptions) {
  EXPECT_EQ(parsed("v=DMARC1; fo=d:s:1").fo, (DmarcFailureOptions{false, true, true, true}));
  EXPECT_EQ(parsed("v=DMARC1; fo=s").fo, (DmarcFailureOptions{false, false, false, true}));
  EXPECT_EQ(parsed("v=DMARC1; fo=d : 0").fo, (DmarcFailureOptions{true, false, true, false}));
  for (const char* const text :
       {"v=DMARC1; fo=d:d", "v=DMARC1; fo=", "v=DMARC1; fo=d:", "v=DMARC1; fo=1:0", "v=DMARC1; fo=x"}) {
    EXPECT_EQ(parsed(text).fo, DmarcFailureOptions{}) << text;
  }
}

TEST(DmarcRecord, StaysBoundedWithHostileText) {
  std::string text = "v=DMARC1; p=reject; rua=";
  for (int i = 0; i < 100'000; ++i) text += "mailto:a@x.example,";
  for (int i = 0; i < 100'000; ++i) text += ";p=none";
  const DmarcRecord record = parsed(text);
  EXPECT_EQ(record.rua.size(), DmarcRecord::report_uris_max);
  EXPECT_TRUE(record.p.invalid());
}

}  // namespace
}  // namespace mailrig::auth
