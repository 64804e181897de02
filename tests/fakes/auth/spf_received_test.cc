#include "fakes/auth/spf_received.h"

#include <gmock/gmock.h>

#include "fakes/mail/header.h"
#include "tests/fakes/auth/suite.h"

namespace mailrig::auth {
namespace {

using testing::HasSubstr;
using testing::Not;

SpfIdentity identity(std::string_view client_ip, std::string_view mail_from = "myname@example.com",
                     std::string_view helo = "foo.example.com") {
  return {std::string(helo), std::string(mail_from), *IpAddress::parse(client_ip)};
}

SpfResult checked(std::string_view record, const SpfIdentity& client) {
  suite::Resolver dns;
  if (!record.empty()) dns.txt("example.com", record);
  return check_spf(dns, client);
}

std::string unfolded(const std::string& field) {
  EXPECT_TRUE(field.ends_with("\r\n"));
  mail::HeaderReader reader(field);
  const auto read = reader.next();
  EXPECT_TRUE(read && read->name == "Received-SPF");
  EXPECT_FALSE(reader.next());  // one field, whatever is in it
  return mail::unfold(read->value);
}

// The first example of RFC 7208 §9.1, with identity and mechanism, which the section lists too.
TEST(SpfReceivedField, OfAPass) {
  const SpfIdentity client = identity("192.0.2.1");
  EXPECT_EQ(unfolded(received_spf_field(checked("v=spf1 ip4:192.0.2.1 -all", client), client, "mybox.example.org")),
            "pass (mybox.example.org: domain of example.com designates 192.0.2.1 as permitted sender) "
            "receiver=mybox.example.org; identity=mailfrom; client-ip=192.0.2.1; "
            "envelope-from=\"myname@example.com\"; helo=foo.example.com; mechanism=\"ip4:192.0.2.1\";");
}

// RFC 7208 §9.1: values that are no dot-atom are quoted; "default" where no mechanism matched.
TEST(SpfReceivedField, QuotesAddressesOfIpv6) {
  const SpfIdentity client = identity("2001:db8::1", "");
  SpfResult result = checked("", client);
  EXPECT_THAT(unfolded(received_spf_field(result, client, "")),
              testing::AllOf(HasSubstr("none (unknown: "), HasSubstr("client-ip=\"2001:db8::1\";"),
                             HasSubstr("envelope-from=\"\";"), Not(HasSubstr("mechanism"))));
  result = checked("v=spf1 ip4:192.0.2.1", identity("2001:db8::1"));
  EXPECT_THAT(unfolded(received_spf_field(result, client, "")), HasSubstr(" mechanism=default;"));
}

TEST(SpfReceivedField, TellsTheProblem) {
  const SpfIdentity client = identity("192.0.2.1");
  EXPECT_THAT(unfolded(received_spf_field(checked("v=spf1 oops", client), client, "mx.example.org")),
              testing::AllOf(HasSubstr("permerror (mx.example.org: permanent error"),
                             HasSubstr("problem=\"the record of example.com: term 'oops': no such mechanism\";")));
}

// RFC 7208 §11.5: what the client says must not become structure.
TEST(SpfReceivedField, IsNotTheClientsToWrite) {
  const std::string evil = "\"\\) (x\r\nX-Spam: no\r\n\r\nbody\x01\xff";
  const SpfIdentity client = identity("192.0.2.1", evil + "@example.com", evil);
  const std::string value = unfolded(received_spf_field(checked("v=spf1 -all", client), client, evil));
  EXPECT_THAT(value, HasSubstr("helo=\"\\\"\\\\) (x??X-Spam: no????body??\";"));
  EXPECT_THAT(value, HasSubstr("(\"\\\\\\) \\(x??X-Spam"));
  const std::string huge(10'000'000, 'x');
  EXPECT_LT(received_spf_field({}, {huge, huge, {}}, huge).size(), 4096U);
}

// RFC 6532 §3.2: UTF-8 may stand in quoted strings.
TEST(SpfReceivedField, KeepsUtf8) {
  const SpfIdentity client = identity("192.0.2.1", "j\xc3\xb6rg@example.com");
  EXPECT_THAT(received_spf_field(checked("v=spf1 +all", client), client, "mx"),
              HasSubstr("envelope-from=\"j\xc3\xb6rg@example.com\";"));
}

}  // namespace
}  // namespace mailrig::auth
