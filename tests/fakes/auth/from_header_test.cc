#include "fakes/auth/from_header.h"

namespace mailrig::auth {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Optional;

std::optional<std::string> author(std::string_view value) {
  return read_from_field(value).author_domain();
}
FromFault fault(std::string_view value) {
  return read_from_field(value).fault;
}

TEST(FromHeader, FindsTheAuthorDomain) {
  for (const char* const value :
       {"joe@example.com", " Joe <joe@Example.COM>", "<joe@example.com>", "\"Joe, Doe\" <joe@example.com>",
        "=?UTF-8?B?5bCP546L?= <joe@example.com>", "=?UTF-8?Q?ceo=40bank.example?= <joe@example.com>",
        "joe@example.com (Joe)", "\"joe doe\"@example.com", "joe.doe@example.com,",
        "a@example.com, B <b@EXAMPLE.com>"}) {
    EXPECT_THAT(author(value), Optional(std::string("example.com"))) << value;
  }
}

// RFC 5322 §3.2.2: comments and folds stand between any two tokens; comments nest.
TEST(FromHeader, ReadsOverCommentsAndFolds) {
  EXPECT_THAT(author("Joe (a \\) comment (with <x@evil.example> inside))\r\n <joe(c)@\r\n\texample(c).com>"),
              Optional(std::string("example.com")));
}

// RFC 5322 §4.4 obs-route, obs-domain; RFC 6854 groups in From.
TEST(FromHeader, ReadsObsoleteFormsAndGroups) {
  EXPECT_THAT(author("<@relay.example,@other.example:joe@example.com>"), Optional(std::string("example.com")));
  EXPECT_THAT(author("joe @ example . com"), Optional(std::string("example.com")));
  EXPECT_THAT(author("Team: a@example.com, B <b@example.com>;"), Optional(std::string("example.com")));
  EXPECT_THAT(author("Team: a@example.com"), Optional(std::string("example.com")));
}

// Display names that should have been quoted, and text in the sender's own character set.
TEST(FromHeader, ForgivesDisplayNames) {
  EXPECT_THAT(author("[Shop] News <joe@example.com>"), Optional(std::string("example.com")));
  EXPECT_THAT(author("Shop [News <joe@example.com>"), Optional(std::string("example.com")));
  EXPECT_THAT(author("Doe, John <joe@example.com>"), Optional(std::string("example.com")));
  EXPECT_THAT(author("Joe St. John <joe@example.com>"), Optional(std::string("example.com")));
  EXPECT_THAT(author("ceo@bank.example <joe@example.com>"), Optional(std::string("example.com")));
  EXPECT_THAT(author("\"ceo@bank.example\" <joe@example.com>"), Optional(std::string("example.com")));
  EXPECT_THAT(author("\xd6\xd0\xb9\xfa <joe@example.com>"), Optional(std::string("example.com")));
  EXPECT_THAT(author("Joe <joe..doe.@example.com>"), Optional(std::string("example.com")));
}

// RFC 9989 §5.3.1: U-labels become A-labels.
TEST(FromHeader, ConvertsULabels) {
  EXPECT_THAT(author("Jürgen <jürgen@Bücher.example>"), Optional(std::string("xn--bcher-kva.example")));
  EXPECT_EQ(fault("x@☃.example"), FromFault::unusable_domain);
}

// RFC 9989 §5.3.1: "If zero or more than one domain is extracted … DMARC validation is not possible". §11.5 has
// receivers that evaluate all of them.
TEST(FromHeader, SaysWhenThereAreSeveralDomains) {
  for (const char* const value : {"a@example.com, b@example.net", "a@example.com, <b@example.net>",
                                  "Team: a@example.com, b@example.net;, c@example.com"}) {
    const FromHeader from = read_from_field(value);
    EXPECT_EQ(from.author_domain(), std::nullopt);
    EXPECT_EQ(from.fault, FromFault::several_domains) << value;
    EXPECT_THAT(from.domains, ElementsAre("example.com", "example.net"));
    EXPECT_EQ(from.reason, "the From field has several domains, example.com and example.net among them");
  }
}

TEST(FromHeader, SaysWhenThereIsNoAddress) {
  for (const char* const value :
       {"", "  ", "undisclosed:;", ",,", "Joe Doe", "=?UTF-8?Q?joe=40example.com?=", "(joe@example.com)"}) {
    EXPECT_EQ(fault(value), FromFault::no_address) << value;
  }
}

TEST(FromHeader, SaysWhenTheDomainIsNone) {
  for (const char* const value :
       {"joe@[192.0.2.1]", "joe@exa mple.com]", "joe@a..b", "joe@example.com.", "joe@exam/ple.com"}) {
    const FromFault found = fault(value);
    EXPECT_TRUE(found == FromFault::unusable_domain || found == FromFault::malformed) << value;
  }
  EXPECT_EQ(fault("joe@[192.0.2.1]"), FromFault::unusable_domain);
  EXPECT_EQ(fault("joe@exam/ple.com"), FromFault::unusable_domain);
}

// Two readers must not find two authors.
TEST(FromHeader, RefusesWhatCanBeReadInTwoWays) {
  for (const char* const value : {"<a@example.com> <b@example.net>",
                                  "<a@example.com> b",
                                  "<a@example.com",
                                  "a@example.com>",
                                  "<<a@example.com>>",
                                  "a@example.com b@example.net",
                                  "a@b@example.com",
                                  "joe doe@example.com",
                                  "a@example.com b",
                                  "<>",
                                  "joe <>",
                                  "@example.com",
                                  "joe@",
                                  "<joe@>",
                                  "\"joe <a@example.com>",
                                  "joe (<a@example.com>",
                                  "<a@example.com, b@example.net>",
                                  "<@relay.example a@example.com>",
                                  "a@example.com: <b@example.net>",
                                  "a@\"example.com\"",
                                  "a@[192.0.2.1].example"}) {
    const FromHeader from = read_from_field(value);
    EXPECT_EQ(from.fault, FromFault::malformed) << value;
    EXPECT_EQ(from.author_domain(), std::nullopt);
  }
}

TEST(FromHeader, ReadsTheHeaderOfAMessage) {
  EXPECT_THAT(read_from_header("To: x@y.example\r\nFROM: Joe\r\n <joe@example.com>\r\n\r\nFrom: b@example.net\r\n")
                  .author_domain(),
              Optional(std::string("example.com")));
  const FromHeader missing = read_from_header("To: x@y.example\r\n\r\nFrom: joe@example.com\r\n");
  EXPECT_EQ(missing.fault, FromFault::missing_field);
  EXPECT_EQ(missing.reason, "the message has no From field");
  EXPECT_EQ(read_from_header("").fault, FromFault::missing_field);
}

// RFC 5322 §3.6: exactly one From field, even if the other says the same.
TEST(FromHeader, RefusesSeveralFields) {
  const FromHeader from = read_from_header("From: a@example.com\r\nFrom: b@example.com\r\nFrom: c@example.net\r\n\r\n");
  EXPECT_EQ(from.fault, FromFault::several_fields);
  EXPECT_EQ(from.reason, "the message has 3 From fields");
  EXPECT_THAT(from.domains, ElementsAre("example.com", "example.net"));
  EXPECT_EQ(from.author_domain(), std::nullopt);
}

TEST(FromHeader, StaysBoundedWithHostileFields) {
  EXPECT_EQ(fault(std::string(10'000'000, '(')), FromFault::too_long);
  EXPECT_EQ(fault(std::string(from_field_octets_max, '(')), FromFault::malformed);
  EXPECT_EQ(fault(std::string(from_field_octets_max, '<')), FromFault::malformed);
  EXPECT_EQ(fault(std::string(from_field_octets_max, '\\')), FromFault::no_address);
  EXPECT_EQ(fault("\"\\"), FromFault::malformed);
  EXPECT_EQ(fault("(\\"), FromFault::malformed);
  std::string many;
  for (int i = 0; i < 2'000; ++i) many += "a@x" + std::to_string(i) + ".example,";
  EXPECT_EQ(read_from_field(many).domains.size(), from_domains_max);
  std::string fields;
  for (int i = 0; i < 100'000; ++i) fields += "From: a@x.example\r\n";
  EXPECT_THAT(read_from_header(fields).reason, HasSubstr("100000 From fields"));
}

}  // namespace
}  // namespace mailrig::auth
