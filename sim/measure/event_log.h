// A fingerprint of everything that happened, in order: two runs with the same hash went the same way. Covers model
// time, who, what and how it ended; never key bytes, session keys, ports or paths. Meaningful in virtual time only,
// where the order is fixed. Not thread-safe.
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <string>

#include "fakes/base/instant.h"
#include "fakes/base/stable_hash.h"

namespace mailrig::measure {

class EventLog {
 public:
  enum class Kind : std::uint8_t {
    offered,
    submitted,
    refused,
    submission_deferred,
    sender_attempt,
    sender_outcome,
    session_opened,
    session_refused,
    session_closed,
    recipient_verdict,
    stored,
    dsn,
    forwarded,
    forwarder_done,
    reader_acted,
    warmup,
    stopped,
    answered,
    answer_done,
  };

  void add(Instant at, std::uint64_t entity, Kind kind, std::uint64_t outcome = 0) {
    const auto time = static_cast<std::uint64_t>(at.time_since_epoch().count());
    hash_ = combine(combine(combine(combine(hash_, time), entity), static_cast<std::uint64_t>(kind)), outcome);
  }
  std::string hex() const { return fmt::format("{:016x}", hash_); }

 private:
  std::uint64_t hash_ = 0;
};

}  // namespace mailrig::measure
