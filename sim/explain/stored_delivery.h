// One delivery as run.db has it. Reads only.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fakes/base/instant.h"
#include "fakes/base/result.h"
#include "fakes/policy/recollection.h"
#include "sim/measure/circumstances.h"

namespace mailrig::explain {

struct StoredAttempt {
  std::uint32_t n = 0;
  Instant at{};
  std::string receiver;  // whoever was tried, a forwarder too
  std::string source_ip;
  std::string phase;
  std::string event;
  std::string result;
  std::string text;  // of the reply; empty: there was none
  std::uint16_t code = 0;
};

// How a receiver judged an attempt: at end of data, or before, when it refused for what it knew of the sender.
struct StoredJudgement {
  std::uint32_t n = 0;  // the attempt
  Instant at{};
  policy::Phase phase = policy::Phase::data;
  std::string reason;  // what sent it to the spam folder; empty: the inbox, or not accepted
  measure::Circumstances circumstances;
  policy::Recollection remembered;
};

struct StoredDelivery {
  std::int64_t row = 0;
  std::uint64_t message = 0;
  std::string stream;
  Instant intended{};
  std::string mail_from;
  std::string recipient;
  std::string receiver;  // empty: a domain that no receiver of the run serves
  std::string fate;
  std::vector<StoredAttempt> attempts;
  std::optional<StoredJudgement> judgement;  // of the attempt that was asked for
};

// `which`: a row of the message table ("17"), a message's id in 16 hexadecimal digits, or a recipient's address; of
// several deliveries that it fits the first, and `fitting` says how many there are. `attempt`: whose judgement is
// wanted; none: that of the last one that was judged. Errors: no run.db, of an older version, nothing that fits.
struct Found {
  StoredDelivery delivery;
  std::uint64_t fitting = 1;
};
Result<Found> find_delivery(const std::filesystem::path& run_folder, std::string_view which,
                            std::optional<std::uint32_t> attempt = {});

}  // namespace mailrig::explain
