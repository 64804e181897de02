// The deliveries of run.db as CSV (RFC 4180), one line per delivery, for spreadsheets and data frames.
#pragma once

#include <filesystem>
#include <ostream>
#include <string>
#include <string_view>

#include "fakes/base/result.h"

namespace mailrig::report {

// A heading, then the deliveries in the order in which they were offered. Reads while the run goes on, too.
Result<void> write_csv(const std::filesystem::path& run_db, std::ostream& out);

// Quoted only where RFC 4180 §2 asks for it.
std::string csv_field(std::string_view text);

}  // namespace mailrig::report
