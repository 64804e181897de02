// The structure of summary.json as far as expectations can address it: every path to a number. Pure.
#pragma once

#include <string>
#include <vector>

#include "sim/scenario/expectation.h"

namespace mailrig::scenario {

// A number when it has no children and no codes below it.
struct Shape {
  std::string name;  // empty at the root
  std::vector<Shape> children;
  bool zero_when_absent = false;  // a count of something that may never happen
  bool reply_codes = false;       // children are SMTP reply codes: the count of those replies

  bool is_number() const { return children.empty() && !reply_codes; }
};

Shape summary_shape(const SummaryNames& names);

}  // namespace mailrig::scenario
