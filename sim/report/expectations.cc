#include "sim/report/expectations.h"

namespace mailrig::report {

std::vector<ExpectationResult> evaluate(std::span<const scenario::Expectation> expectations,
                                        const boost::json::value& summary) {
  std::vector<ExpectationResult> results;
  for (const scenario::Expectation& expectation : expectations) {
    const scenario::Outcome outcome = scenario::evaluate(expectation, summary);
    results.push_back({expectation.text, outcome.value, outcome.pass});
  }
  return results;
}

}  // namespace mailrig::report
