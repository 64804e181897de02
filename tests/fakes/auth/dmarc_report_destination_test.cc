#include "fakes/auth/dmarc_report_destination.h"

#include "tests/fakes/auth/suite.h"

namespace mailrig::auth {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr char consent_name[] = "blue.example.com._report._dmarc.red.example.net";

class ReportDestinationTest : public testing::Test {
 protected:
  ReportDestinationTest() {
    dns_.txt("_dmarc.example.com", "v=DMARC1; p=none");
    dns_.txt("_dmarc.example.net", "v=DMARC1; p=none");
  }
  ReportDestination check(std::string uri = "mailto:reports@red.example.net") {
    return check_report_destination(dns_, "blue.example.com", {std::move(uri), std::nullopt}, settings_);
  }

  suite::Resolver dns_;
  DmarcSettings settings_;
};

// RFC 9990, "Verifying External Destinations": only another organization is asked.
TEST_F(ReportDestinationTest, NeedsNoConsentWithinOneOrganization) {
  const ReportDestination result = check("mailto:dmarc@example.com");
  EXPECT_EQ(result.consent, ReportConsent::same_organization);
  EXPECT_THAT(result.uris, ElementsAre(DmarcReportUri{"mailto:dmarc@example.com", std::nullopt}));
  EXPECT_EQ(result.questions.size(), 3U) << "the walk from blue.example.com passed example.com and com";
}

// Its example: "A TXT query for blue.example.com._report._dmarc.red.example.net is issued."
TEST_F(ReportDestinationTest, IsGivenByARecordOfTheDestination) {
  dns_.txt(consent_name, "v=DMARC1;");
  const ReportDestination result = check();
  EXPECT_EQ(result.consent, ReportConsent::given);
  EXPECT_THAT(result.uris, ElementsAre(DmarcReportUri{"mailto:reports@red.example.net", std::nullopt}));
  EXPECT_EQ(result.questions.back(), (dns::Question{consent_name, dns::Type::txt}));
}

// Step 7: without a record that passes parsing, "a positive determination … cannot be made".
TEST_F(ReportDestinationTest, IsRefusedWithoutOne) {
  EXPECT_EQ(check().consent, ReportConsent::refused);
  dns_.txt(consent_name, "p=none; v=DMARC1");
  const ReportDestination result = check();
  EXPECT_EQ(result.consent, ReportConsent::refused);
  EXPECT_THAT(result.uris, IsEmpty());
}

// Step 9: "replace the corresponding value … the overriding URI MUST use the same destination host".
TEST_F(ReportDestinationTest, MayNameAnotherAddressOfTheSameHost) {
  dns_.txt(consent_name, "v=DMARC1; rua=mailto:elsewhere@red.example.net");
  EXPECT_THAT(check().uris, ElementsAre(DmarcReportUri{"mailto:elsewhere@red.example.net", std::nullopt}));
}

// "… MUST NOT generate a report to either the original or the override URI."
TEST_F(ReportDestinationTest, IsRefusedWhenAnotherHostIsNamed) {
  dns_.txt(consent_name, "v=DMARC1; rua=mailto:victim@example.org");
  const ReportDestination result = check();
  EXPECT_EQ(result.consent, ReportConsent::refused);
  EXPECT_THAT(result.uris, IsEmpty());
}

// Step 5.
TEST_F(ReportDestinationTest, IsUnknownWhenTheDnsFails) {
  dns_.fail(consent_name, "SERVFAIL");
  EXPECT_EQ(check().consent, ReportConsent::temporary);
  dns_.fail("_dmarc.net", "TIMEOUT");
  EXPECT_EQ(check().consent, ReportConsent::temporary);
}

// Step 4: "If the length of the constructed name exceed DNS limits".
TEST_F(ReportDestinationTest, IsRefusedWhenTheNameIsTooLong) {
  const std::string label(63, 'a');
  const auto result = check_report_destination(dns_, label + '.' + label + ".example.com",
                                               {"mailto:a@" + label + '.' + label + ".example.net", std::nullopt});
  EXPECT_EQ(result.consent, ReportConsent::refused);
}

TEST_F(ReportDestinationTest, IsRefusedWithoutAHost) {
  EXPECT_EQ(check("tel:123").consent, ReportConsent::refused);
  EXPECT_EQ(check("mailto:a@[192.0.2.1]").consent, ReportConsent::refused);
}

// RFC 7489 §7.1 is the same with the public suffix list.
TEST_F(ReportDestinationTest, ComparesByListWhereAsked) {
  settings_.method = DmarcMethod::public_suffix_list;
  EXPECT_EQ(check("mailto:a@dmarc.example.com").consent, ReportConsent::same_organization);
  dns_.txt(consent_name, "v=DMARC1");
  const ReportDestination result = check();
  EXPECT_EQ(result.consent, ReportConsent::given);
  EXPECT_EQ(result.questions.size(), 1U);
}

}  // namespace
}  // namespace mailrig::auth
