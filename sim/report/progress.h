// What is shown while a run goes on: one line that is painted over on a terminal, or plain lines for a pipe. Pure:
// the caller knows the time and the width.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "sim/measure/ledger.h"
#include "sim/report/style.h"

namespace mailrig::report {

struct ProgressView {
  measure::Counters now;
  Duration elapsed{};        // wall time since the start
  Duration model_elapsed{};  // model time since the start
  measure::Counters before;  // an earlier look, for the rate; all zero: since the start
  Duration since_before{};
  std::optional<std::uint64_t> expected_deliveries;  // none: nobody knows, as for `serve`
};

// For a terminal: at most style.columns wide, without line end; the caller returns the cursor to the left.
std::string progress_line(const ProgressView& view, const Style& style);

// For a pipe: everything, in a sentence; without line end.
std::string progress_sentence(const ProgressView& view);

// The time until everything expected is finished, at the rate of the whole run so far; none while that is unknown.
std::optional<Duration> time_left(const ProgressView& view);

}  // namespace mailrig::report
