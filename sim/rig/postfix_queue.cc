#include "sim/rig/postfix_queue.h"

#include <fmt/format.h>

#include <boost/json.hpp>

namespace mailrig::rig {

namespace fs = std::filesystem;
namespace json = boost::json;

std::uint64_t count_queue_files(const fs::path& queue) {
  std::uint64_t count = 0;
  // In the order in which mail wanders through them.
  for (const char* part : {"maildrop", "incoming", "active", "deferred", "hold"}) {
    std::error_code error;
    fs::recursive_directory_iterator entry(queue / part, error);
    while (!error && entry != fs::recursive_directory_iterator()) {
      std::error_code gone;
      if (entry->is_regular_file(gone)) ++count;
      entry.increment(error);
    }
  }
  return count;
}

Result<std::vector<QueueEntry>> parse_queue_listing(std::string_view listing) {
  std::vector<QueueEntry> entries;
  int number = 0;
  while (!listing.empty()) {
    const std::size_t end = std::min(listing.find('\n'), listing.size());
    const std::string_view line = listing.substr(0, end);
    listing.remove_prefix(std::min(end + 1, listing.size()));
    ++number;
    if (!line.starts_with('{')) continue;
    try {
      const json::value value = json::parse(line);
      QueueEntry entry{.queue_id = json::value_to<std::string>(value.at("queue_id")),
                       .sender = json::value_to<std::string>(value.at("sender")),
                       .recipients = {}};
      if (entry.sender == "MAILER-DAEMON") entry.sender.clear();
      for (const json::value& recipient : value.at("recipients").as_array()) {
        entry.recipients.push_back(json::value_to<std::string>(recipient.at("address")));
      }
      entries.push_back(std::move(entry));
    } catch (const std::exception& error) {
      return Error{fmt::format("no entry of a queue listing: {}", error.what()), "postqueue -j", number};
    }
  }
  return entries;
}

std::string_view queue_id_in(std::string_view reply_text) {
  constexpr std::string_view words = "queued as ";
  const std::size_t at = reply_text.find(words);
  if (at == std::string_view::npos) return {};
  const std::string_view rest = reply_text.substr(at + words.size());
  return rest.substr(0, rest.find_first_of(" \r\n"));
}

}  // namespace mailrig::rig
