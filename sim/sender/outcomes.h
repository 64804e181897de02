// What the end of a try means: delivered, failed for good, to be tried again, or given up. Pure. Not thread-safe.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "fakes/base/draw.h"
#include "fakes/smtp/transaction.h"
#include "sim/sender/destination.h"
#include "sim/sender/journal.h"
#include "sim/sender/queue.h"
#include "sim/sender/sender.h"
#include "sim/sender/warmup_gate.h"

namespace mailrig::sender {

class Outcomes {
 public:
  // The arguments must outlive it.
  // `gate`: null without a warm-up.
  Outcomes(const Config& config, const Draw& draw, Queue& queue, Journal& journal, WarmupGate* gate)
      : config_(config), draw_(draw), queue_(queue), journal_(journal), gate_(gate) {}

  // A try of `part` ended with `results` for its recipients, in their order; they are moved from. Recipients to be
  // tried again stay in the part, which is put back into the queue; without any, the part is gone.
  void conclude(Instant now, std::uint32_t part, const Where& where, std::span<smtp::RecipientResult> results);

  // The same outcome for every recipient. `own_words` when it is the sender who refuses.
  void conclude_all(Instant now, std::uint32_t part, const Where& where, const smtp::RecipientResult& result,
                    const smtp::Reply* own_words = nullptr);

  // A try that says nothing about the message: recorded, and the part stays as it is, out of the queue.
  void record(Instant now, std::uint32_t part, const Where& where, std::span<smtp::RecipientResult> results);

  // A recipient that was never queued because there is nowhere to send it.
  void refuse(Instant now, std::uint32_t message, std::uint32_t recipient, const smtp::Reply& own_words);

 private:
  void conclude(Instant now, std::uint32_t part, const Where& where, std::span<smtp::RecipientResult> results,
                const smtp::Reply* own_words);

  void tell_gate(Instant now, Part& part, std::span<const smtp::RecipientResult> results);

  const Config& config_;
  const Draw& draw_;
  Queue& queue_;
  Journal& journal_;
  WarmupGate* gate_;
  std::vector<smtp::RecipientResult> same_;  // scratch
};

}  // namespace mailrig::sender
