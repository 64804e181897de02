#include "fakes/auth/spf_trace.h"

#include <gmock/gmock.h>

#include "fakes/auth/spf.h"
#include "tests/fakes/auth/suite.h"

namespace mailrig::auth {
namespace {

using testing::HasSubstr;
using testing::SizeIs;

SpfResult traced(suite::Resolver& dns, std::string_view mail_from, std::string_view client_ip = "203.0.113.9") {
  return check_spf(dns, {"mta.example.net", std::string(mail_from), *IpAddress::parse(client_ip)}, {.trace = true});
}

TEST(SpfTrace, TellsEveryStep) {
  suite::Resolver dns;
  dns.txt("example.com", "v=spf1 ip4:192.0.2.0/24 a:%{l}.%{d} include:i.example.net -all exp=why.example.com");
  dns.txt("why.example.com", "because of %{i}");
  dns.txt("i.example.net", "v=spf1 mx redirect=r.example.net");
  dns.mx("i.example.net", 10, "mx.example.net");
  dns.address("mx.example.net", "192.0.2.7");
  dns.txt("r.example.net", "v=spf1 ~all");
  EXPECT_EQ(to_text(traced(dns, "user@example.com").trace),
            R"(record of example.com: fail [0 lookups, 0 void]
    example.com TXT -> "v=spf1 ip4:192.0.2.0/24 a:%{l}.%{d} include:i.example.net -all exp=why.example.com"
  ip4:192.0.2.0/24: no match [0 lookups, 0 void]
  a:%{l}.%{d} (= user.example.com): no match [1 lookups, 1 void]
      user.example.com A -> NXDOMAIN
  include:i.example.net: no match [2 lookups, 1 void]
    record of i.example.net: softfail [2 lookups, 1 void]
        i.example.net TXT -> "v=spf1 mx redirect=r.example.net"
      mx: no match [3 lookups, 1 void]
          i.example.net MX -> 10 mx.example.net
          mx.example.net A -> 192.0.2.7
      redirect=r.example.net: softfail [4 lookups, 1 void]
        record of r.example.net: softfail [4 lookups, 1 void]
            r.example.net TXT -> "v=spf1 ~all"
          ~all: match: softfail [4 lookups, 1 void]
  -all: match: fail [4 lookups, 1 void]
  exp=why.example.com: "because of 203.0.113.9" [4 lookups, 1 void]
      why.example.com TXT -> "because of %{i}"
)");
}

TEST(SpfTrace, TellsWhyThereIsAnError) {
  suite::Resolver dns;
  dns.txt("example.com", "v=spf1 include:i.example.net -all");
  dns.txt("i.example.net", "v=spf1 a:h.example.net");
  dns.fail("h.example.net", "TIMEOUT");
  EXPECT_EQ(to_text(traced(dns, "user@example.com").trace),
            R"(record of example.com: temperror: h.example.net A: no answer in time [0 lookups, 0 void]
    example.com TXT -> "v=spf1 include:i.example.net -all"
  include:i.example.net: temperror: h.example.net A: no answer in time [1 lookups, 0 void]
    record of i.example.net: temperror: h.example.net A: no answer in time [1 lookups, 0 void]
        i.example.net TXT -> "v=spf1 a:h.example.net"
      a:h.example.net: temperror: h.example.net A: no answer in time [2 lookups, 0 void]
          h.example.net A -> time-out
)");
}

TEST(SpfTrace, OfNoRecordAndABrokenOne) {
  suite::Resolver dns;
  dns.txt("broken.example.com", "v=spf1 -al");
  EXPECT_EQ(to_text(traced(dns, "user@example.com").trace),
            "record of example.com: none: example.com has no SPF record [0 lookups, 0 void]\n"
            "    example.com TXT -> NXDOMAIN\n");
  EXPECT_THAT(to_text(traced(dns, "user@broken.example.com").trace),
              HasSubstr("permerror: the record of broken.example.com: term '-al': no such mechanism"));
}

TEST(SpfTrace, IsTheSameDataAsTheText) {
  suite::Resolver dns;
  dns.txt("example.com", "v=spf1 a -all");
  dns.address("example.com", "203.0.113.9");
  const auto trace = traced(dns, "user@example.com").trace;
  ASSERT_THAT(trace, SizeIs(2));
  EXPECT_TRUE(trace[0].is_record);
  EXPECT_EQ(trace[0].depth, 0);
  EXPECT_EQ(trace[0].text, "v=spf1 a -all");
  EXPECT_EQ(trace[1].depth, 1);
  EXPECT_EQ(trace[1].domain, "example.com");
  EXPECT_EQ(trace[1].text, "a");
  EXPECT_EQ(trace[1].outcome, "match: pass");
  EXPECT_EQ(trace[1].lookups, 1);
  ASSERT_THAT(trace[1].queries, SizeIs(1));
  EXPECT_EQ(trace[1].queries[0].question, "example.com A");
  EXPECT_EQ(trace[1].queries[0].answer, "203.0.113.9");
}

// Records and what clients say come from strangers; the trace is read on terminals.
TEST(SpfTrace, ShowsNothingUnprintableAndNothingEndless) {
  suite::Resolver dns;
  dns.txt("example.com", "v=spf1 exists:%{l}.example.com x=" + std::string(50'000, 'x'));
  dns.txt("example.com", "\x1b[31m" + std::string(50'000, 'y'));
  for (int i = 0; i < 100; ++i) dns.txt("example.com", "other " + std::to_string(i));
  const std::string text = to_text(traced(dns, "\x1b[2J\n@example.com").trace);
  EXPECT_LT(text.size(), 10'000U);
  EXPECT_THAT(text, HasSubstr(" and 90 more"));
  for (const char c : text) EXPECT_TRUE(c == '\n' || (c >= ' ' && c <= '~'));
}

}  // namespace
}  // namespace mailrig::auth
