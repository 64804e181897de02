// What a Postfix queue holds: counted by looking at its folders, which costs little and disturbs nobody, or listed by
// Postfix's own tool. Thread-safe.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "fakes/base/result.h"

namespace mailrig::rig {

// Messages in the queue folder. One that is moved between two of its parts meanwhile may be missed, or counted twice.
std::uint64_t count_queue_files(const std::filesystem::path& queue);

struct QueueEntry {
  std::string queue_id;
  std::string sender;                   // empty for the null sender
  std::vector<std::string> recipients;  // those that still wait
};

// The output of `postqueue -j`, one JSON object a line; other lines are warnings, and skipped. Errors name the line.
Result<std::vector<QueueEntry>> parse_queue_listing(std::string_view listing);

// "2.0.0 Ok: queued as 4QJr0s1Vz1z2b" → the id; empty when the words are not Postfix's.
std::string_view queue_id_in(std::string_view reply_text);

}  // namespace mailrig::rig
