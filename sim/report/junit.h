// junit.xml, which every CI server shows: one test case per expectation, one for the sums, one for the verdict. Pure.
#pragma once

#include <boost/json.hpp>
#include <string>
#include <string_view>

namespace mailrig::report {

std::string junit(const boost::json::value& summary);

// For attributes and text; what XML 1.0 does not allow at all becomes '?'.
std::string xml_escape(std::string_view text);

}  // namespace mailrig::report
