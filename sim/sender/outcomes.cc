#include "sim/sender/outcomes.h"

#include <utility>

#include "fakes/base/check.h"
#include "sim/sender/retry.h"

namespace mailrig::sender {

using Kind = smtp::RecipientResult::Kind;

void Outcomes::conclude(Instant now, std::uint32_t part, const Where& where, std::span<smtp::RecipientResult> results) {
  conclude(now, part, where, results, nullptr);
}

void Outcomes::conclude_all(Instant now, std::uint32_t part, const Where& where, const smtp::RecipientResult& result,
                            const smtp::Reply* own_words) {
  same_.assign(queue_.part(part).count, result);
  conclude(now, part, where, same_, own_words);
}

void Outcomes::conclude(Instant now, std::uint32_t index, const Where& where, std::span<smtp::RecipientResult> results,
                        const smtp::Reply* own_words) {
  Part& part = queue_.part(index);
  const Stored& stored = queue_.message(part.message);
  const std::span<std::uint32_t> recipients = queue_.recipients(part);
  CHECK(results.size() == recipients.size());
  ++part.tries;
  tell_gate(now, part, results);
  const bool last_try = expired(part.born, config_.expire, now);
  std::uint32_t kept = 0;
  for (std::size_t i = 0; i < recipients.size(); ++i) {
    const std::uint32_t recipient = recipients[i];
    smtp::RecipientResult& result = results[i];
    const Kind kind = result.kind;
    if (kind == Kind::deferred && !last_try) {
      recipients[kept++] = recipient;
      journal_.attempt(now, stored, recipient, part.tries, where, std::move(result));
      continue;
    }
    journal_.attempt(now, stored, recipient, part.tries, where, result);  // what follows quotes the reply, too
    const Event::Outcome outcome = kind == Kind::delivered  ? Event::Outcome::delivered
                                   : kind == Kind::deferred ? Event::Outcome::expired
                                   : own_words              ? Event::Outcome::rejected_by_sender
                                                            : Event::Outcome::rejected_by_receiver;
    journal_.final(now, queue_, part.message, recipient, part.tries, where, outcome, result, own_words);
  }
  if (kept == 0) {
    queue_.remove_part(index);
    return;
  }
  part.count = kept;
  // The immediate try on a fresh connection was no step of the back-off. The draw depends on nothing but this message.
  const std::uint32_t step = part.tries - (part.retried_fresh ? 1 : 0);
  const std::uint64_t bits =
      draw_.bits(config_.name, "retry", combine(stored.message.id, recipients.front()), part.tries);
  const Duration delay = retry_delay(config_.retry, config_.retry_jitter_ppm, step, bits);
  if (part.lane != none) gate_->put_off(now, part.lane, part.place_day, part.count);
  queue_.delayed.set(next_try(part.born, config_.expire, now, delay), index);
}

// The first try of a day counts, and only when the mail had a place.
void Outcomes::tell_gate(Instant now, Part& part, std::span<const smtp::RecipientResult> results) {
  if (gate_ == nullptr || part.lane == none || std::exchange(part.counted, true)) return;
  pacing::DayOutcomes outcomes;
  for (const smtp::RecipientResult& result : results) {
    ++outcomes.tried;
    outcomes.deferred += result.kind == Kind::deferred ? 1 : 0;
    outcomes.bounced += result.kind == Kind::failed ? 1 : 0;
  }
  gate_->tried(now, part.lane, outcomes);
}

void Outcomes::record(Instant now, std::uint32_t index, const Where& where, std::span<smtp::RecipientResult> results) {
  Part& part = queue_.part(index);
  const std::span<std::uint32_t> recipients = queue_.recipients(part);
  CHECK(results.size() == recipients.size());
  ++part.tries;
  for (std::size_t i = 0; i < recipients.size(); ++i)
    journal_.attempt(now, queue_.message(part.message), recipients[i], part.tries, where, std::move(results[i]));
}

void Outcomes::refuse(Instant now, std::uint32_t message, std::uint32_t recipient, const smtp::Reply& own_words) {
  smtp::RecipientResult result;
  result.kind = Kind::failed;
  result.stage = smtp::Stage::dns;
  journal_.attempt(now, queue_.message(message), recipient, 1, {}, result);
  journal_.final(now, queue_, message, recipient, 1, {}, Event::Outcome::rejected_by_sender, result, &own_words);
}

}  // namespace mailrig::sender
