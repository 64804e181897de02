// A scenario's expectations held against a summary. Pure.
#pragma once

#include <boost/json.hpp>
#include <span>
#include <vector>

#include "sim/report/summary.h"
#include "sim/scenario/expectation.h"

namespace mailrig::report {

// In the order given; hand them to judge().
std::vector<ExpectationResult> evaluate(std::span<const scenario::Expectation> expectations,
                                        const boost::json::value& summary);

}  // namespace mailrig::report
