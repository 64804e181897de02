#include "fakes/auth/authentication_results.h"

#include <set>
#include <sstream>

#include "fakes/mail/header.h"
#include "fakes/mail/text.h"
#include "tests/fakes/auth/suite.h"

namespace mailrig::auth {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Optional;

// RFC 8601 Appendix B.2.
TEST(AuthenticationResults, SaysNoneWhenNothingWasChecked) {
  const AuthenticationResults nothing{"example.org", {}};
  EXPECT_EQ(format_authentication_results(nothing), "Authentication-Results: example.org; none\r\n");
  EXPECT_THAT(parse_authentication_results(" example.org 1; none"), Optional(nothing));
  EXPECT_THAT(parse_authentication_results("example.org;none (nothing)"), Optional(nothing));
}

TEST(AuthenticationResults, IsWrittenOneMethodALine) {
  const AuthenticationResults results{
      "mx.example.com",
      {{"spf", "pass", "", {{"smtp", "mailfrom", "bounce+7@news.shop.example"}, {"smtp", "helo", "mta1.shop.example"}}},
       {"dkim",
        "pass",
        "",
        {{"header", "d", "shop.example"},
         {"header", "s", "s1"},
         {"header", "a", "rsa-sha256"},
         {"header", "b", "a/B+c123="}}},
       {"dkim", "fail", "body hash did not verify", {{"header", "i", "@platform.example"}}},
       {"dmarc", "pass", "", {{"header", "from", "shop.example"}, {"policy", "dmarc", "reject"}}},
       {"arc", "none"},
       {"iprev", "permerror", "", {{"policy", "iprev", "2001:db8::1"}}},
       {"auth", "pass", "", {{"smtp", "auth", "joe@localhost"}}}}};
  const std::string field = format_authentication_results(results);
  EXPECT_EQ(field,
            "Authentication-Results: mx.example.com;\r\n"
            "\tspf=pass smtp.mailfrom=bounce+7@news.shop.example\r\n"
            "\tsmtp.helo=mta1.shop.example;\r\n"
            "\tdkim=pass header.d=shop.example header.s=s1 header.a=rsa-sha256\r\n"
            "\theader.b=\"a/B+c123=\";\r\n"
            "\tdkim=fail reason=\"body hash did not verify\" header.i=@platform.example;\r\n"
            "\tdmarc=pass header.from=shop.example policy.dmarc=reject;\r\n"
            "\tarc=none;\r\n"
            "\tiprev=permerror policy.iprev=\"2001:db8::1\";\r\n"
            "\tauth=pass smtp.auth=\"joe@localhost\"\r\n");
  EXPECT_THAT(parse_authentication_results(field.substr(field.find(':') + 1)), Optional(results));
  EXPECT_THAT(results.methods[2].property("header", "i"), Optional(std::string_view("@platform.example")));
  EXPECT_EQ(results.methods[2].property("header", "d"), std::nullopt);
}

// RFC 8601 §2.2: value is a token or a quoted string; a mail address may stand without quotes.
TEST(AuthenticationResults, SurvivesTheRoundTrip) {
  for (const char* const value :
       {"", " ", "plain", "two words", "a\"quote\\", "a;b=c(d)", "user@example.com", "\"odd local\"@example.com",
        "@example.com", "user@localhost", "a..b@example.com", "tag=x=y@example.com", "jürgen@bücher.example", "none",
        "a  b   c", "<>", "--", "a@b@example.com"}) {
    AuthenticationResults results{"mx.example.com",
                                  {{"spf", "fail", value, {{"smtp", "mailfrom", value}, {"header", "d", "x"}}}}};
    results.version = 2;
    results.methods[0].version = 3;
    const std::string payload = format_authentication_payload(results);
    EXPECT_THAT(parse_authentication_results(payload), Optional(results)) << payload;
  }
}

// RFC 5322 §2.1.1 and §2.2.3: lines of 78 characters where there is a blank to fold at, 998 in any case; and no value
// can add a line of its own.
TEST(AuthenticationResults, KeepsItsLinesShort) {
  AuthenticationResults results{"mx.example.com", {{"dkim", "fail", "", {{"header", "d", std::string(5'000, 'd')}}}}};
  for (int i = 0; i < 50; ++i) results.methods[0].reason += i % 7 == 0 ? "  many words" : "many words";
  const std::string folded = format_authentication_results(results);
  std::istringstream lines(folded);
  for (std::string line; std::getline(lines, line);) {
    EXPECT_LT(line.size(), line.find("header.d=") == std::string::npos ? 80U : 998U) << line;
    EXPECT_FALSE(mail::trim(line).empty());
  }
  const auto read = parse_authentication_results(folded.substr(folded.find(':') + 1));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->methods[0].reason, results.methods[0].reason.substr(0, authentication_value_octets_max));

  results.methods[0].reason = "a\r\nSubject: injected\r\n\r\n\0x\xff";
  const std::string hostile = format_authentication_results(results);
  mail::HeaderReader reader(hostile);
  EXPECT_TRUE(reader.next());
  EXPECT_FALSE(reader.next()) << hostile;
  EXPECT_THAT(hostile, HasSubstr("reason=\"a  Subject: injected"));
}

// RFC 8601 Appendix B.7, with comments at every place the grammar has for them.
TEST(AuthenticationResults, ReadsOverComments) {
  const auto results = parse_authentication_results(
      "(1) foo.example.net (2 (nested \\) )) 1 (3); (4) auth (5) / (6) 1 (7) = (8) Fail (9)\r\n"
      " reason (10) = (11) \"bad (not a comment) password\" (12) smtp (13) . (14) Auth (15) = (16) sender@example.net "
      "(17); dkim=pass");
  ASSERT_TRUE(results);
  EXPECT_EQ(results->authserv_id, "foo.example.net");
  ASSERT_EQ(results->methods.size(), 2U);
  EXPECT_EQ(
      results->methods[0],
      (AuthenticationMethod{"auth", "fail", "bad (not a comment) password", {{"smtp", "auth", "sender@example.net"}}}));
  EXPECT_EQ(results->methods[1], (AuthenticationMethod{"dkim", "pass"}));
}

// RFC 8601 §2.2, one fault each.
TEST(AuthenticationResults, RefusesWhatTheGrammarDoesNotHave) {
  for (const char* const value : {"",
                                  ";",
                                  "example.com",
                                  "example.com;",
                                  "; none",
                                  "example.com; none; none",
                                  "example.com; none; spf=pass",
                                  "example.com; spf=pass; none",
                                  "example.com; spf=pass;",
                                  "example.com; spf",
                                  "example.com; spf=",
                                  "example.com; =pass",
                                  "example.com; spf=pass; ; dkim=pass",
                                  "example/net; spf=pass",
                                  "exam ple.com; none",
                                  "example.com x; none",
                                  "example.com; spf=pass-",
                                  "example.com; spf=p_ss",
                                  "example.com; spf/x=pass",
                                  "example.com; spf/=pass",
                                  "example.com; spf/99999999999=pass",
                                  "example.com; spf=pass reason",
                                  "example.com; spf=pass reason=",
                                  "example.com; spf=pass reason=a reason=b",
                                  "example.com; spf=pass smtp.helo=a reason=b",
                                  "example.com; spf=pass smtp",
                                  "example.com; spf=pass smtp.",
                                  "example.com; spf=pass smtp.helo",
                                  "example.com; spf=pass smtp.helo=",
                                  "example.com; spf=pass smtp.helo=/d5r",
                                  "example.com; spf=pass smtp.helo=ab/c",
                                  "example.com; spf=pass smtp.mailfrom=a@",
                                  "example.com; spf=pass smtp.mailfrom=a@localhost",
                                  "example.com; spf=pass smtp.mailfrom=\"a\"@",
                                  "example.com; spf=pass \"reason\"=x",
                                  "example.com; spf=pass(c",
                                  "example.com (c; none",
                                  "example.com; spf=pass reason=\"x",
                                  "example.com; spf=pass reason=\"x\\",
                                  "\"\"; none",
                                  "example.com; spf=pass reason=\"a\nb\"",
                                  "example.com\n; none",
                                  "example.com; spf=pass reason=\"\x01\"",
                                  "dkim=pass header.d=example.com",
                                  "example.com; spf=pass reason=\xff"}) {
    EXPECT_EQ(parse_authentication_results(value), std::nullopt) << value;
  }
}

TEST(AuthenticationResults, StaysBoundedWithHostileFields) {
  EXPECT_EQ(parse_authentication_results("x; " + std::string(10'000'000, '(')), std::nullopt);
  EXPECT_EQ(parse_authentication_results("x; " + std::string(60'000, '(')), std::nullopt);
  std::string many = "x; none";
  while (many.size() < 60'000) many += "=a b.c=d;x";
  EXPECT_TRUE(parse_authentication_results(many + "=y"));
}

// Fields of messages made for a mail reader's tests. The wrong ones are told by name.
TEST(AuthenticationResultsSuite, DkimVerifierMessages) {
  if (!suite::present("dkim-lieser")) GTEST_SKIP() << suite::absent("dkim-lieser");
  // By file: which of its fields, from the top, are against the grammar.
  const std::map<std::string, std::set<int>> faulty = {
      {"multiple_arh-newest_no_authserv.eml", {0, 2}},        // no authserv-id
      {"multiple_arh-newest_parsing_error_01.eml", {0}},      // "/" outside quotes
      {"multiple_arh-newest_parsing_error_02.eml", {0, 2}},   // "/" in the authserv-id
      {"multiple_arh-same_and_different_authserv.eml", {5}},  // no authserv-id
      {"rfc6376-A.2-arh-valid_relaxed.eml", {0}}};            // ";" at the end
  suite::Tally tally("dkim-lieser, Authentication-Results", 37);
  for (const auto& entry : std::filesystem::directory_iterator(suite::folder("dkim-lieser") / "test/data/arh")) {
    const std::string file = entry.path().filename().string();
    const std::string message = suite::read_message(entry.path());
    mail::HeaderReader header(message);
    int index = 0;
    while (const auto field = header.next()) {
      if (!mail::equals_ignoring_case(field->name, "Authentication-Results")) continue;
      const auto found = faulty.find(file);
      const bool is_faulty = found != faulty.end() && found->second.contains(index);
      const auto results = parse_authentication_results(field->value);
      const bool right = results.has_value() != is_faulty &&
                         (!results || parse_authentication_results(format_authentication_payload(*results)) == results);
      EXPECT_TRUE(tally.count(right)) << file << " field " << index;
      ++index;
    }
  }
}

TEST(AuthenticationResultsSuite, DkimVerifierMessagesAreUnderstood) {
  if (!suite::present("dkim-lieser")) GTEST_SKIP() << suite::absent("dkim-lieser");
  const auto first = [](const char* file) {
    const std::string message = suite::read_message(suite::folder("dkim-lieser") / "test/data/arh" / file);
    return parse_authentication_results(mail::find_field(message, "Authentication-Results").value_or(""))
        .value_or(AuthenticationResults{});
  };
  EXPECT_THAT(first("multiple_arh-newest_no_result.eml").methods, IsEmpty());
  const AuthenticationResults multiple = first("multiple_dkim_results.eml");
  ASSERT_GE(multiple.methods.size(), 6U);
  EXPECT_EQ(
      multiple.methods[4],
      (AuthenticationMethod{"dkim", "fail", "test failure signed by unrelated", {{"header", "d", "unrelated.org"}}}));
  const AuthenticationResults both = first("rfc6376-A.2-arh-valid-sdid_and_auid.eml");
  ASSERT_EQ(both.methods.size(), 2U);
  EXPECT_THAT(both.methods[1].property("header", "i"), Optional(std::string_view("joe@football.example.com")));
}

}  // namespace
}  // namespace mailrig::auth
