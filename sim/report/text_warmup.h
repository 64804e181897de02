// The part of the printed report that tells warm-ups day by day. Pure.
#pragma once

#include <boost/json.hpp>
#include <string>

#include "sim/report/style.h"

namespace mailrig::report {

// From summary.json: of each receiver that has one, the days of all addresses together; of many days the first and the
// last. Empty without a warm-up.
std::string warmups(const boost::json::value& summary, const Style& style);

}  // namespace mailrig::report
