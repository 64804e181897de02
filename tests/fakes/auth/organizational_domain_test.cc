#include "fakes/auth/organizational_domain.h"

#include <sstream>

#include "fakes/auth/idna.h"
#include "tests/fakes/auth/suite.h"

namespace mailrig::auth {
namespace {

using testing::ElementsAre;
using testing::Optional;

// RFC 9989 §4.10.2, its three examples.
TEST(OrganizationalDomain, IsTheTopmostWithARecord) {
  suite::Resolver dns;
  dns.txt("_dmarc.mail.example.com", "v=DMARC1; p=none");
  dns.txt("_dmarc.example.com", "v=DMARC1; p=none");
  EXPECT_THAT(organizational_domain(dns, "a.mail.example.com"), Optional(std::string("example.com")));
  EXPECT_THAT(dns.asked_as_text(), ElementsAre("_dmarc.a.mail.example.com TXT", "_dmarc.mail.example.com TXT",
                                               "_dmarc.example.com TXT", "_dmarc.com TXT"));
}

TEST(OrganizationalDomain, IsWherePsdSaysNo) {
  suite::Resolver dns;
  dns.txt("_dmarc.mail.example.com", "v=DMARC1; p=none; psd=n");
  dns.txt("_dmarc.example.com", "v=DMARC1; p=none");
  EXPECT_THAT(organizational_domain(dns, "a.mail.example.com"), Optional(std::string("mail.example.com")));
  EXPECT_EQ(dns.asked().size(), 2U) << "\"psd=n\" stops the walk";
}

TEST(OrganizationalDomain, IsOneLabelBelowAPublicSuffix) {
  suite::Resolver dns;
  dns.txt("_dmarc.com", "v=DMARC1; p=none; psd=y");
  EXPECT_THAT(organizational_domain(dns, "a.mail.example.com"), Optional(std::string("example.com")));
  EXPECT_THAT(organizational_domain(dns, "example.com"), Optional(std::string("example.com")));
}

// RFC 9989 §4.10.2, rule 2: "other than the one for the domain where the tree walk started".
TEST(OrganizationalDomain, OfAPublicSuffixIsItself) {
  suite::Resolver dns;
  dns.txt("_dmarc.bank.example", "v=DMARC1; p=none; psd=y");
  EXPECT_THAT(organizational_domain(dns, "bank.example"), Optional(std::string("bank.example")));
  EXPECT_EQ(dns.asked().size(), 1U);
}

// "If this process does not determine the Organizational Domain, then the initial target domain is".
TEST(OrganizationalDomain, IsTheDomainItselfWithoutRecords) {
  suite::Resolver dns;
  EXPECT_THAT(organizational_domain(dns, "A.Mail.Example.COM."), Optional(std::string("a.mail.example.com")));
  EXPECT_THAT(organizational_domain(dns, "bücher.example"), Optional(std::string("xn--bcher-kva.example")));
}

// RFC 9989 §4.10, steps 4 and 7: eight questions at most, whatever the number of labels.
TEST(OrganizationalDomain, AsksEightQuestionsAtMost) {
  std::string name = "example.com";
  for (std::size_t labels = 2; labels <= 40; ++labels) {
    suite::Resolver dns;
    EXPECT_TRUE(organizational_domain(dns, name));
    ASSERT_EQ(dns.asked().size(), std::min<std::size_t>(labels, 8)) << name;
    EXPECT_EQ(dns.asked().front().name, "_dmarc." + name);
    EXPECT_EQ(dns.asked().back().name, "_dmarc.com");
    name.insert(0, "x.");
  }
}

TEST(OrganizationalDomain, IsUnknownWhenTheDnsFails) {
  suite::Resolver dns;
  dns.txt("_dmarc.example.com", "v=DMARC1; p=none");
  dns.fail("_dmarc.com", "SERVFAIL");
  EXPECT_EQ(organizational_domain(dns, "example.com"), std::nullopt);
}

TEST(OrganizationalDomain, IsForHostNamesOnly) {
  suite::Resolver dns;
  for (const char* const name : {"", "a..example", "a\\.b.example", "[192.0.2.1]", "a/b.example"}) {
    EXPECT_EQ(organizational_domain(dns, name), std::nullopt) << name;
  }
  EXPECT_THAT(dns.asked(), testing::IsEmpty());
}

// RFC 7489 §3.2.
TEST(PublicSuffixListTest, FindsTheRegisteredDomain) {
  const PublicSuffixList& list = PublicSuffixList::newest();
  EXPECT_THAT(list.organizational_domain("news.shop.example.co.uk"), Optional(std::string("example.co.uk")));
  EXPECT_THAT(list.organizational_domain("WWW.Example.COM"), Optional(std::string("example.com")));
  EXPECT_THAT(list.organizational_domain("mail.食狮.公司.cn"), Optional(std::string("xn--85x722f.xn--55qx5d.cn")));
  EXPECT_EQ(list.organizational_domain("co.uk"), std::nullopt);
  EXPECT_EQ(list.organizational_domain(""), std::nullopt);
}

TEST(PublicSuffixListTest, SaysWhichFileItCannotRead) {
  const auto list = PublicSuffixList::from_file("no/such/list.dat");
  ASSERT_FALSE(list);
  EXPECT_EQ(list.error().file, "no/such/list.dat");
}

// "domain registrable|null", one a line.
void expect_vectors(const PublicSuffixList& list, const std::string& name) {
  suite::Tally tally(name, 77);
  std::istringstream lines(suite::read_file(suite::folder("psl") / "tests/tests.txt"));
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string domain;
    std::string expected;
    words >> domain >> expected;
    if (domain.empty() || domain.starts_with("//")) continue;
    if (domain == "null") continue;  // for interfaces where no string at all can be handed in
    const auto wanted = expected == "null" ? std::nullopt : to_a_labels(expected);
    const auto found = list.organizational_domain(domain);
    EXPECT_TRUE(tally.count(found == wanted)) << line << ": " << found.value_or("null");
  }
}

TEST(PublicSuffixListTest, PassesTheVectorsWithTheListOfTheSystem) {
  if (!suite::present("psl")) GTEST_SKIP() << suite::absent("psl");
  expect_vectors(PublicSuffixList::newest(), "psl");
}

TEST(PublicSuffixListTest, PassesTheVectorsWithTheListBesideThem) {
  if (!suite::present("psl")) GTEST_SKIP() << suite::absent("psl");
  const auto list = PublicSuffixList::from_file((suite::folder("psl") / "public_suffix_list.dat").string());
  ASSERT_TRUE(list) << list.error().to_string();
  expect_vectors(*list, "psl, list of its own");
}

}  // namespace
}  // namespace mailrig::auth
