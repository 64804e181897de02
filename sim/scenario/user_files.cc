#include "sim/scenario/user_files.h"

#include <algorithm>
#include <optional>
#include <system_error>

#include "fakes/config/document.h"
#include "fakes/mail/address.h"
#include "fakes/mail/text.h"

namespace mailrig::scenario {
namespace {

namespace fs = std::filesystem;

std::optional<std::size_t> address_column(const std::vector<std::string>& header) {
  for (const char* wanted : {"address", "email"}) {
    for (std::size_t i = 0; i < header.size(); ++i) {
      if (mail::equals_ignoring_case(mail::trim(header[i]), wanted)) return i;
    }
  }
  return std::nullopt;
}

// Adds the folder's message files to `files`; a folder that is absent adds none.
std::error_code add_files(const fs::path& folder, bool eml_only, std::vector<fs::path>& files) {
  std::error_code fault;
  for (fs::directory_iterator i(folder, fault), end; !fault && i != end; i.increment(fault)) {
    std::error_code gone;
    const bool wanted = i->is_regular_file(gone) && (!eml_only || i->path().extension() == ".eml");
    if (wanted && i->path().filename().string().front() != '.') files.push_back(i->path());
    if (files.size() > message_files_max) break;
  }
  return fault;
}

}  // namespace

std::vector<std::string> csv_fields(std::string_view line) {
  std::vector<std::string> fields(1);
  bool quoted = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (quoted) {
      const bool doubled = c == '"' && i + 1 < line.size() && line[i + 1] == '"';
      if (doubled) ++i;
      if (c == '"' && !doubled) {
        quoted = false;
      } else {
        fields.back() += c;
      }
    } else if (c == '"') {
      quoted = true;
    } else if (c == ',') {
      fields.emplace_back();
    } else {
      fields.back() += c;
    }
  }
  return fields;
}

Result<void> for_each_line(std::string_view text, const std::string& file,
                           const std::function<Result<void>(std::string_view line)>& use) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  for (int line_number = 1; !text.empty(); ++line_number) {
    const std::size_t end = text.find('\n');
    const std::string_view line = mail::trim(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (line.empty() || line.front() == '#') continue;
    if (const auto used = use(line); !used) return Error{used.error().message, file, line_number, 1};
  }
  return {};
}

Result<std::vector<std::string>> parse_address_list(std::string_view text, const std::string& file) {
  std::vector<std::string> addresses;
  std::optional<std::size_t> column;
  const auto read = for_each_line(text, file, [&](std::string_view line) -> Result<void> {
    const auto fields = csv_fields(line);
    if (!column && line.find('@') == std::string_view::npos) {
      column = address_column(fields);
      if (!column) return Error{"the header has no column 'address'"};
      return {};
    }
    if (!column) column = 0;
    const std::string_view field = *column < fields.size() ? mail::trim(fields[*column]) : std::string_view();
    const auto address = mail::parse_address(field);
    if (!address) return Error{"'" + std::string(field) + "' is not a mail address"};
    addresses.push_back(address->to_string());
    return {};
  });
  if (!read) return read.error();
  if (addresses.empty()) return Error{"no address in it", file};
  return addresses;
}

Result<std::vector<std::string>> read_address_list(const fs::path& file) {
  const auto text = config::read_file(file, list_bytes_max);
  if (!text) return text.error();
  return parse_address_list(*text, file.string());
}

Result<std::vector<fs::path>> find_messages(const fs::path& path) {
  std::error_code fault;
  std::vector<fs::path> files;
  if (!fs::exists(path, fault)) return Error{"no such file or folder", path.string()};
  if (!fs::is_directory(path, fault)) {
    if (const auto text = config::read_file(path, list_bytes_max); !text) return text.error();
    files.push_back(path);
    return files;
  }
  const bool maildir = fs::is_directory(path / "cur", fault) || fs::is_directory(path / "new", fault);
  if (maildir) {
    for (const char* part : {"cur", "new"}) {
      if (!fs::is_directory(path / part, fault)) continue;
      if ((fault = add_files(path / part, false, files))) break;
    }
  } else {
    fault = add_files(path, true, files);
  }
  if (fault) return Error{"cannot be read: " + fault.message(), path.string()};
  if (files.empty()) return Error{"no .eml file in it, and it is no Maildir with mail", path.string()};
  if (files.size() > message_files_max) return Error{"more than 1,000,000 messages in it", path.string()};
  std::sort(files.begin(), files.end(), [](const fs::path& a, const fs::path& b) {
    return std::pair(a.filename(), a) < std::pair(b.filename(), b);
  });
  return files;
}

}  // namespace mailrig::scenario
