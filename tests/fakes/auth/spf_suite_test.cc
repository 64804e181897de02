// The openspf suite for RFC 7208, explanations included.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "fakes/auth/spf.h"
#include "tests/fakes/auth/suite.h"

namespace mailrig::auth {
namespace {

constexpr std::string_view default_explanation = "as the implementation explains it";

struct SpfSuiteCase {
  std::string name;
  std::string helo;
  std::string mail_from;
  IpAddress client_ip;
  std::vector<std::string> results;        // any of them is right
  std::optional<std::string> explanation;  // where one is expected
};

SpfSuiteCase case_of(const boost::json::object& test) {
  SpfSuiteCase one;
  one.name = suite::bytes_of(test.at("name"));
  one.helo = suite::bytes_of(test.at("helo"));
  one.mail_from = suite::bytes_of(test.at("mailfrom"));
  one.client_ip = *IpAddress::parse(suite::bytes_of(test.at("host")));
  for (const auto& result : test.at("result").as_array()) one.results.push_back(suite::bytes_of(result));
  if (!test.at("explanation").is_null()) {
    one.explanation = suite::bytes_of(test.at("explanation"));
    if (*one.explanation == "DEFAULT") one.explanation = std::string(default_explanation);
  }
  return one;
}

TEST(SpfSuite, Openspf) {
  if (!suite::present("spf-openspf")) GTEST_SKIP() << suite::absent("spf-openspf");
  suite::Tally tally("rfc7208-tests", 203);
  const auto scenarios = suite::read_json(suite::folder("spf-openspf") / "rfc7208-tests.json");
  for (const auto& scenario : scenarios.as_array()) {
    suite::Resolver dns(scenario.at("zone").as_object());
    for (const auto& test : scenario.at("tests").as_array()) {
      const SpfSuiteCase one = case_of(test.as_object());
      const SpfResult got = check_spf(dns, {one.helo, one.mail_from, one.client_ip},
                                      {.default_explanation = default_explanation, .trace = true});
      const std::string result(to_string(got.result));
      const bool right = std::find(one.results.begin(), one.results.end(), result) != one.results.end() &&
                         (!one.explanation || got.explanation == *one.explanation);
      EXPECT_TRUE(tally.count(right)) << one.name << ": " << result << ", expected "
                                      << testing::PrintToString(one.results) << "\nexplanation: " << got.explanation
                                      << "\nexpected:    " << one.explanation.value_or("(any)") << '\n'
                                      << to_text(got.trace);
    }
  }
}

}  // namespace
}  // namespace mailrig::auth
