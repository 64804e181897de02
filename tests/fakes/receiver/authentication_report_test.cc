#include "fakes/receiver/authentication_report.h"

#include <gmock/gmock.h>

#include "fakes/auth/authentication_results.h"

namespace mailrig::receiver {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class AuthenticationReportTest : public ::testing::Test {
 protected:
  AuthenticationReportTest() {
    session_.client_ip = IpAddress::parse("198.18.2.10").value();
    session_.helo = "mta1.shop.example";
    session_.mail_from = "x@shop.example";
    session_.authentication.spf_domain = "shop.example";
    session_.authentication.author_domain = "shop.example";
  }
  std::string field() const { return authentication_field("mx.isp.example", session_, dkim_, arc_); }

  policy::Session session_;
  auth::DkimOutcome dkim_;
  auth::ArcOutcome arc_;
};

TEST_F(AuthenticationReportTest, SaysNoneWhereThereWasNothing) {
  EXPECT_THAT(field(), HasSubstr("spf=none smtp.mailfrom=shop.example"));
  EXPECT_THAT(field(), HasSubstr("dkim=none"));
  EXPECT_THAT(field(), HasSubstr("dmarc=none header.from=shop.example"));
  EXPECT_THAT(field(), Not(HasSubstr("\tarc=")));
}

// RFC 8601 §2.7.2 has both identities; a HELO without a record is not worth a line.
TEST_F(AuthenticationReportTest, TellsOfTheHeloWhereItHasARecord) {
  EXPECT_THAT(field(), Not(HasSubstr("smtp.helo")));
  session_.authentication.spf_helo = auth::SpfOutcome::pass;
  EXPECT_THAT(field(), HasSubstr("spf=pass smtp.helo=mta1.shop.example"));
}

// RFC 6008: header.b tells signatures of one domain apart.
TEST_F(AuthenticationReportTest, EverySignatureHasItsLine) {
  auth::SignatureVerdict good, bad;
  good.result = auth::DkimResult::pass;
  bad.result = auth::DkimResult::fail;
  bad.reason = "the body was changed";
  good.domain = bad.domain = "shop.example";
  good.selector = "s1";
  bad.selector = "s2";
  good.value = "AAAABBBBCCCC";
  bad.value = "DDDDEEEEFFFF";
  dkim_.signatures = {bad, good};
  const auto results = auth::parse_authentication_results(field().substr(field().find(':') + 1));
  ASSERT_TRUE(results) << field();
  std::vector<const auth::AuthenticationMethod*> dkim;
  for (const auto& method : results->methods) {
    if (method.method == "dkim") dkim.push_back(&method);
  }
  ASSERT_EQ(dkim.size(), 2U);
  EXPECT_EQ(dkim[0]->result, "fail");
  EXPECT_EQ(dkim[0]->reason, "the body was changed");
  EXPECT_EQ(dkim[0]->property("header", "b"), "DDDDEEEE");
  EXPECT_EQ(dkim[1]->result, "pass");
  EXPECT_EQ(dkim[1]->property("header", "s"), "s1");
}

// What a client says can neither end the field nor add another.
TEST_F(AuthenticationReportTest, HostileNamesStayInTheirPlace) {
  session_.authentication.spf_helo = auth::SpfOutcome::pass;
  session_.helo = "x; dkim=pass\r\nSubject: hi";
  const std::string text = field();
  EXPECT_EQ(text.find("\r\nSubject"), std::string::npos);
  const auto results = auth::parse_authentication_results(text.substr(text.find(':') + 1));
  ASSERT_TRUE(results) << text;
  for (const auto& method : results->methods) {
    if (method.method == "dkim") {
      EXPECT_EQ(method.result, "none");
    }
  }
}

}  // namespace
}  // namespace mailrig::receiver
