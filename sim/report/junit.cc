#include "sim/report/junit.h"

#include <fmt/format.h>

#include "sim/report/json_text.h"
#include "sim/report/text_format.h"
#include "sim/report/view.h"

namespace mailrig::report {
namespace {

namespace json = boost::json;

struct TestCase {
  std::string name;
  std::string failure;  // empty: passed
};

std::vector<TestCase> test_cases(const json::value& summary) {
  std::vector<TestCase> cases;
  for (const json::value& e : array_at(summary, {"expectations"})) {
    TestCase test{std::string(text_at(e, {"expr"})), {}};
    if (!flag_at(e, {"pass"})) {
      const auto value = number_at(e, {"value"});
      test.failure = fmt::format("expected {}, but {}", test.name,
                                 value ? "it is " + plain_decimal(*value) : "there is nothing to measure");
    }
    cases.push_back(std::move(test));
  }
  TestCase conservation{"every delivery has exactly one fate", {}};
  for (const std::string& fault : broken_sums(summary)) {
    conservation.failure += (conservation.failure.empty() ? "" : "; ") + fault;
  }
  cases.push_back(std::move(conservation));
  const std::string_view verdict = text_at(summary, {"verdict"});
  cases.push_back({"verdict", verdict == "pass" ? std::string() : fmt::format("the verdict is '{}'", verdict)});
  return cases;
}

}  // namespace

std::string xml_escape(std::string_view text) {
  // Wide enough to cut nothing off; what cut_to_width lets through is what XML allows.
  std::string escaped;
  for (const char c : cut_to_width(text, text.size() * 3)) {
    switch (c) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      case '\'':
        escaped += "&apos;";
        break;
      default:
        escaped += c;
    }
  }
  return escaped;
}

std::string junit(const json::value& summary) {
  const std::vector<TestCase> cases = test_cases(summary);
  std::size_t failures = 0;
  for (const TestCase& test : cases) failures += test.failure.empty() ? 0 : 1;
  const std::string suite = "mailrig." + xml_escape(text_at(summary, {"scenario"}));
  const std::string counts = fmt::format("tests=\"{}\" failures=\"{}\" errors=\"0\" time=\"{}\"", cases.size(),
                                         failures, plain_decimal(number_at(summary, {"wall_seconds"}).value_or(0)));

  std::string xml = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
  xml += fmt::format("<testsuites {}>\n  <testsuite name=\"{}\" timestamp=\"{}\" {}>\n", counts, suite,
                     xml_escape(text_at(summary, {"started"})), counts);
  for (const TestCase& test : cases) {
    xml += fmt::format("    <testcase classname=\"{}\" name=\"{}\"", suite, xml_escape(test.name));
    if (test.failure.empty()) {
      xml += "/>\n";
    } else {
      xml += fmt::format(">\n      <failure message=\"{}\"/>\n    </testcase>\n", xml_escape(test.failure));
    }
  }
  return xml + "  </testsuite>\n</testsuites>\n";
}

}  // namespace mailrig::report
