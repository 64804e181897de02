// What the operating system says and does for the rig, as results. Thread-safe.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "fakes/base/result.h"

namespace mailrig::rig {

// "cannot fork: Resource temporarily unavailable", from errno.
Error system_error(std::string_view what);
Error system_error(std::string_view what, int error);

// Replaces a symbolic link rather than writing to where it leads.
Result<void> write_file(const std::filesystem::path& path, const std::string& content);

}  // namespace mailrig::rig
