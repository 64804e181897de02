// A scenario from a text in a test; faults of the text fail the test.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "sim/scenario/load.h"

namespace mailrig::world {

inline scenario::Scenario parse_scenario(const std::string& yaml) {
  config::Errors errors;
  auto scenario = scenario::parse(yaml, "test.yaml", {}, errors);
  for (const Error& error : errors.list()) ADD_FAILURE() << error.to_string();
  return scenario.value_or(scenario::Scenario{});
}

inline receiver::Observer* nobody(std::uint32_t) {
  return nullptr;
}

}  // namespace mailrig::world
