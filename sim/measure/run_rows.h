// What run.db is told of a run, row by row. Value types.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "fakes/base/instant.h"
#include "fakes/base/ip_address.h"
#include "fakes/policy/event.h"
#include "sim/measure/fate.h"

namespace mailrig::measure {

// How a delivery stands.
struct DeliveryUpdate {
  std::int64_t row = 0;
  std::optional<Instant> submitted;
  Fate fate = Fate::queued;
  std::optional<Instant> delivered;  // first copy stored, or discarded
  std::uint32_t attempts = 0;
  std::uint32_t deferrals = 0;
  std::uint32_t copies = 0;
  bool corrupted = false;
  bool transformed = false;
  std::uint16_t last_code = 0;
  std::optional<policy::Event> last_event;
};

// A delivery when it is offered. `row` names it in later updates.
struct DeliveryRow {
  std::int64_t row = 0;
  std::uint64_t message = 0;
  std::uint32_t stream = 0;
  std::uint64_t slot = 0;
  Instant intended{};
  std::string mail_from;
  std::string recipient;
  std::uint32_t receiver = 0;
  std::uint64_t size_bytes = 0;
  std::optional<DeliveryUpdate> standing{};  // where it is known before the row is written
};

// Why a message, or the session that was to bring it, was judged as it was (sim/measure/circumstances.h).
struct Judgement {
  std::string_view reason;  // policy::Placement::reason
  std::int32_t score_milli = 0;
  std::int32_t junk_below_milli = 0;
  std::uint32_t circumstances = 0;  // the number that they were added under before
  std::int32_t content_milli = 0;
  std::string memory;  // write_memory()
};

struct AttemptRow {
  std::int64_t delivery = 0;  // row of the delivery; 0: belongs to none, counted at the receiver only
  std::string recipient;      // empty: the delivery's, or a refused session
  std::uint32_t n = 0;        // of this delivery, from 1
  Instant at{};
  std::uint32_t receiver = 0;
  std::optional<std::uint32_t> hop{};  // the forwarder that took it or passed it on; a number like `receiver`
  IpAddress source;
  std::uint64_t session = 0;
  policy::Phase phase = policy::Phase::connect;
  policy::Event event = policy::Event::accepted;
  std::uint16_t code = 0;
  std::string text;  // of the reply, enhanced code included
  Attribution attribution = Attribution::session;
  AttemptResult result = AttemptResult::deferred;
  Duration delay{};
  std::optional<Judgement> judgement{};
};

}  // namespace mailrig::measure
