// What `scenario list` shows: the scenarios of a folder. Reads files, nothing else.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "fakes/base/result.h"

namespace mailrig::scenario {

struct Listing {
  std::filesystem::path file;
  std::string name;
  std::vector<std::string> proves;
  std::string shows;           // the file's first comment
  std::optional<Error> fault;  // the file is no YAML map; then only `file` and `name` are known
};

// Every *.yaml in `folder`, by file name.
Result<std::vector<Listing>> list_scenarios(const std::filesystem::path& folder);

}  // namespace mailrig::scenario
