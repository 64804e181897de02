// What happened, in order, for whoever keeps the book; and the bounces that follow from it. Outcomes between two calls
// of close_moment() are one moment: what failed for good within it goes into one bounce per message.
// Not thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "sim/sender/destination.h"
#include "sim/sender/fifo.h"
#include "sim/sender/queue.h"
#include "sim/sender/sender.h"

namespace mailrig::sender {

class Journal {
 public:
  // `try_number` counts from 1.
  void attempt(Instant now, const Stored& stored, std::uint32_t recipient, std::uint32_t try_number, const Where& where,
               smtp::RecipientResult result);

  // Nothing more will be tried for this recipient. `own_words` when it was the sender who refused.
  void final(Instant now, Queue& queue, std::uint32_t message, std::uint32_t recipient, std::uint32_t try_number,
             const Where& where, Event::Outcome outcome, const smtp::RecipientResult& result,
             const smtp::Reply* own_words);

  void stopped(Instant now, std::uint32_t stream);

  // Emits bounces, and `done` for messages nobody waits for, in the order in which the moment touched them.
  void close_moment(Instant now, Queue& queue);

  // A message leaves the queue when its `done` is taken, so that whoever reads the bounce before it finds the message.
  std::optional<Event> next(Queue& queue);

 private:
  struct Batch {
    std::uint32_t message = none;
    std::vector<Event::Failure> failures;
  };

  Fifo<Event> events_;
  std::vector<Batch> batches_;
};

}  // namespace mailrig::sender
