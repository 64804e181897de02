#include "fakes/diagnose/domain_checks.h"

#include "fakes/auth/key.h"
#include "fakes/auth/key_record.h"
#include "fakes/diagnose/zone_line.h"
#include "tests/fakes/diagnose/findings_of.h"

namespace mailrig::diagnose {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const std::string soa =
    "shop.example. 3600 IN SOA ns1.shop.example. hostmaster.shop.example. 1 7200 3600 1209600 3600\n";
const std::string servers =
    "shop.example. 3600 IN NS ns1.shop.example.\nshop.example. 3600 IN NS ns2.shop.example.\n"
    "ns1.shop.example. 3600 IN A 192.0.2.53\nns2.shop.example. 3600 IN A 192.0.2.54\n";

// Record data at a name under shop.example, "@" for itself.
std::string record(const std::string& name, const std::string& data, int ttl_s = 3600) {
  return (name == "@" ? std::string() : name + ".") + "shop.example. " + std::to_string(ttl_s) + " IN " + data + "\n";
}

template <class Check>
Findings found(const std::string& records, Check check) {
  auto resolver = zone(soa + records);
  Findings findings;
  check(resolver, findings);
  return findings;
}

Findings spf(const std::string& records) {
  return found(records, [](auto& resolver, auto& findings) { check_spf_record(resolver, "shop.example", findings); });
}
Findings spf_of(const std::string& text) {
  return spf(record("@", "TXT \"" + text + "\""));
}

TEST(SpfRecordCheck, NothingWhereAllIsWell) {
  EXPECT_THAT(ids(spf_of("v=spf1 ip4:192.0.2.0/24 -all")), IsEmpty());
}

TEST(SpfRecordCheck, FindsWhatIsWrongWithOneRecord) {
  EXPECT_THAT(ids(spf(record("@", "TXT \"hello\""))), ElementsAre("error spf-missing"));
  EXPECT_THAT(ids(spf_of("v=spf1 ip4:192.0.2.300 -all")), ElementsAre("error spf-syntax"));
  EXPECT_THAT(ids(spf_of("v=spf1 ip4:192.0.2.1")), ElementsAre("warning spf-no-all"));
  EXPECT_THAT(ids(spf_of("v=spf1 ip4:192.0.2.1 ?all")), ElementsAre("warning spf-all-neutral"));
  const Findings open = spf_of("v=spf1 ip4:192.0.2.1 +all");
  EXPECT_THAT(ids(open), ElementsAre("error spf-all-pass"));
  EXPECT_THAT(remedy_of(open, "spf-all-pass"), HasSubstr("\"v=spf1 ip4:192.0.2.1 ~all\""));
  EXPECT_NE(find(spf_of("v=spf1 ptr -all"), "spf-ptr"), nullptr);
}

// Mission A5: two records are no record (RFC 7208 §4.5), and the one that takes their place is told.
TEST(SpfRecordCheck, TwoRecordsAreMerged) {
  const Findings findings = spf(record("@", "TXT \"v=spf1 include:qcloudmail.com ~all\"") +
                                record("@", "TXT \"v=spf1 ip4:192.0.2.1 include:qcloudmail.com -all\""));
  EXPECT_THAT(ids(findings), ElementsAre("error spf-several"));
  EXPECT_THAT(remedy_of(findings, "spf-several"),
              HasSubstr("shop.example. 3600 IN TXT \"v=spf1 include:qcloudmail.com ip4:192.0.2.1 ~all\""));
}

// RFC 7208 §4.6.4: ten terms that ask, two questions in vain.
TEST(SpfRecordCheck, CountsLookups) {
  const auto includes = [](int count) {
    std::string text = "v=spf1";
    std::string records;
    for (int i = 0; i < count; ++i) {
      const std::string name = "i" + std::to_string(i);
      text += " include:" + name + ".shop.example";
      records += record(name, "TXT \"v=spf1 ip4:198.51.100.0/24 ?all\"");
    }
    return records + zone_line(dns::Record::txt("shop.example", text + " -all")) + "\n";
  };
  EXPECT_THAT(ids(spf(includes(8))), IsEmpty());
  EXPECT_THAT(ids(spf(includes(9))), ElementsAre("advice spf-lookups-near"));
  EXPECT_THAT(ids(spf(includes(10))), ElementsAre("advice spf-lookups-near"));
  EXPECT_THAT(ids(spf(includes(11))), ElementsAre("error spf-lookups"));
  EXPECT_THAT(ids(spf_of("v=spf1 a:none.shop.example -all")), ElementsAre("warning spf-void-some"));
  EXPECT_THAT(ids(spf_of("v=spf1 a:n1.shop.example a:n2.shop.example a:n3.shop.example -all")),
              ElementsAre("error spf-void"));
  EXPECT_NE(find(spf_of("v=spf1 include:none.shop.example -all"), "spf-broken"), nullptr);
}

TEST(SpfRecordCheck, ALoopEnds) {
  const Findings findings = spf_of("v=spf1 include:shop.example -all");
  EXPECT_NE(find(findings, "spf-lookups"), nullptr);
}

Findings dkim(const std::string& records, DkimSelectors selectors = {{"s1"}, false}) {
  return found(records,
               [&](auto& resolver, auto& findings) { check_dkim_keys(resolver, "shop.example", selectors, findings); });
}
std::string key(const auth::PrivateKey& of, const std::string& tags = "v=DKIM1; k=rsa;") {
  return zone_line(dns::Record::txt("s1._domainkey.shop.example",
                                    tags + auth::key_record_text(of).substr(std::string("v=DKIM1; k=rsa;").size()))) +
         "\n";
}

TEST(DkimKeyCheck, FindsWhatIsWrongWithAKey) {
  const auto good = auth::PrivateKey::generate_rsa(2048).value();
  EXPECT_THAT(ids(dkim(key(good))), IsEmpty());
  EXPECT_THAT(ids(dkim("")), ElementsAre("error dkim-missing"));
  EXPECT_THAT(ids(dkim(record("s1._domainkey", "TXT \"v=DKIM1; p=\""))), ElementsAre("error dkim-revoked"));
  EXPECT_THAT(ids(dkim(record("s1._domainkey", "TXT \"v=DKIM1; p=!!\""))), ElementsAre("error dkim-broken"));
  EXPECT_THAT(ids(dkim(key(auth::PrivateKey::generate_rsa(1024).value()))), ElementsAre("warning dkim-short"));
  EXPECT_THAT(ids(dkim(key(good, "v=DKIM1; k=rsa; t=y;"))), ElementsAre("warning dkim-testing"));
  EXPECT_THAT(ids(dkim(key(good, "v=DKIM1; k=rsa; h=sha1;"))), ElementsAre("error dkim-no-sha256"));
  EXPECT_THAT(ids(dkim(key(good, "v=DKIM1; k=rsa; s=other;"))), ElementsAre("error dkim-not-email"));
  EXPECT_NE(find(dkim(key(good) + key(good, "v=DKIM1; k=rsa; n=second;")), "dkim-several"), nullptr);
}

// RFC 8301 §3.2: under 1024 bits is refused; this key has 512.
TEST(DkimKeyCheck, WeakKeysAreErrors) {
  const Findings findings = dkim(record(
      "s1._domainkey",
      "TXT \"v=DKIM1; k=rsa; p=MFwwDQYJKoZIhvcNAQEBBQADSwAwSAJBAL1WSkPvU4sX2m0S1mQ5zX0b0Qf6W1oVb6k4vVQwY4c2n6Y8o1S7p1M5"
      "h7yqg0cQ1S6b5gS3Gm2J8G1s7o8Zq0kCAwEAAQ==\""));
  EXPECT_THAT(ids(findings), ElementsAre("error dkim-weak"));
}

TEST(DkimKeyCheck, ProbingIsNoFault) {
  EXPECT_THAT(ids(dkim("", common_selectors())), ElementsAre("advice dkim-unknown"));
  EXPECT_THAT(ids(dkim(key(auth::PrivateKey::generate_rsa(2048).value()), common_selectors())), IsEmpty());
}

Findings dmarc(const std::string& records) {
  return found(records, [](auto& resolver, auto& findings) { check_dmarc_record(resolver, "shop.example", findings); });
}
Findings dmarc_of(const std::string& text) {
  return dmarc(record("_dmarc", "TXT \"" + text + "\""));
}

TEST(DmarcRecordCheck, FindsWhatIsWrong) {
  EXPECT_THAT(ids(dmarc_of("v=DMARC1; p=reject; rua=mailto:d@shop.example")), IsEmpty());
  EXPECT_THAT(ids(dmarc("")), ElementsAre("error dmarc-missing"));
  EXPECT_THAT(remedy_of(dmarc(""), "dmarc-missing"),
              HasSubstr("_dmarc.shop.example. 3600 IN TXT \"v=DMARC1; p=none; rua=mailto:dmarc@shop.example\""));
  EXPECT_THAT(ids(dmarc_of("v=DMARC 1; p=none")), ElementsAre("error dmarc-syntax"));
  EXPECT_THAT(ids(dmarc_of("v=DMARC1; p=none; rua=mailto:d@shop.example")), ElementsAre("advice dmarc-p-none"));
  EXPECT_THAT(ids(dmarc_of("v=DMARC1; p=reject")), ElementsAre("advice dmarc-no-rua"));
  EXPECT_THAT(ids(dmarc_of("v=DMARC1; p=reject; rua=dmarc@shop.example")), ElementsAre("error dmarc-uri"));
  EXPECT_THAT(ids(dmarc_of("v=DMARC1; rua=mailto:d@shop.example")), ElementsAre("error dmarc-no-policy"));
  EXPECT_THAT(ids(dmarc_of("v=DMARC1; p=reject; t=y; rua=mailto:d@shop.example")), ElementsAre("advice dmarc-testing"));
  EXPECT_THAT(ids(dmarc_of("v=DMARC1; p=reject; pct=50; rua=mailto:d@shop.example")), ElementsAre("warning dmarc-pct"));
  EXPECT_THAT(ids(dmarc_of("v=DMARC1; p=reject; sp=all; rua=mailto:d@shop.example")),
              ElementsAre("warning dmarc-subdomain-policy"));
  EXPECT_THAT(ids(dmarc(record("@", "TXT \"v=DMARC1; p=none\""))),
              ElementsAre("error dmarc-misplaced", "error dmarc-missing"));
  EXPECT_THAT(ids(dmarc(record("_dmarc", "TXT \"v=DMARC1; p=none\"") + record("_dmarc", "TXT \"v=DMARC1; p=reject\""))),
              ElementsAre("error dmarc-several"));
}

// RFC 9990 §4: whoever is named elsewhere must agree.
TEST(DmarcRecordCheck, ReportsNeedConsent) {
  const std::string there =
      "reports.example. 3600 IN SOA ns.reports.example. h.reports.example. 1 7200 3600 1209600 3600\n";
  const std::string policy = record("_dmarc", "TXT \"v=DMARC1; p=reject; rua=mailto:d@reports.example\"");
  const Findings refused = dmarc(there + policy);
  EXPECT_THAT(ids(refused), ElementsAre("error dmarc-rua-unauthorised"));
  const std::string consent = "shop.example._report._dmarc.reports.example. 3600 IN TXT \"v=DMARC1\"";
  EXPECT_THAT(remedy_of(refused, "dmarc-rua-unauthorised"), HasSubstr(consent));
  EXPECT_THAT(ids(dmarc(there + policy + consent + "\n")), IsEmpty());
}

Findings mx(const std::string& records) {
  return found(records, [](auto& resolver, auto& findings) {
    check_mail_exchangers(resolver, "shop.example", "the From address", findings);
  });
}

TEST(MailExchangerCheck, FindsWhatIsWrong) {
  const std::string host = record("mx1", "A 192.0.2.1");
  EXPECT_THAT(ids(mx(record("@", "MX 10 mx1.shop.example.") + host)), IsEmpty());
  EXPECT_THAT(ids(mx(host)), ElementsAre("error mx-missing"));
  EXPECT_THAT(ids(mx(record("@", "MX 0 ."))), ElementsAre("error mx-null"));
  EXPECT_THAT(ids(mx(record("@", "MX 10 mx1.shop.example."))), ElementsAre("error mx-no-address"));
  const Findings literal = mx(record("@", "MX 10 192.0.2.1."));
  EXPECT_THAT(ids(literal), ElementsAre("error mx-address-literal"));
  EXPECT_THAT(remedy_of(literal, "mx-address-literal"), HasSubstr("mx1.shop.example. 3600 IN A 192.0.2.1"));
  const Findings alias = mx(record("@", "MX 10 mail.shop.example.") + record("mail", "CNAME mx1.shop.example.") + host);
  EXPECT_THAT(ids(alias), ElementsAre("error mx-cname"));
  EXPECT_THAT(remedy_of(alias, "mx-cname"), HasSubstr("IN MX 10 mx1.shop.example."));

  auto resolver = zone(soa);
  Findings elsewhere;
  check_mail_exchangers(resolver, "elsewhere.example", "the Reply-To address", elsewhere);
  EXPECT_THAT(ids(elsewhere), ElementsAre("error mx-no-domain"));
}

TEST(MailExchangerCheck, AnAliasHasNoRecordsOfItsOwn) {
  auto resolver = zone(soa + record("news", "CNAME shop.example.") + record("@", "MX 10 mx1.shop.example.") +
                       record("mx1", "A 192.0.2.1"));
  Findings findings;
  check_mail_exchangers(resolver, "news.shop.example", "the From address", findings);
  EXPECT_THAT(ids(findings), ElementsAre("warning mx-domain-alias"));
}

Findings whole_zone(const std::string& records) {
  return found(records, [](auto& resolver, auto& findings) {
    check_name_servers(resolver, "shop.example", findings);
    check_zone(resolver, "shop.example", findings);
  });
}

TEST(ZoneCheck, FindsWhatIsWrong) {
  EXPECT_THAT(ids(whole_zone(servers)), ElementsAre("advice zone-dnssec"));
  EXPECT_THAT(ids(whole_zone("")), ElementsAre("warning zone-ns-missing", "advice zone-dnssec"));
  EXPECT_THAT(ids(whole_zone(record("@", "NS ns1.shop.example."))),
              ElementsAre("warning zone-ns-single", "advice zone-dnssec"));
  EXPECT_THAT(ids(whole_zone(servers + record("@", "TXT \"v=spf1 -all\"", 60))),
              ElementsAre("warning zone-ttl", "advice zone-dnssec"));
  EXPECT_THAT(ids(whole_zone(servers + record("@", "TXT \"v=spf1 -all\"", 600))),
              ElementsAre("advice zone-ttl-short", "advice zone-dnssec"));
}

TEST(SendingAddressCheck, NamesLeadThereAndBack) {
  const std::string there =
      "192.in-addr.arpa. 3600 IN SOA ns.arpa. h.arpa. 1 7200 3600 1209600 3600\n"
      "7.2.0.192.in-addr.arpa. 3600 IN PTR mta1.shop.example.\n";
  const auto check = [](const std::string& records) {
    auto resolver = zone(soa + records);
    Findings findings;
    check_sending_address(resolver, *IpAddress::parse("192.0.2.7"), "mta1.shop.example", findings);
    return findings;
  };
  EXPECT_THAT(ids(check(there + record("mta1", "A 192.0.2.7"))), IsEmpty());
  const Findings none = check("");
  EXPECT_THAT(ids(none), ElementsAre("error ptr-missing"));
  EXPECT_THAT(remedy_of(none, "ptr-missing"), HasSubstr("7.2.0.192.in-addr.arpa. 3600 IN PTR mta1.shop.example."));
  EXPECT_THAT(ids(check(there)), ElementsAre("error ptr-not-confirmed"));
}

// Strangers' text stands on terminals.
TEST(Finding, ShowsNoControlCharacters) {
  EXPECT_EQ(shown("a\x1b[31m\r\nb"), "a?[31m??b");
  EXPECT_LT(shown(std::string(100'000, 'x')).size(), 2000U);
}

}  // namespace
}  // namespace mailrig::diagnose
