// The folder that a run leaves, and looking at it again. Files are replaced in one step, so that whoever reads while
// the run goes on, or after it was killed, finds a whole one.
#pragma once

#include <boost/json.hpp>
#include <cstdint>
#include <filesystem>
#include <ostream>
#include <string>
#include <string_view>

#include "fakes/base/result.h"
#include "sim/report/style.h"

namespace mailrig::report {

Result<void> write_atomically(const std::filesystem::path& file, std::string_view text);

// summary.json and junit.xml.
Result<void> write_reports(const std::filesystem::path& folder, const boost::json::value& summary);

// Checks that it is a summary of ours.
Result<boost::json::value> load_summary(const std::filesystem::path& folder);

enum class Format : std::uint8_t { text, json, csv, junit, postmaster };
Result<Format> parse_format(std::string_view name);

// Prints what a run left, finished or killed.
Result<void> print_report(const std::filesystem::path& folder, Format format, const Style& style, std::ostream& out);

}  // namespace mailrig::report
