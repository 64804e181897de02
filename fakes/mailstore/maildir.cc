#include "fakes/mailstore/maildir.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <string>
#include <system_error>
#include <utility>

namespace mailrig::mailstore {
namespace {

namespace fs = std::filesystem;

Error system_error(std::string_view what, int code, const fs::path& file) {
  return Error{fmt::format("{}: {}", what, std::generic_category().message(code)), file.string()};
}

// Counts within the process; with the process' id that is a name under tmp/ which nobody else takes.
std::string temporary_name() {
  static std::atomic<std::uint64_t> count = 0;
  return fmt::format("{}.{}", getpid(), ++count);
}

bool make_folder(const fs::path& folder, std::error_code& fault) {
  // tmp/ comes last: who finds it may be another thread, which takes the rest for there.
  for (const char* part : {"new", "cur", "tmp"}) {
    fs::create_directories(folder / part, fault);
    if (fault) return false;
  }
  // Maildir++ marks what is not the mailbox itself.
  if (folder.filename().string().starts_with('.')) {
    const int mark = open((folder / "maildirfolder").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
    if (mark >= 0) close(mark);
  }
  return true;
}

// A new file under tmp/, and its descriptor.
Result<std::pair<fs::path, int>> create(const fs::path& folder) {
  bool made = false;
  while (true) {
    fs::path file = folder / "tmp" / temporary_name();
    const int descriptor = open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (descriptor >= 0) return std::pair(std::move(file), descriptor);
    const int code = errno;
    if (code == EEXIST || code == EINTR) continue;  // left behind by a process that had our id
    if (code != ENOENT || std::exchange(made, true)) return system_error("cannot be made", code, file);
    std::error_code fault;
    if (!make_folder(folder, fault)) return system_error("cannot be made", fault.value(), folder);
  }
}

// 0, or the system's error.
int write_all(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = write(descriptor, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return 0;
}

timespec to_timespec(Instant now) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(now);
  return {.tv_sec = seconds.time_since_epoch().count(), .tv_nsec = static_cast<long>((now - seconds).count())};
}

// Of two files that exist at the same time on one device only one has the inode.
std::string final_name(Instant now, const struct stat& file) {
  const timespec time = to_timespec(now);
  return fmt::format("{}.M{}V{:x}I{:x}.mailrig", time.tv_sec, time.tv_nsec / 1000, file.st_dev, file.st_ino);
}

}  // namespace

Result<void> deliver(const fs::path& folder, Instant now, std::string_view text) {
  auto created = create(folder);
  if (!created) return created.error();
  const auto& [file, descriptor] = *created;
  int code = write_all(descriptor, text);
  struct stat found {};
  if (code == 0 && fstat(descriptor, &found) != 0) code = errno;
  const timespec time = to_timespec(now);
  // Readers show the time of the file as the time of arrival; one that cannot be set is no reason to lose the message.
  futimens(descriptor, std::array{time, time}.data());
  if (close(descriptor) != 0 && code == 0) code = errno;
  if (code == 0 && rename(file.c_str(), (folder / "new" / final_name(now, found)).c_str()) != 0) code = errno;
  if (code == 0) return {};
  unlink(file.c_str());
  return system_error("cannot be written", code, file);
}

fs::path junk_folder(const fs::path& mailbox) {
  return mailbox / ".Junk";
}

}  // namespace mailrig::mailstore
