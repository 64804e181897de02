// One message that the scenario plans to send: who, to whom, when, how large. Everything about it follows from
// (seed, traffic entry, slot), so both runtimes and every worker see the same one.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "fakes/base/instant.h"

namespace mailrig::plan {

struct PlannedRecipient {
  std::string address;
  std::uint32_t receiver = 0;  // index into the scenario's receivers, in file order; no_receiver for a foreign domain
};
inline constexpr std::uint32_t no_receiver = 0xffffffff;

struct PlannedMessage {
  std::uint64_t id = 0;       // stable hash of (seed, traffic entry, slot); never 0; travels as X-Mailrig-Id
  std::uint32_t traffic = 0;  // index of the traffic entry
  std::uint32_t mail = 0;     // index of the mail kind (stream)
  std::uint32_t sender = 0;   // index of the sender
  std::uint64_t slot = 0;     // number of this message within its traffic entry, from 0
  Instant intended{};         // when the schedule wants it submitted
  std::string mail_from;      // envelope; unique per message when the scenario asks for VERP
  std::vector<PlannedRecipient> recipients;
  std::uint64_t size_bytes = 0;  // of the rendered message without signatures, exactly
  bool smtputf8 = false;
  bool eight_bit = false;
};

}  // namespace mailrig::plan
