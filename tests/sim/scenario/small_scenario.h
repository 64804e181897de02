// What the tests of this folder share: a small scenario, and loading it with changes.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "sim/scenario/load.h"

namespace mailrig::scenario {

// The smallest world that sends something; tests change one thing in it.
inline const std::string small = R"(receivers: { gmail: {} }
senders: { shop: { domain: shop.example } }
lists: { people: { count: 10 } }
mail: { order: {} }
traffic: [ { mail: order, list: people, schedule: { rate: 5/s, for: 2s } } ]
)";

// The scenario of a text without faults; a default one, and a failure, when there are some.
inline Scenario parsed(const std::string& yaml, const std::vector<std::string>& sets = {}) {
  config::Errors errors;
  auto scenario = parse(yaml, "first.yaml", sets, errors);
  for (const auto& error : errors.list()) ADD_FAILURE() << error.to_string();
  return scenario.value_or(Scenario());
}

// The faults of a text that has some.
inline std::vector<std::string> faults(const std::string& yaml, const std::vector<std::string>& sets = {}) {
  config::Errors errors;
  EXPECT_FALSE(parse(yaml, "first.yaml", sets, errors));
  std::vector<std::string> texts;
  for (const auto& error : errors.list()) texts.push_back(error.to_string());
  return texts;
}

}  // namespace mailrig::scenario
