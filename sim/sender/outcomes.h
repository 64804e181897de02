// What the end of a try means: delivered, failed for good, to be tried again, or given up. Pure. Not thread-safe.
#pragma once

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "fakes/base/draw.h"
#include "fakes/smtp/transaction.h"
#include "sim/sender/destination.h"
#include "sim/sender/journal.h"
#include "sim/sender/queue.h"
#include "sim/sender/sender.h"
#include "sim/sender/shape.h"
#include "sim/sender/streams.h"
#include "sim/sender/suppression.h"
#include "sim/sender/warmup_gate.h"

namespace mailrig::sender {

class Outcomes {
 public:
  // The arguments must outlive it.
  // `gate`: null without a warm-up. `suppressed`: null without such a list.
  Outcomes(const Config& config, const Draw& draw, Queue& queue, Journal& journal, WarmupGate* gate, Streams& streams,
           SuppressionList* suppressed)
      : config_(config),
        draw_(draw),
        queue_(queue),
        journal_(journal),
        gate_(gate),
        streams_(streams),
        suppressed_(suppressed) {}

  // A try of `part` ended with `results` for its recipients, in their order; they are moved from. Recipients to be
  // tried again stay in the part, which is put back into the queue; without any, the part is gone.
  void conclude(Instant now, std::uint32_t part, const Shape& shape, const Where& where,
                std::span<smtp::RecipientResult> results);

  // The same outcome for every recipient. `own_words` when it is the sender who refuses.
  void conclude_all(Instant now, std::uint32_t part, const Shape& shape, const Where& where,
                    const smtp::RecipientResult& result, const smtp::Reply* own_words = nullptr);

  // A try that says nothing about the message: recorded, and the part stays as it is, out of the queue.
  void record(Instant now, std::uint32_t part, const Where& where, std::span<smtp::RecipientResult> results);

  // A recipient that was never queued because there is nowhere to send it.
  void refuse(Instant now, std::uint32_t message, std::uint32_t recipient, const smtp::Reply& own_words);

  // A recipient, or all of a part, that is never tried.
  void suppress(Instant now, std::uint32_t message, std::uint32_t recipient);
  void suppress_all(Instant now, std::uint32_t part);

  // A reader called a message of this stream spam. `lane`: `none` without a warm-up.
  void complained(Instant now, std::uint32_t stream, std::uint32_t lane, std::string_view address);

  // Since it was last asked, a stream was stopped.
  bool take_stopped() { return std::exchange(stopped_, false); }

 private:
  void conclude(Instant now, std::uint32_t part, const Shape& shape, const Where& where,
                std::span<smtp::RecipientResult> results, const smtp::Reply* own_words);

  void tell_stream(Instant now, std::uint32_t stream, const pacing::DayOutcomes& outcomes);
  // What the sender learns from the first try of a day, or ever.
  void learn(Instant now, Part& part, const Shape& shape, std::span<const smtp::RecipientResult> results);

  const Config& config_;
  const Draw& draw_;
  Queue& queue_;
  Journal& journal_;
  WarmupGate* gate_;
  Streams& streams_;
  SuppressionList* suppressed_;
  bool stopped_ = false;
  std::vector<smtp::RecipientResult> same_;  // scratch
};

}  // namespace mailrig::sender
