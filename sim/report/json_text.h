// JSON as a text that people read and that is the same on every machine: keys in the order given, two spaces of
// indentation, small groups on one line, numbers in plain decimals without exponents. Pure.
#pragma once

#include <boost/json.hpp>
#include <string>

namespace mailrig::report {

// The shortest decimal that reads back as the same double: "0.05", "1500000", never "1.5e+06". Finite values only.
std::string plain_decimal(double value);

// Ends with a newline. Numbers that are not finite become null.
std::string to_text(const boost::json::value& value);

}  // namespace mailrig::report
