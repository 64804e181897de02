// The report that a run prints: one table that accounts for every delivery, why receivers answered as they did, how
// long it took, and whether that is what was expected. Pure.
#pragma once

#include <boost/json.hpp>
#include <string>

#include "sim/report/style.h"

namespace mailrig::report {

// From summary.json, whole or damaged.
std::string text_report(const boost::json::value& summary, const Style& style);

}  // namespace mailrig::report
