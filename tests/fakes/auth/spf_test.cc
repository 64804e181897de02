#include "fakes/auth/spf.h"

#include <gmock/gmock.h>

#include "tests/fakes/auth/suite.h"

namespace mailrig::auth {
namespace {

using testing::Contains;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr std::string_view stranger = "203.0.113.9";

IpAddress ip(std::string_view text) {
  return *IpAddress::parse(text);
}

SpfResult check(suite::Resolver& dns, std::string_view client_ip, std::string_view mail_from = "user@example.com",
                const SpfOptions& options = {}, std::string_view helo = "mta.example.net") {
  return check_spf(dns, {std::string(helo), std::string(mail_from), ip(client_ip)}, options);
}

SpfOutcome outcome(suite::Resolver& dns, std::string_view client_ip, std::string_view mail_from = "user@example.com") {
  return check(dns, client_ip, mail_from).result;
}

// The zone of RFC 7208 appendix A.
suite::Resolver appendix_a(std::string_view record) {
  suite::Resolver dns;
  dns.txt("example.com", record);
  dns.mx("example.com", 10, "mail-a.example.com");
  dns.mx("example.com", 20, "mail-b.example.com");
  dns.address("example.com", "192.0.2.10");
  dns.address("example.com", "192.0.2.11");
  dns.address("amy.example.com", "192.0.2.65");
  dns.address("bob.example.com", "192.0.2.66");
  dns.address("mail-a.example.com", "192.0.2.129");
  dns.address("mail-b.example.com", "192.0.2.130");
  dns.cname("www.example.com", "example.com");
  dns.mx("example.org", 10, "mail-c.example.org");
  dns.address("mail-c.example.org", "192.0.2.140");
  dns.ptr("192.0.2.10", "example.com");
  dns.ptr("192.0.2.11", "example.com");
  dns.ptr("192.0.2.65", "amy.example.com");
  dns.ptr("192.0.2.66", "bob.example.com");
  dns.ptr("192.0.2.129", "mail-a.example.com");
  dns.ptr("192.0.2.130", "mail-b.example.com");
  dns.ptr("192.0.2.140", "mail-c.example.org");
  dns.ptr("10.0.0.4", "bob.example.com");
  return dns;
}

struct AppendixExample {
  std::string_view record;
  std::vector<std::string_view> passing;
  std::vector<std::string_view> failing;
};

class SpfAppendixA : public testing::TestWithParam<AppendixExample> {};

TEST_P(SpfAppendixA, SimpleExamples) {
  suite::Resolver dns = appendix_a(GetParam().record);
  for (const auto client : GetParam().passing) EXPECT_EQ(outcome(dns, client), SpfOutcome::pass) << client;
  for (const auto client : GetParam().failing) EXPECT_EQ(outcome(dns, client), SpfOutcome::fail) << client;
}

INSTANTIATE_TEST_SUITE_P(
    A1, SpfAppendixA,
    testing::Values(AppendixExample{"v=spf1 +all", {"192.0.2.10", "203.0.113.9", "2001:db8::1"}, {}},
                    AppendixExample{"v=spf1 a -all", {"192.0.2.10", "192.0.2.11"}, {"192.0.2.12", "192.0.2.129"}},
                    AppendixExample{"v=spf1 a:example.org -all", {}, {"192.0.2.10", "192.0.2.140"}},
                    AppendixExample{"v=spf1 mx -all", {"192.0.2.129", "192.0.2.130"}, {"192.0.2.10", "192.0.2.140"}},
                    AppendixExample{"v=spf1 mx:example.org -all", {"192.0.2.140"}, {"192.0.2.129"}},
                    AppendixExample{
                        "v=spf1 mx mx:example.org -all", {"192.0.2.129", "192.0.2.130", "192.0.2.140"}, {"10.0.0.4"}},
                    AppendixExample{"v=spf1 mx/30 mx:example.org/30 -all",
                                    {"192.0.2.128", "192.0.2.131", "192.0.2.140", "192.0.2.143"},
                                    {"192.0.2.132", "192.0.2.139"}},
                    AppendixExample{"v=spf1 ptr -all", {"192.0.2.65", "192.0.2.10"}, {"192.0.2.140", "10.0.0.4"}},
                    AppendixExample{"v=spf1 ip4:192.0.2.128/28 -all", {"192.0.2.129"}, {"192.0.2.65"}}));

// RFC 7208 appendix A.2: several domains, one policy.
TEST(SpfAppendixA, SharedPolicies) {
  suite::Resolver dns = appendix_a("v=spf1 redirect=_spf.example.org");
  dns.txt("_spf.example.org", "v=spf1 include:host.example.com include:host.example.net -all");
  dns.txt("host.example.com", "v=spf1 ip4:192.0.2.66 -all");
  dns.txt("host.example.net", "v=spf1 ip4:198.51.100.0/24 ~all");
  EXPECT_EQ(outcome(dns, "192.0.2.66"), SpfOutcome::pass);
  EXPECT_EQ(outcome(dns, "198.51.100.7"), SpfOutcome::pass);
  EXPECT_EQ(outcome(dns, stranger), SpfOutcome::fail);
}

// RFC 7208 §2.6 and §8: all seven results; the spellings of RFC 8601 §2.7.2.
TEST(SpfResults, AllSeven) {
  suite::Resolver dns;
  dns.txt("pass.example.com", "v=spf1 all");
  dns.txt("fail.example.com", "v=spf1 -all");
  dns.txt("softfail.example.com", "v=spf1 ~all");
  dns.txt("neutral.example.com", "v=spf1 ?all");
  dns.txt("none.example.com", "something else");
  dns.txt("permerror.example.com", "v=spf1 sorry");
  dns.fail("temperror.example.com", "SERVFAIL");
  for (const std::string expected : {"pass", "fail", "softfail", "neutral", "none", "permerror", "temperror"}) {
    EXPECT_EQ(to_string(outcome(dns, stranger, "u@" + expected + ".example.com")), expected);
  }
}

// RFC 7208 §4.7: neutral where nothing matches and nothing redirects.
TEST(SpfResults, DefaultIsNeutral) {
  suite::Resolver dns;
  dns.txt("example.com", "v=spf1 ip4:192.0.2.1");
  const SpfResult result = check(dns, stranger);
  EXPECT_EQ(result.result, SpfOutcome::neutral);
  EXPECT_EQ(result.mechanism, "");
}

TEST(SpfResults, TellWhatMatchedAndWhatItCost) {
  suite::Resolver dns;
  dns.set_cost(std::chrono::milliseconds(20));
  dns.txt("example.com", "v=spf1 a:host.example.com ~include:_spf.example.net -all", 3600);
  dns.address("host.example.com", "192.0.2.1", 600);
  dns.txt("_spf.example.net", "v=spf1 ip4:203.0.113.0/24 -all", 900);
  const SpfResult result = check(dns, stranger, "user@Example.COM.");
  EXPECT_EQ(result.result, SpfOutcome::softfail);
  EXPECT_EQ(result.mechanism, "include:_spf.example.net");
  EXPECT_EQ(result.domain, "Example.COM");
  EXPECT_EQ(result.lookups, 2);
  EXPECT_EQ(result.void_lookups, 0);
  EXPECT_EQ(result.cost, std::chrono::milliseconds(60));
  EXPECT_EQ(result.ttl_s, 600U);
  EXPECT_THAT(result.problem, IsEmpty());
  EXPECT_THAT(result.trace, IsEmpty());  // nobody asked for it
  EXPECT_THAT(dns.asked_as_text(), ElementsAre("example.com TXT", "host.example.com A", "_spf.example.net TXT"));
}

// RFC 7208 §4.3: nothing is asked for a domain that is none.
TEST(SpfDomain, MalformedIsNone) {
  suite::Resolver dns;
  dns.txt("localhost", "v=spf1 -all");
  for (const std::string domain :
       {"localhost", "", ".", "a..example.com", ".example.com", "[192.0.2.1]", "[IPv6:2001:db8::1]", "a b.example.com",
        "x.\xff\xfe.example", "tab\t.example.com"}) {
    const SpfResult result = check(dns, stranger, "user@" + domain);
    EXPECT_EQ(result.result, SpfOutcome::none) << domain;
    EXPECT_THAT(result.problem, Not(IsEmpty())) << domain;
  }
  EXPECT_EQ(outcome(dns, stranger, "user@" + std::string(64, 'x') + ".example.com"), SpfOutcome::none);
  EXPECT_EQ(outcome(dns, stranger, "user@" + std::string(10'000'000, 'x')), SpfOutcome::none);
  EXPECT_THAT(dns.asked(), IsEmpty());
}

// RFC 7208 §4.4: "some other error (RCODE other than 0 or 3)" and a time-out.
TEST(SpfDomain, ErrorsOfTheDnsAreTemporary) {
  suite::Resolver dns;
  dns.fail("a.example.com", "SERVFAIL");
  dns.fail("b.example.com", "REFUSED");
  dns.fail("c.example.com", "TIMEOUT");
  dns.fail("d.example.com", "NXDOMAIN");
  EXPECT_EQ(outcome(dns, stranger, "u@a.example.com"), SpfOutcome::temperror);
  EXPECT_EQ(outcome(dns, stranger, "u@b.example.com"), SpfOutcome::temperror);
  const SpfResult timed_out = check(dns, stranger, "u@c.example.com");
  EXPECT_EQ(timed_out.result, SpfOutcome::temperror);
  EXPECT_EQ(timed_out.problem, "c.example.com TXT: no answer in time");
  EXPECT_EQ(timed_out.ttl_s, 0U);  // must not be kept
  EXPECT_EQ(outcome(dns, stranger, "u@d.example.com"), SpfOutcome::none);
}

// RFC 7208 §4.5: other TXT records do not disturb; §3.3: strings are joined without a blank.
TEST(SpfRecordSelection, TakesTheOneThatIsSpf) {
  suite::Resolver dns;
  dns.txt("example.com", "google-site-verification=x");
  dns.txt("example.com", "v=spf10 -all");
  dns.add({"example.com", dns::Type::txt, 60, dns::Txt{{"v=sp", "f1 ip4:203.0.1", "13.9 -all"}}});
  EXPECT_EQ(outcome(dns, stranger), SpfOutcome::pass);
  dns.txt("example.com", "V=SPF1");
  const SpfResult two = check(dns, stranger);
  EXPECT_EQ(two.result, SpfOutcome::permerror);
  EXPECT_EQ(two.problem, "example.com has 2 SPF records (RFC 7208 4.5)");
}

// RFC 7208 §2.4: a null reverse-path means postmaster at the HELO domain; §4.3: postmaster where no local part is.
TEST(SpfIdentities, NullReversePath) {
  suite::Resolver dns;
  dns.txt("mta.example.net", "v=spf1 -all exp=why.example.net");
  dns.txt("why.example.net", "%{s}|%{l}|%{o}|%{h}");
  const SpfResult null = check(dns, stranger, "");
  EXPECT_EQ(null.domain, "mta.example.net");
  EXPECT_EQ(null.scope, SpfScope::mail_from);
  EXPECT_EQ(null.explanation, "postmaster@mta.example.net|postmaster|mta.example.net|mta.example.net");
  EXPECT_EQ(check(dns, stranger, "@mta.example.net").explanation, null.explanation);
  EXPECT_EQ(check(dns, stranger, "mta.example.net").explanation, null.explanation);
}

// RFC 7208 §2.3.
TEST(SpfIdentities, Helo) {
  suite::Resolver dns;
  dns.txt("mta.example.net", "v=spf1 ip4:203.0.113.9 -all");
  dns.txt("example.com", "v=spf1 -all");
  const SpfIdentity identity{"mta.example.net", "user@example.com", ip(stranger)};
  const SpfResult helo = check_spf_helo(dns, identity);
  EXPECT_EQ(helo.result, SpfOutcome::pass);
  EXPECT_EQ(helo.domain, "mta.example.net");
  EXPECT_EQ(to_string(helo.scope), "helo");
  EXPECT_EQ(check_spf(dns, identity).result, SpfOutcome::fail);
}

// A quoted local part may hold '@' (RFC 5321 §4.1.2): the last one separates.
TEST(SpfIdentities, TheLastAtSeparates) {
  suite::Resolver dns;
  dns.txt("example.com", "v=spf1 -all exp=why.example.com");
  dns.txt("why.example.com", "%{l} at %{o}");
  EXPECT_EQ(check(dns, stranger, "\"a@b\"@example.com").explanation, "\"a@b\" at example.com");
}

// RFC 7208 §5: "an IPv4-mapped IPv6 address MUST still be considered an IPv4 address".
TEST(SpfClient, MappedAddressIsIpv4) {
  suite::Resolver dns;
  dns.txt("example.com", "v=spf1 -ip6:::/0 a -all");
  dns.address("example.com", "203.0.113.9");
  EXPECT_EQ(outcome(dns, "::ffff:203.0.113.9"), SpfOutcome::pass);
  EXPECT_THAT(dns.asked_as_text(), Contains("example.com A"));
  EXPECT_EQ(outcome(dns, "::fffe:cb00:7109"), SpfOutcome::fail);
}

// RFC 7208 §5.3: A or AAAA as the client's address is.
TEST(SpfMechanisms, AddressesOfTheClientsFamily) {
  suite::Resolver dns;
  dns.txt("example.com", "v=spf1 a:h.example.com/24//64 -all");
  dns.address("h.example.com", "192.0.2.1");
  dns.address("h.example.com", "2001:db8::1");
  EXPECT_EQ(outcome(dns, "192.0.2.200"), SpfOutcome::pass);
  EXPECT_EQ(outcome(dns, "2001:db8::ffff"), SpfOutcome::pass);
  EXPECT_EQ(outcome(dns, "2001:db8:0:1::1"), SpfOutcome::fail);
  EXPECT_THAT(dns.asked_as_text(), ElementsAre("example.com TXT", "h.example.com A", "example.com TXT",
                                               "h.example.com AAAA", "example.com TXT", "h.example.com AAAA"));
}

// RFC 7208 §5.4: "in order of MX preference"; no A lookup of the target itself; RFC 7505: the null MX is no host.
TEST(SpfMechanisms, MxInOrderOfPreference) {
  suite::Resolver dns;
  dns.txt("example.com", "v=spf1 mx -all");
  dns.mx("example.com", 20, "b.example.com");
  dns.mx("example.com", 10, "a.example.com");
  dns.mx("example.com", 30, "c.example.com");
  dns.address("a.example.com", "192.0.2.1");
  dns.address("b.example.com", "192.0.2.2");
  EXPECT_EQ(outcome(dns, "192.0.2.2"), SpfOutcome::pass);
  EXPECT_THAT(dns.asked_as_text(),
              ElementsAre("example.com TXT", "example.com MX", "a.example.com A", "b.example.com A"));

  suite::Resolver null_mx;
  null_mx.txt("example.com", "v=spf1 mx -all");
  null_mx.mx("example.com", 0, ".");
  null_mx.address("example.com", "192.0.2.1");
  EXPECT_EQ(outcome(null_mx, "192.0.2.1"), SpfOutcome::fail);
  EXPECT_THAT(null_mx.asked_as_text(), ElementsAre("example.com TXT", "example.com MX"));
}

// RFC 7208 §5.7: an A record, even for an IPv6 client; §5 gives a temperror for a failing DNS.
TEST(SpfMechanisms, ExistsAsksForA) {
  suite::Resolver dns;
  dns.txt("example.com", "v=spf1 exists:%{ir}.%{l1r-}.%{d} -all");
  dns.address("9.113.0.203.blue.example.com", "127.0.0.2");
  EXPECT_EQ(outcome(dns, stranger, "blue-red@example.com"), SpfOutcome::pass);
  EXPECT_EQ(outcome(dns, stranger, "red-blue@example.com"), SpfOutcome::fail);
  dns.fail("9.113.0.203.green.example.com", "TIMEOUT");
  EXPECT_EQ(outcome(dns, stranger, "green@example.com"), SpfOutcome::temperror);

  suite::Resolver ip6;
  ip6.txt("example.com", "v=spf1 exists:e.example.com -all");
  ip6.address("e.example.com", "127.0.0.2");
  EXPECT_EQ(outcome(ip6, "2001:db8::1"), SpfOutcome::pass);
}

// RFC 7208 §5.2, the table.
TEST(SpfInclude, MatchesOnPassOnly) {
  suite::Resolver dns;
  dns.fail("temperror.example.net", "SERVFAIL");
  dns.txt("pass.example.net", "v=spf1 +all");
  dns.txt("fail.example.net", "v=spf1 -all");
  dns.txt("softfail.example.net", "v=spf1 ~all");
  dns.txt("neutral.example.net", "v=spf1 ?all");
  dns.txt("permerror.example.net", "v=spf1 oops");
  dns.txt("none.example.net", "nothing");
  const std::pair<std::string, SpfOutcome> table[] = {
      {"pass", SpfOutcome::softfail},  {"fail", SpfOutcome::fail},           {"softfail", SpfOutcome::fail},
      {"neutral", SpfOutcome::fail},   {"temperror", SpfOutcome::temperror}, {"permerror", SpfOutcome::permerror},
      {"none", SpfOutcome::permerror}, {"absent", SpfOutcome::permerror},
  };
  for (const auto& [inner, outer] : table) {
    dns.txt(inner + ".example.com", "v=spf1 ~include:" + inner + ".example.net -all");
    EXPECT_EQ(outcome(dns, stranger, "u@" + inner + ".example.com"), outer) << inner;
  }
  EXPECT_EQ(check(dns, stranger, "u@none.example.com").problem,
            "~include:none.example.net of none.example.com: none.example.net has no SPF record");
}

// RFC 7208 §5.2: %{d} is the included domain there, %{o} stays.
TEST(SpfInclude, EvaluatesUnderItsOwnDomain) {
  suite::Resolver dns;
  dns.txt("example.com", "v=spf1 include:other.example.net -all");
  dns.txt("other.example.net", "v=spf1 exists:%{o}.by.%{d} a -all");
  dns.address("other.example.net", "203.0.113.9");
  EXPECT_EQ(outcome(dns, stranger), SpfOutcome::pass);
  EXPECT_THAT(dns.asked_as_text(), ElementsAre("example.com TXT", "other.example.net TXT",
                                               "example.com.by.other.example.net A", "other.example.net A"));
}

// RFC 7208 §6.1: after all mechanisms, wherever it stands; its result is the result; none becomes a permerror.
TEST(SpfRedirect, TakesOver) {
  suite::Resolver dns;
  dns.txt("example.com", "v=spf1 redirect=_spf.example.net ip4:192.0.2.1");
  dns.txt("_spf.example.net", "v=spf1 ip4:203.0.113.9 ~all");
  EXPECT_EQ(outcome(dns, "192.0.2.1"), SpfOutcome::pass);
  EXPECT_EQ(outcome(dns, "198.51.100.1"), SpfOutcome::softfail);
  const SpfResult by_redirect = check(dns, stranger);
  EXPECT_EQ(by_redirect.result, SpfOutcome::pass);
  EXPECT_EQ(by_redirect.mechanism, "ip4:203.0.113.9");
  EXPECT_EQ(by_redirect.domain, "example.com");  // the identity stays what it was

  dns.txt("all.example.com", "v=spf1 redirect=_spf.example.net ?all");  // §5.1: ignored beside "all"
  EXPECT_EQ(outcome(dns, stranger, "u@all.example.com"), SpfOutcome::neutral);
  dns.txt("lost.example.com", "v=spf1 redirect=nothing.example.net");
  EXPECT_EQ(outcome(dns, stranger, "u@lost.example.com"), SpfOutcome::permerror);
  dns.txt("broken.example.com", "v=spf1 redirect=%{l}.example.net");
  EXPECT_EQ(outcome(dns, stranger, "a..b@broken.example.com"), SpfOutcome::permerror);
}

// RFC 7208 §6.2: of the domain whose record failed, never of an included one.
TEST(SpfExplanation, IsThatOfTheRecordThatDecided) {
  suite::Resolver dns;
  dns.txt("example.com", "v=spf1 exp=outer.example.com redirect=_spf.example.net");
  dns.txt("_spf.example.net", "v=spf1 include:inc.example.net exp=inner.%{d} -all");
  dns.txt("inc.example.net", "v=spf1 -all exp=included.example.net");
  dns.txt("outer.example.com", "outer");
  dns.txt("inner._spf.example.net", "%{i} is not one of %{d}'s; see http://%{r}/?s=%{S} (%{t})");
  dns.txt("included.example.net", "included");
  const SpfResult result = check(dns, stranger, "user@example.com",
                                 {.receiver = "mx.example.org", .now = Instant(std::chrono::seconds(1'772'438'400))});
  EXPECT_EQ(result.explanation,
            "203.0.113.9 is not one of _spf.example.net's; see http://mx.example.org/?s=user%40example.com "
            "(1772438400)");
  EXPECT_EQ(result.lookups, 2);  // §4.6.4: "The 'exp' modifier does not count against this limit"
}

struct BadExplanation {
  const char* what;
  std::vector<std::string> texts;
};

class SpfBadExplanations : public testing::TestWithParam<BadExplanation> {};

// RFC 7208 §6.2: "then proceed as if no exp modifier was given".
TEST_P(SpfBadExplanations, AreAsIfThereWereNone) {
  suite::Resolver dns;
  dns.txt("example.com", "v=spf1 -all exp=why.example.com");
  for (const std::string& text : GetParam().texts) dns.txt("why.example.com", text);
  const SpfResult result = check(dns, stranger, "a\r\n250 b@example.com", {.default_explanation = "no reason given"});
  EXPECT_EQ(result.result, SpfOutcome::fail);
  EXPECT_EQ(result.explanation, "no reason given");
}

INSTANTIATE_TEST_SUITE_P(Cases, SpfBadExplanations,
                         testing::Values(BadExplanation{"none", {}}, BadExplanation{"two", {"one", "two"}},
                                         BadExplanation{"syntax", {"%{q}"}},
                                         BadExplanation{"eight_bit", {"gr\xc3\xbc\xc3\x9f Gott"}},
                                         BadExplanation{"line_end", {"a\r\nb"}},
                                         BadExplanation{"line_end_by_macro", {"%{l}"}}),
                         [](const auto& tested) { return std::string(tested.param.what); });

TEST(SpfExplanation, IsNotAskedForWhenNobodyWantsIt) {
  suite::Resolver dns;
  dns.txt("example.com", "v=spf1 -all exp=why.example.com");
  dns.txt("why.example.com", "because");
  EXPECT_EQ(check(dns, stranger).explanation, "because");
  dns.forget_asked();
  EXPECT_EQ(check(dns, stranger, "user@example.com", {.explain = false}).explanation, "");
  EXPECT_THAT(dns.asked_as_text(), ElementsAre("example.com TXT"));
}

// RFC 8616 §3 and §4: names become A-labels before anything is done with them.
TEST(SpfInternationalised, NamesBecomeALabels) {
  suite::Resolver dns;
  dns.txt("xn--bcher-kva.example", "v=spf1 a:%{h} -all exp=why.%{o}");
  dns.txt("why.xn--bcher-kva.example", "%{s} %{d}");
  dns.address("xn--mller-kva.example", "192.0.2.1");
  const SpfResult result = check(dns, "192.0.2.1",
                                 "user@B\xc3\xbc"
                                 "cher.example",
                                 {}, "m\xc3\xbcller.example");
  EXPECT_EQ(result.result, SpfOutcome::pass);
  EXPECT_EQ(result.domain, "xn--bcher-kva.example");
  EXPECT_EQ(check(dns, stranger,
                  "user@b\xc3\xbc"
                  "cher.example",
                  {}, "m\xc3\xbcller.example")
                .explanation,
            "user@xn--bcher-kva.example xn--bcher-kva.example");
}

// RFC 8616 §4: "terms that include %{s} or %{l} do not match anything" for a local part beyond ASCII.
TEST(SpfInternationalised, LocalPartsBeyondAsciiMatchNothing) {
  suite::Resolver dns;
  dns.txt("example.com", "v=spf1 -exists:%{l}.%{d} -include:%{s1}.example.net +all");
  dns.txt("redirects.example.com", "v=spf1 redirect=%{l}.example.net");
  dns.txt("explains.example.com", "v=spf1 -all exp=why.example.com");
  dns.txt("why.example.com", "%{L} may not");
  EXPECT_EQ(outcome(dns, stranger, "j\xc3\xb6rg@example.com"), SpfOutcome::pass);
  EXPECT_THAT(dns.asked_as_text(), ElementsAre("example.com TXT"));
  EXPECT_EQ(outcome(dns, stranger, "j\xc3\xb6rg@redirects.example.com"), SpfOutcome::neutral);
  EXPECT_EQ(check(dns, stranger, "j\xc3\xb6rg@explains.example.com").explanation, "j%C3%B6rg may not");
}

// What a client says as HELO or MAIL FROM is asked for as it is: a backslash is no escape there.
TEST(SpfMacroNames, BackslashesAreOctets) {
  suite::Resolver dns;
  dns.txt("example.com", "v=spf1 exists:%{l}.example.com -all");
  dns.address("a\\\\.example.com", "127.0.0.2");
  EXPECT_EQ(outcome(dns, stranger, "a\\@example.com"), SpfOutcome::pass);
}

// RFC 7208 §4.8 leaves open what such a target means; here nothing is found under it, and nothing is asked.
TEST(SpfMacroNames, TargetsThatAreNoNamesMatchNothing) {
  suite::Resolver dns;
  dns.txt("example.com", "v=spf1 -a:%{l}.example.com -mx:%{l}.example.com -exists:%{l}.example.com +all");
  EXPECT_EQ(outcome(dns, stranger, "a..b@example.com"), SpfOutcome::pass);
  EXPECT_EQ(outcome(dns, stranger, std::string(64, 'x') + "@example.com"), SpfOutcome::pass);
  EXPECT_EQ(outcome(dns, stranger, std::string(1'000'000, 'x') + "@example.com"), SpfOutcome::pass);
  EXPECT_THAT(dns.asked_as_text(), Each(std::string("example.com TXT")));
}

// 64 KB of macros in the ten terms that may ask, over the longest values that are expanded: still cheap.
TEST(SpfBounds, HostileRecordsAreCheap) {
  std::string macros;
  while (macros.size() < 6'000) macros += "%{l1r-}";
  std::string record = "v=spf1";
  for (int i = 0; i < 10; ++i) record += " exists:" + macros;
  suite::Resolver dns;
  dns.txt("example.com", record + " ?all");
  std::string local;
  while (local.size() < 1000) local += "a-";
  EXPECT_EQ(outcome(dns, stranger, local + "@example.com"), SpfOutcome::neutral);
  EXPECT_THAT(dns.asked_as_text(), ElementsAre("example.com TXT"));
}

}  // namespace
}  // namespace mailrig::auth
