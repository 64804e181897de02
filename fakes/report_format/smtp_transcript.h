// Reads the "Transcript of session follows" of Sendmail's notifications: commands behind ">>>", replies behind "<<<",
// line by line as they came. Pure.
#pragma once

#include <string_view>
#include <vector>

#include "fakes/report_format/dsn_reader.h"

namespace mailrig::report_format {

// Gives recipients without a reply the one of the transcript, and completes replies of which only the first line was
// reported. A reply to RCPT belongs to its recipient; to another command, to all. Sendmail also says there that it gave
// up retrying.
void apply_transcript(std::string_view text, std::vector<ReportedRecipient>& recipients);

}  // namespace mailrig::report_format
