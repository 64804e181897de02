// The limits of RFC 7208 §4.6.4, and the names of the client (§5.5, §7.3), as a check shows them.
#include "fakes/auth/spf_lookups.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "tests/fakes/auth/suite.h"

namespace mailrig::auth {
namespace {

using testing::ElementsAre;
using testing::SizeIs;

SpfResult checked(suite::Resolver& dns, std::string_view client_ip = "203.0.113.9", const SpfOptions& options = {}) {
  return check_spf(dns, {"mta.example.net", "user@example.com", *IpAddress::parse(client_ip)}, options);
}

std::string repeated(std::string_view term, int times) {
  std::string terms;
  for (int i = 0; i < times; ++i) terms += fmt::format(fmt::runtime(std::string(" ") + std::string(term)), i);
  return terms;
}

// "MUST limit the total number of those terms to 10 during SPF evaluation … MUST return permerror".
TEST(SpfLookupLimit, IsTenTerms) {
  for (const int terms : {10, 11}) {
    suite::Resolver dns;
    dns.txt("example.com", "v=spf1" + repeated("a:h.example.com", terms) + " ip4:203.0.113.9 -all");
    dns.address("h.example.com", "192.0.2.1");
    const SpfResult result = checked(dns);
    EXPECT_EQ(result.result, terms == 10 ? SpfOutcome::pass : SpfOutcome::permerror);
    EXPECT_EQ(result.lookups, terms);
    EXPECT_EQ(result.problem, terms == 10 ? "" : "more than 10 terms that ask the DNS (RFC 7208 4.6.4)");
  }
}

// "all", "ip4" and "ip6" ask nothing and do not count; include and redirect do, over the whole of the evaluation.
TEST(SpfLookupLimit, CountsAcrossIncludesAndRedirects) {
  suite::Resolver dns;
  dns.txt("example.com", "v=spf1" + repeated("ip4:192.0.2.{}", 30) + " include:i.example.com redirect=r.example.com");
  dns.txt("i.example.com", "v=spf1" + repeated("a:h.example.com", 4));
  dns.txt("r.example.com", "v=spf1" + repeated("exists:h.example.com", 1) + " -mx:m.example.com ptr ?all");
  dns.address("h.example.com", "192.0.2.1");
  EXPECT_EQ(checked(dns).lookups, 1 + 4 + 1 + 1);
}

TEST(SpfLookupLimit, EndsLoops) {
  suite::Resolver dns;
  dns.txt("example.com", "v=spf1 include:example.com");
  EXPECT_EQ(checked(dns).result, SpfOutcome::permerror);
  EXPECT_THAT(dns.asked(), SizeIs(11));

  suite::Resolver ring;
  ring.txt("example.com", "v=spf1 redirect=b.example.com");
  ring.txt("b.example.com", "v=spf1 redirect=example.com");
  EXPECT_EQ(checked(ring).result, SpfOutcome::permerror);
  EXPECT_THAT(ring.asked(), SizeIs(11));

  // A tree of includes would be 2^n checks without the limit.
  suite::Resolver tree;
  tree.txt("example.com", "v=spf1 include:example.com include:example.com");
  EXPECT_EQ(checked(tree).result, SpfOutcome::permerror);
  EXPECT_THAT(tree.asked(), SizeIs(11));
}

TEST(SpfLookupLimit, MayBeConfigured) {
  suite::Resolver dns;
  dns.txt("example.com", "v=spf1 a mx -all");
  dns.address("example.com", "192.0.2.1");
  SpfOptions options;
  options.limits.lookups = 1;
  EXPECT_EQ(checked(dns, "203.0.113.9", options).result, SpfOutcome::permerror);
}

// "SHOULD limit void lookups to two … Exceeding the limit produces a permerror result": NXDOMAIN and empty answers.
TEST(SpfVoidLimit, IsTwo) {
  suite::Resolver dns;
  dns.txt("example.com", "v=spf1 a:nothing.example.com mx ?all");
  EXPECT_EQ(checked(dns).result, SpfOutcome::neutral);
  EXPECT_EQ(checked(dns).void_lookups, 2);

  suite::Resolver three;
  three.txt("example.com", "v=spf1 a:nothing.example.com mx exists:n.example.com ?all");
  EXPECT_EQ(checked(three).result, SpfOutcome::permerror);
  EXPECT_EQ(checked(three).problem, "more than 2 DNS questions that brought nothing (RFC 7208 4.6.4)");
}

// The term that exceeds it is an error even at the very end of the record, and through an include.
TEST(SpfVoidLimit, HoldsForTheLastTerm) {
  suite::Resolver dns;
  dns.txt("example.com", "v=spf1 a:n1.example.com a:n2.example.com a:n3.example.com");
  EXPECT_EQ(checked(dns).result, SpfOutcome::permerror);

  suite::Resolver nested;
  nested.txt("example.com", "v=spf1 include:i.example.com +all");
  nested.txt("i.example.com", "v=spf1 a:n1.example.com a:n2.example.com a:n3.example.com");
  EXPECT_EQ(checked(nested).result, SpfOutcome::permerror);
}

// "exp" is asked for after the evaluation.
TEST(SpfVoidLimit, DoesNotCountExplanations) {
  suite::Resolver dns;
  dns.txt("example.com", "v=spf1 a:n1.example.com a:n2.example.com -all exp=n3.example.com");
  EXPECT_EQ(checked(dns).result, SpfOutcome::fail);
  EXPECT_EQ(checked(dns).void_lookups, 2);
}

// "MUST NOT result in querying more than 10 address records … MUST produce a permerror".
TEST(SpfMxLimit, IsTenHosts) {
  suite::Resolver dns;
  dns.txt("example.com", "v=spf1 mx -all");
  for (int i = 0; i < 10; ++i) {
    const std::string host = fmt::format("mx{}.example.com", i);
    dns.mx("example.com", static_cast<std::uint16_t>(i), host);
    dns.address(host, fmt::format("192.0.2.{}", i));
  }
  EXPECT_EQ(checked(dns, "192.0.2.9").result, SpfOutcome::pass);
  EXPECT_EQ(checked(dns).result, SpfOutcome::fail);
  dns.mx("example.com", 10, "mx10.example.com");
  dns.address("mx10.example.com", "203.0.113.9");
  EXPECT_EQ(checked(dns).result, SpfOutcome::permerror);
  EXPECT_EQ(checked(dns, "192.0.2.9").result, SpfOutcome::pass);  // found before the limit was reached
}

TEST(SpfMxHosts, ThatTheDnsFailsForAreTemporary) {
  suite::Resolver dns;
  dns.txt("example.com", "v=spf1 mx -all");
  dns.mx("example.com", 10, "mx.example.com");
  dns.fail("mx.example.com", "SERVFAIL");
  EXPECT_EQ(checked(dns).result, SpfOutcome::temperror);
  EXPECT_EQ(checked(dns).problem, "mx.example.com A: SERVFAIL");
}

// "MTAs … SHOULD impose a limit on the maximum amount of elapsed time … at least 20 seconds … temperror".
TEST(SpfTimeLimit, IsTwentySecondsOfModelTime) {
  suite::Resolver dns;
  dns.txt("example.com", "v=spf1 a:h.example.com mx:h.example.com +all");
  dns.address("h.example.com", "192.0.2.1");
  dns.mx("h.example.com", 10, "h.example.com");
  dns.set_cost(std::chrono::seconds(5));
  EXPECT_EQ(checked(dns).result, SpfOutcome::pass);
  dns.set_cost(std::chrono::seconds(6));
  const SpfResult late = checked(dns);
  EXPECT_EQ(late.result, SpfOutcome::temperror);
  EXPECT_EQ(late.cost, std::chrono::seconds(24));
}

// §5.5: reverse, then forward again; a name that does not lead back is nobody's.
TEST(SpfClientNames, MustLeadBack) {
  suite::Resolver dns;
  dns.txt("example.com", "v=spf1 ptr -all");
  dns.ptr("203.0.113.9", "liar.example.com");
  dns.address("liar.example.com", "192.0.2.1");
  EXPECT_EQ(checked(dns).result, SpfOutcome::fail);
  dns.ptr("203.0.113.9", "Host.Example.com");
  dns.address("host.example.com", "203.0.113.9");
  EXPECT_EQ(checked(dns).result, SpfOutcome::pass);
}

// §5.5: a name that ends in the same letters is no subdomain.
TEST(SpfClientNames, AreComparedByLabels) {
  suite::Resolver dns;
  dns.txt("example.com", "v=spf1 ptr -all");
  dns.ptr("203.0.113.9", "host.badexample.com");
  dns.address("host.badexample.com", "203.0.113.9");
  EXPECT_EQ(checked(dns).result, SpfOutcome::fail);
}

// §5.5: "If a DNS error occurs while doing the PTR RR lookup, then this mechanism fails to match. If a DNS error occurs
// while doing an A RR lookup, then that domain name is skipped and the search continues."
TEST(SpfClientNames, ErrorsAreNoMatch) {
  suite::Resolver dns;
  dns.txt("example.com", "v=spf1 ptr -all");
  dns.ptr("203.0.113.9", "broken.example.com");
  dns.ptr("203.0.113.9", "host.example.com");
  dns.fail("broken.example.com", "SERVFAIL");
  dns.address("host.example.com", "203.0.113.9");
  EXPECT_EQ(checked(dns).result, SpfOutcome::pass);
  dns.fail("9.113.0.203.in-addr.arpa", "SERVFAIL", dns::Type::ptr);
  EXPECT_EQ(checked(dns).result, SpfOutcome::fail);
}

// §4.6.4: "all records other than the first 10 MUST be ignored". Names without an address cost the sender nothing.
TEST(SpfClientNames, AreTenAtMost) {
  for (const int others : {9, 10}) {
    suite::Resolver dns;
    dns.txt("example.com", "v=spf1 ptr -all");
    for (int i = 0; i < others; ++i) dns.ptr("203.0.113.9", fmt::format("n{}.example.com", i));
    dns.ptr("203.0.113.9", "host.example.com");
    dns.address("host.example.com", "203.0.113.9");
    EXPECT_EQ(checked(dns).result, others == 9 ? SpfOutcome::pass : SpfOutcome::fail);
  }
}

TEST(SpfClientNames, AreAskedForOnce) {
  suite::Resolver dns;
  dns.txt("example.com", "v=spf1 ptr:a.example ptr:b.example ptr:c.example -all");
  dns.ptr("203.0.113.9", "host.example.com");
  dns.address("host.example.com", "203.0.113.9");
  EXPECT_EQ(checked(dns).lookups, 3);
  EXPECT_THAT(dns.asked_as_text(),
              ElementsAre("example.com TXT", "9.113.0.203.in-addr.arpa PTR", "host.example.com A"));
}

// §7.3: the domain itself, else a subdomain, else any; "unknown" without a validated name.
TEST(SpfMacroP, PrefersTheDomain) {
  suite::Resolver dns;
  dns.txt("example.com", "v=spf1 -all exp=why.example.com");
  dns.txt("why.example.com", "%{p}");
  EXPECT_EQ(checked(dns).explanation, "unknown");
  for (const std::string name : {"host.example.net", "host.example.com", "example.com"}) {
    dns.ptr("203.0.113.9", name);
    dns.address(name, "203.0.113.9");
    EXPECT_EQ(checked(dns).explanation, name);
  }
}

// §4.6.4: "the ptr mechanism or the %{p} macro" count.
TEST(SpfMacroP, CountsAsALookup) {
  suite::Resolver dns;
  dns.txt("example.com", "v=spf1 exists:%{p}.a.example.com exists:%{p}.b.example.com ?all");
  dns.ptr("203.0.113.9", "host.example.com");
  dns.address("host.example.com", "203.0.113.9");
  EXPECT_EQ(checked(dns).lookups, 3);

  suite::Resolver full;
  full.txt("example.com", "v=spf1" + repeated("a:h.example.com", 9) + " exists:%{p}.example.com +all");
  full.address("h.example.com", "192.0.2.1");
  EXPECT_EQ(checked(full).result, SpfOutcome::permerror);
}

}  // namespace
}  // namespace mailrig::auth
