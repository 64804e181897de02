#include "sim/rig/packages.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "sim/rig/command.h"

namespace mailrig::rig {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::minutes download_timeout{5};

fs::path cache_folder() {
  // NOLINTBEGIN(concurrency-mt-unsafe): nobody changes the environment
  if (const char* cache = std::getenv("XDG_CACHE_HOME"); cache != nullptr && *cache != '\0') {
    return fs::path(cache) / "mailrig";
  }
  const char* home = std::getenv("HOME");
  // NOLINTEND(concurrency-mt-unsafe)
  return fs::path(home != nullptr && *home != '\0' ? home : "/root") / ".cache" / "mailrig";
}

// What an unpacking that was killed has left.
void remove_leftovers(const fs::path& cache) {
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(cache, ignored)) {
    const std::string name = entry.path().filename().string();
    if (!name.starts_with("unpacking-")) continue;
    const fs::path process = fs::path("/proc") / name.substr(name.find('-') + 1);
    if (!fs::exists(process, ignored)) fs::remove_all(entry.path(), ignored);
  }
}

Result<void> must_succeed(const std::vector<std::string>& words) {
  auto result = run_command(words, download_timeout);
  if (!result) return result.error();
  if (result->status != 0) {
    return Error{fmt::format("{} failed ({}): {}", words[0], result->status, result->output)};
  }
  return {};
}

// Packages keep some files in /lib, which on the machine is a link to /usr/lib.
void merge_lib(const fs::path& root) {
  std::error_code error;
  for (const char* name : {"lib", "bin", "sbin"}) {
    const fs::path apart = root / name;
    if (!fs::is_directory(apart, error)) continue;
    fs::copy(apart, root / "usr" / name,
             fs::copy_options::recursive | fs::copy_options::copy_symlinks | fs::copy_options::overwrite_existing,
             error);
    fs::remove_all(apart, error);
  }
}

Result<void> unpack(const std::vector<std::string>& packages, const fs::path& root) {
  const fs::path archives = root / "archives";
  fs::create_directories(archives / "partial");
  // Their missing dependencies come along; what the plan would remove from the machine does not matter, because
  // nothing of the plan is carried out.
  std::vector<std::string> download = {"apt-get",
                                       "install",
                                       "--download-only",
                                       "--yes",
                                       "--quiet",
                                       "--no-install-recommends",
                                       "-o",
                                       fmt::format("Dir::Cache::archives={}/", archives.string()),
                                       "-o",
                                       "Debug::NoLocking=1",
                                       "-o",
                                       "APT::Sandbox::User=root"};
  download.insert(download.end(), packages.begin(), packages.end());
  if (auto done = must_succeed(download); !done) {
    return Error{fmt::format("cannot download {}: {}\ninstall it, or run `apt-get update` and try again",
                             fmt::join(packages, " and "), done.error().message)};
  }
  for (const auto& entry : fs::directory_iterator(archives)) {
    if (entry.path().extension() != ".deb") continue;
    if (auto done = must_succeed({"dpkg-deb", "-x", entry.path().string(), root.string()}); !done) return done.error();
  }
  fs::remove_all(archives);
  merge_lib(root);
  for (const char* name : {"usr", "etc", "var"}) fs::create_directories(root / name);
  return {};
}

Result<fs::path> found(const fs::path& path = {}) {
  return Result<fs::path>(boost::system::in_place_value, path);
}

}  // namespace

Result<fs::path> find_programs(const std::vector<Program>& programs, const std::function<void(std::string_view)>& say) {
  std::vector<std::string> missing;
  for (const Program& program : programs) {
    if (!fs::exists(program.file)) missing.push_back(program.package);
  }
  if (missing.empty()) return found();
  std::sort(missing.begin(), missing.end());
  const fs::path cache = cache_folder();
  const fs::path wanted = cache / fmt::format("{}", fmt::join(missing, "+"));
  try {
    remove_leftovers(cache);
    if (fs::exists(wanted)) return found(wanted);
    say(fmt::format("downloading {} (once; into {})", fmt::join(missing, " and "), wanted.string()));
    const fs::path unpacking = cache / fmt::format("unpacking-{}", getpid());
    fs::create_directories(unpacking);
    if (auto done = unpack(missing, unpacking); !done) {
      fs::remove_all(unpacking);
      return done.error();
    }
    std::error_code error;
    fs::rename(unpacking, wanted, error);
    if (error) fs::remove_all(unpacking);  // somebody else was faster
    if (!fs::exists(wanted)) return Error{"cannot be made: " + error.message(), wanted.string()};
    return found(wanted);
  } catch (const fs::filesystem_error& error) {
    return Error{error.what(), cache.string()};
  }
}

}  // namespace mailrig::rig
