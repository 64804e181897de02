// Programs of the distribution: the machine's own where they are installed, else Debian's packages, downloaded and
// unpacked into a cache of ours. Nothing is installed and no service is started on the user's machine.
// Main thread only.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "fakes/base/result.h"

namespace mailrig::rig {

struct Program {
  std::string package;
  std::filesystem::path file;  // the machine has the program when it has this file
};

// Where the programs are, on top of the machine's own file system: a folder that holds `usr`, `etc` and `var` to be
// laid over it. Empty when everything is installed. `say` is told what takes long.
Result<std::filesystem::path> find_programs(const std::vector<Program>& programs,
                                            const std::function<void(std::string_view)>& say);

}  // namespace mailrig::rig
