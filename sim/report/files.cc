#include "sim/report/files.h"

#include <fmt/format.h>

#include <cerrno>
#include <fstream>
#include <iterator>
#include <system_error>

#include "sim/report/csv.h"
#include "sim/report/json_text.h"
#include "sim/report/junit.h"
#include "sim/report/postmaster.h"
#include "sim/report/text.h"
#include "sim/report/view.h"

namespace mailrig::report {
namespace {

namespace json = boost::json;

constexpr std::string_view schema = "mailrig.summary/1";

Error system_error(std::string_view what, const std::filesystem::path& file) {
  return Error{fmt::format("{}: {}", what, std::generic_category().message(errno)), file.string()};
}

Result<std::string> read_summary(const std::filesystem::path& folder) {
  const std::filesystem::path file = folder / "summary.json";
  std::ifstream in(file, std::ios::binary);
  if (!in) {
    return Error{fmt::format("can't be read: {}; give the folder that 'mailrig run --out' or 'simulate --out' wrote",
                             std::generic_category().message(errno)),
                 file.string()};
  }
  // Spelt out because an Error can be made from a string, too.
  return {boost::system::in_place_value, std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

Result<json::value> parse_summary(const std::string& text, const std::filesystem::path& folder) {
  const std::string file = (folder / "summary.json").string();
  boost::system::error_code fault;
  json::value summary = json::parse(text, fault);
  if (fault) return Error{fmt::format("is not JSON: {}", fault.message()), file};
  if (text_at(summary, {"schema"}) != schema) {
    return Error{fmt::format("is not a summary that this version reads; its key 'schema' must be '{}'", schema), file};
  }
  return summary;
}

}  // namespace

Result<void> write_atomically(const std::filesystem::path& file, std::string_view text) {
  std::filesystem::path half = file;
  half += ".tmp";
  std::ofstream out(half, std::ios::binary | std::ios::trunc);
  out.write(text.data(), static_cast<std::streamsize>(text.size()));
  out.close();
  if (!out) return system_error("can't be written", half);
  std::error_code fault;
  std::filesystem::rename(half, file, fault);
  if (fault) return Error{fmt::format("can't be replaced: {}", fault.message()), file.string()};
  return {};
}

Result<void> write_reports(const std::filesystem::path& folder, const json::value& summary) {
  if (auto done = write_atomically(folder / "summary.json", to_text(summary)); !done) return done;
  return write_atomically(folder / "junit.xml", junit(summary));
}

Result<json::value> load_summary(const std::filesystem::path& folder) {
  const auto text = read_summary(folder);
  if (!text) return text.error();
  return parse_summary(*text, folder);
}

Result<Format> parse_format(std::string_view name) {
  if (name == "text") return Format::text;
  if (name == "json") return Format::json;
  if (name == "csv") return Format::csv;
  if (name == "junit") return Format::junit;
  if (name == "postmaster") return Format::postmaster;
  return Error{fmt::format("'{}' is not a format of reports; there are text, json, csv, junit and postmaster", name)};
}

Result<void> print_report(const std::filesystem::path& folder, Format format, const Style& style, std::ostream& out) {
  if (format == Format::csv) {
    const std::filesystem::path run_db = folder / "run.db";
    if (!std::filesystem::exists(run_db)) {
      return Error{"does not exist; give the folder that 'mailrig run --out' or 'simulate --out' wrote",
                   run_db.string()};
    }
    return write_csv(run_db, out);
  }
  const auto text = read_summary(folder);
  if (!text) return text.error();
  const auto summary = parse_summary(*text, folder);
  if (!summary) return summary.error();
  switch (format) {
    case Format::json:
      out << *text;  // as it is: reading doubles may change their last bit
      break;
    case Format::junit:
      out << junit(*summary);
      break;
    case Format::postmaster:
      out << postmaster_report(*summary);
      break;
    default:
      out << text_report(*summary, style);
  }
  return {};
}

}  // namespace mailrig::report
