// Expectations: "receivers.gmail.rates.deferred < 5%". PATH names a number in summary.json, OP is one of
// == != < <= > >=, VALUE carries units: 5% is 0.05, 2h is 7200 (seconds), 12KB is 12000 (bytes), 100k, true. Pure.
#pragma once

#include <boost/json.hpp>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "fakes/base/result.h"
#include "fakes/config/node.h"

namespace mailrig::scenario {

enum class Comparison : std::uint8_t { equal, not_equal, less, less_or_equal, greater, greater_or_equal };

struct Expectation {
  std::string text;                   // as written
  std::vector<std::string> segments;  // of the path, checked against the structure of summary.json
  bool zero_when_absent = false;      // counts things that may never happen: events, replies, results
  Comparison comparison = Comparison::equal;
  double value = 0;
  config::Location at;
};

// The names that stand in summary.json because of the scenario.
struct SummaryNames {
  std::span<const std::string> receivers;
  std::span<const std::string> streams;  // mail names
  std::span<const std::string> forwarders{};
};

// Errors point at the part of the expression that is wrong.
Result<Expectation> parse_expectation(const config::Node& node, const SummaryNames& names);

struct Outcome {
  std::optional<double> value;  // nullopt: the summary has no number there (0/0, or nothing measured)
  bool pass = false;            // false without a value
};
Outcome evaluate(const Expectation& expectation, const boost::json::value& summary);

}  // namespace mailrig::scenario
