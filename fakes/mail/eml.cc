#include "fakes/mail/eml.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <system_error>

#include "fakes/mail/body_digest.h"
#include "fakes/mail/encode.h"
#include "fakes/mail/header.h"
#include "fakes/mail/inspect.h"
#include "fakes/mail/line_ends.h"
#include "fakes/mail/text.h"

namespace mailrig::mail {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t rig_id_field_octets = rig_id_field.size() + 2 + 16 + 2;  // "name: id" CRLF

// A header without a body may end without an empty line; a body needs one before it.
bool needs_separator(const Eml& message) {
  return !message.separated && message.body_offset < message.content.size();
}

Result<std::string> read_bytes(const fs::path& file, std::uint64_t bytes_max) {
  std::error_code failed;
  const std::uintmax_t size = fs::file_size(file, failed);
  std::ifstream stream(file, std::ios::binary);
  if (failed || !stream) return Error{"cannot be read; check that it exists and that you may read it", file.string()};
  if (size > bytes_max) {
    return Error{fmt::format("has {} bytes; a message may have {} and all messages together {}", size, eml_bytes_max,
                             eml_total_bytes_max),
                 file.string()};
  }
  std::string bytes(static_cast<std::size_t>(size), '\0');
  stream.read(bytes.data(), static_cast<std::streamsize>(size));
  bytes.resize(static_cast<std::size_t>(stream.gcount()));
  return {boost::system::in_place_value, std::move(bytes)};
}

// Regular files of `folder` whose names end in `ending`; hidden ones are somebody's leftovers.
Result<std::vector<fs::path>> files_in(const fs::path& folder, std::string_view ending) {
  std::vector<fs::path> files;
  std::error_code failed;
  for (fs::directory_iterator entry(folder, failed), end; !failed && entry != end; entry.increment(failed)) {
    const std::string name = entry->path().filename().string();
    if (name.starts_with('.') || !to_lower(name).ends_with(ending) || !entry->is_regular_file(failed)) continue;
    if (files.size() == eml_files_max) {
      return Error{fmt::format("holds more than {} messages; split it", eml_files_max), folder.string()};
    }
    files.push_back(entry->path());
  }
  if (failed) return Error{"cannot be listed: " + failed.message(), folder.string()};
  return files;
}

Result<std::vector<fs::path>> list_folder(const fs::path& folder) {
  std::error_code ignored;
  std::vector<fs::path> files;
  bool maildir = false;
  for (const char* part : {"cur", "new"}) {
    if (!fs::is_directory(folder / part, ignored)) continue;
    maildir = true;
    auto found = files_in(folder / part, "");
    if (!found) return found.error();
    files.insert(files.end(), found->begin(), found->end());
  }
  if (!maildir) {
    auto found = files_in(folder, ".eml");
    if (!found) return found.error();
    files = std::move(*found);
  }
  if (files.empty()) {
    return Error{"holds no messages; expected files ending in .eml, or a Maildir with cur and new", folder.string()};
  }
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace

Eml parse_eml(std::string_view bytes, std::string file) {
  if (bytes.starts_with("From ")) {
    const std::size_t line_end = bytes.find_first_of("\r\n");
    bytes.remove_prefix(std::min(line_end, bytes.size()));
    if (!bytes.empty()) bytes.remove_prefix(bytes.starts_with("\r\n") ? 2 : 1);
  }
  Eml message;
  message.file = std::move(file);
  message.content = with_crlf(bytes);
  if (!message.content.ends_with("\r\n")) message.content += "\r\n";
  const std::string_view content = message.content;
  HeaderReader reader(content);
  while (reader.next()) {
  }
  message.body_offset = reader.body_offset();
  message.separated = reader.separated();
  message.body_digest = body_digest(content.substr(message.body_offset));
  const std::string_view header = content.substr(0, message.body_offset);
  message.eight_bit = !is_ascii(content);
  message.utf8_header = message.eight_bit && !is_ascii(header) && is_utf8(header);
  return message;
}

Result<std::vector<Eml>> load_messages(const fs::path& path) {
  std::error_code failed;
  std::vector<fs::path> files = {path};
  if (fs::is_directory(path, failed)) {
    auto listed = list_folder(path);
    if (!listed) return listed.error();
    files = std::move(*listed);
  }
  std::vector<Eml> messages;
  messages.reserve(files.size());
  std::uint64_t total = 0;
  for (const fs::path& file : files) {
    const auto bytes = read_bytes(file, std::min(eml_bytes_max, eml_total_bytes_max - total));
    if (!bytes) return bytes.error();
    if (bytes->empty()) return Error{"is empty; expected a message", file.string()};
    messages.push_back(parse_eml(*bytes, file.string()));
    total += bytes->size();
  }
  return messages;
}

std::string prepare(const Eml& message, std::uint64_t rig_id) {
  const std::string_view content = message.content;
  std::string prepared;
  prepared.reserve(static_cast<std::size_t>(prepared_size(message)));
  append_field(prepared, rig_id_field, format_rig_id(rig_id));
  prepared += content.substr(0, message.body_offset);
  if (needs_separator(message)) prepared += "\r\n";
  prepared += content.substr(message.body_offset);
  return prepared;
}

std::uint64_t prepared_size(const Eml& message) {
  return rig_id_field_octets + message.content.size() + (needs_separator(message) ? 2 : 0);
}

}  // namespace mailrig::mail
