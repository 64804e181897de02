#include "sim/report/junit.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/sim/report/sample_run.h"

namespace mailrig::report {
namespace {

// Enough of XML to see that elements nest, attributes are quoted, and no bare '<' or '&' is left over.
bool is_well_formed(std::string_view xml) {
  std::vector<std::string> open;
  while (!xml.empty()) {
    const auto tag = xml.find('<');
    for (auto amp = xml.substr(0, tag).find('&'); amp != std::string_view::npos;) return false;
    if (tag == std::string_view::npos) break;
    const auto end = xml.find('>', tag);
    if (end == std::string_view::npos) return false;
    const std::string_view inside = xml.substr(tag + 1, end - tag - 1);
    xml.remove_prefix(end + 1);
    if (inside.find('<') != std::string_view::npos) return false;
    if (std::count(inside.begin(), inside.end(), '"') % 2 != 0) return false;
    if (inside.starts_with('?')) continue;
    const std::string name(inside.substr(inside.starts_with('/') ? 1 : 0, inside.substr(1).find_first_of(" /") + 1));
    if (inside.starts_with('/')) {
      if (open.empty() || "/" + open.back() != std::string(inside)) return false;
      open.pop_back();
    } else if (!inside.ends_with('/')) {
      open.push_back(std::string(inside.substr(0, inside.find(' '))));
    }
  }
  return open.empty();
}

TEST(Junit, HasOneCasePerExpectationAndTwoOfItsOwn) {
  expect_golden("junit.xml", junit(sample_summary()));
}

TEST(Junit, IsWellFormedWhateverTheExpectationsSay) {
  boost::json::value summary = sample_summary();
  summary.as_object()["scenario"] = "a<b>&\"'\x01\xff";
  judge(summary, std::vector<ExpectationResult>{{"totals.lost < 1 && \"x\" > 'y'", 3, false}});
  const std::string xml = junit(summary);
  EXPECT_TRUE(is_well_formed(xml)) << xml;
  EXPECT_NE(xml.find("totals.lost &lt; 1 &amp;&amp; &quot;x&quot; &gt; &apos;y&apos;"), std::string::npos) << xml;
  EXPECT_EQ(xml.find('\x01'), std::string::npos);
  EXPECT_FALSE(is_well_formed("<a><b></a>")) << "the check itself";
}

TEST(Junit, ABrokenSumFailsItsCase) {
  boost::json::value summary = sample_summary();
  summary.at("totals").as_object()["inbox"] = 0;
  EXPECT_NE(junit(summary).find("<failure message=\"total: 7 deliveries, but 5 fates\"/>"), std::string::npos)
      << junit(summary);
}

}  // namespace
}  // namespace mailrig::report
