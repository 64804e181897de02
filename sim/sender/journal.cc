#include "sim/sender/journal.h"

#include <utility>

namespace mailrig::sender {
namespace {

Event about(Event::Kind kind, Instant now, const Stored& stored, std::uint32_t recipient, std::uint32_t try_number,
            const Where& where) {
  Event event;
  event.kind = kind;
  event.at = now;
  event.message = stored.message.id;
  event.recipient = recipient;
  event.attempt = try_number;
  event.connection = where.connection;
  event.address = where.address;
  event.host = where.host;
  return event;
}

}  // namespace

void Journal::attempt(Instant now, const Stored& stored, std::uint32_t recipient, std::uint32_t try_number,
                      const Where& where, smtp::RecipientResult result) {
  Event event = about(Event::Kind::attempt, now, stored, recipient, try_number, where);
  event.result = std::move(result);
  events_.push(std::move(event));
}

void Journal::final(Instant now, Queue& queue, std::uint32_t message, std::uint32_t recipient, std::uint32_t try_number,
                    const Where& where, Event::Outcome outcome, const smtp::RecipientResult& result,
                    const smtp::Reply* own_words) {
  Stored& stored = queue.message(message);
  queue.settle_one(message);
  if (stored.batch == none) {
    stored.batch = static_cast<std::uint32_t>(batches_.size());
    batches_.push_back({.message = message, .failures = {}});
  }

  Event event = about(Event::Kind::final, now, stored, recipient, try_number, where);
  event.result.kind = result.kind;
  event.result.stage = result.stage;
  event.result.rcpt_answered = result.rcpt_answered;
  if (own_words) event.result.reply = *own_words;
  event.outcome = outcome;
  events_.push(std::move(event));

  // RFC 5321 §6.1: no notification about mail with a null reverse-path.
  const bool bounces = !stored.message.bounce && !stored.message.mail_from.empty();
  // What was never tried is no failure: whoever handed it over learns of it at once, from `final`.
  if (outcome == Event::Outcome::delivered || outcome == Event::Outcome::suppressed || !bounces) return;
  batches_[stored.batch].failures.push_back({.recipient = recipient,
                                             .outcome = outcome,
                                             .stage = result.stage,
                                             .reply = own_words ? std::optional(*own_words) : result.reply,
                                             .remote_host = where.host});
}

void Journal::stopped(Instant now, std::uint32_t stream) {
  Event event;
  event.kind = Event::Kind::stopped;
  event.at = now;
  event.stream = stream;
  events_.push(std::move(event));
}

void Journal::close_moment(Instant now, Queue& queue) {
  for (Batch& batch : batches_) {
    Stored& stored = queue.message(batch.message);
    stored.batch = none;
    if (!batch.failures.empty()) {
      Event event;
      event.kind = Event::Kind::bounce;
      event.at = now;
      event.message = stored.message.id;
      event.failures = std::move(batch.failures);
      events_.push(std::move(event));
    }
    if (stored.waiting == 0) {
      Event event;
      event.kind = Event::Kind::done;
      event.at = now;
      event.message = stored.message.id;
      events_.push(std::move(event));
    }
  }
  batches_.clear();
}

std::optional<Event> Journal::next(Queue& queue) {
  if (events_.empty()) return std::nullopt;
  std::optional<Event> event(std::move(events_.front()));
  events_.drop();
  if (event->kind == Event::Kind::done) queue.remove_message(event->message);
  return event;
}

}  // namespace mailrig::sender
