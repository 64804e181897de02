// Reads scenario files. Pure but for the files that it reads; nothing escapes as an exception.
#pragma once

#include <boost/json.hpp>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "fakes/base/result.h"
#include "fakes/config/errors.h"
#include "sim/scenario/scenario.h"

namespace mailrig::scenario {

// Reads a scenario, applies `sets` ("receivers.qq.greylist.delay=5m", the command line's --set) in order and checks
// everything. The first fault, with its place and the nearest valid name.
Result<Scenario> load(const std::filesystem::path& file, std::span<const std::string> sets = {});

// The same with every fault (at most config::Errors::kept_max); nullopt when there is one.
std::optional<Scenario> load(const std::filesystem::path& file, std::span<const std::string> sets,
                             config::Errors& errors);

// The same from text; `file` names it and is what relative paths in it are relative to.
std::optional<Scenario> parse(std::string_view yaml, const std::filesystem::path& file,
                              std::span<const std::string> sets, config::Errors& errors);

// scenario.yaml as the run leaves it: reads back as the same scenario from any folder, every --set and the seed
// included.
std::string resolved_yaml(const Scenario& scenario);

// JSON Schema (draft 2020-12) of scenario files.
boost::json::value schema();

}  // namespace mailrig::scenario
