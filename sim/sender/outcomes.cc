#include "sim/sender/outcomes.h"

#include <utility>

#include "fakes/base/check.h"
#include "sim/sender/bad_address.h"
#include "sim/sender/retry.h"

namespace mailrig::sender {

using Kind = smtp::RecipientResult::Kind;

void Outcomes::conclude(Instant now, std::uint32_t part, const Shape& shape, const Where& where,
                        std::span<smtp::RecipientResult> results) {
  conclude(now, part, shape, where, results, nullptr);
}

void Outcomes::conclude_all(Instant now, std::uint32_t part, const Shape& shape, const Where& where,
                            const smtp::RecipientResult& result, const smtp::Reply* own_words) {
  same_.assign(queue_.part(part).count, result);
  conclude(now, part, shape, where, same_, own_words);
}

void Outcomes::conclude(Instant now, std::uint32_t index, const Shape& shape, const Where& where,
                        std::span<smtp::RecipientResult> results, const smtp::Reply* own_words) {
  Part& part = queue_.part(index);
  const Stored& stored = queue_.message(part.message);
  const std::span<std::uint32_t> recipients = queue_.recipients(part);
  CHECK(results.size() == recipients.size());
  ++part.tries;
  learn(now, part, shape, results);
  const bool last_try = expired(part.born, config_.expire, now);
  std::optional<Duration> retry;  // as a rule wants it
  std::uint32_t kept = 0;
  for (std::size_t i = 0; i < recipients.size(); ++i) {
    const std::uint32_t recipient = recipients[i];
    smtp::RecipientResult& result = results[i];
    const Kind kind = result.kind;
    const pacing::ReplyRule* const rule = shape.rule_for(result.reply);
    const bool given_up = rule != nullptr && rule->give_up;
    if (kind == Kind::deferred && !last_try && !given_up) {
      if (rule != nullptr && !retry) retry = rule->retry;
      recipients[kept++] = recipient;
      journal_.attempt(now, stored, recipient, part.tries, where, std::move(result));
      continue;
    }
    journal_.attempt(now, stored, recipient, part.tries, where, result);  // what follows quotes the reply, too
    const Event::Outcome outcome = kind == Kind::delivered               ? Event::Outcome::delivered
                                   : kind == Kind::deferred && !given_up ? Event::Outcome::expired
                                   : own_words                           ? Event::Outcome::rejected_by_sender
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
  const Duration delay = retry ? retry_delay({&*retry, 1}, config_.retry_jitter_ppm, step, bits)
                               : retry_delay(config_.retry, config_.retry_jitter_ppm, step, bits);
  if (part.lane != none) gate_->put_off(now, part.lane, part.place_day, part.count);
  queue_.delayed.set(next_try(part.born, config_.expire, now, delay), index);
}

void Outcomes::learn(Instant now, Part& part, const Shape& shape, std::span<const smtp::RecipientResult> results) {
  const Stored& stored = queue_.message(part.message);
  const std::span<const std::uint32_t> recipients = queue_.recipients(part);
  pacing::DayOutcomes outcomes;
  for (std::size_t i = 0; i < results.size(); ++i) {
    const smtp::RecipientResult& result = results[i];
    ++outcomes.tried;
    outcomes.deferred += result.kind == Kind::deferred ? 1 : 0;
    outcomes.bounced += result.kind == Kind::failed ? 1 : 0;
    if (result.kind == Kind::delivered || !result.reply || stored.message.bounce) continue;
    const pacing::ReplyRule* const rule = shape.rule_for(result.reply);
    const bool bad = rule != nullptr ? rule->suppress : names_bad_address(*result.reply);
    if (!bad) continue;
    ++outcomes.invalid;
    if (suppressed_ != nullptr) suppressed_->add(now, stored.message.recipients[recipients[i]]);
  }
  // The first try of a day counts, and only when the mail had a place.
  if (gate_ != nullptr && part.lane != none && !std::exchange(part.counted, true))
    gate_->heard(now, part.lane, outcomes);
  if (stored.message.bounce || std::exchange(part.first_try_told, true)) return;
  tell_stream(now, stored.message.stream, outcomes);
}

void Outcomes::tell_stream(Instant now, std::uint32_t stream, const pacing::DayOutcomes& outcomes) {
  if (!streams_.heard(now, stream, outcomes)) return;
  stopped_ = true;
  journal_.stopped(now, stream);
}

void Outcomes::complained(Instant now, std::uint32_t stream, std::uint32_t lane, std::string_view address) {
  const pacing::DayOutcomes outcomes{.complained = 1};
  if (gate_ != nullptr && lane != none) gate_->heard(now, lane, outcomes);
  if (suppressed_ != nullptr) suppressed_->add(now, address);
  tell_stream(now, stream, outcomes);
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

void Outcomes::suppress(Instant now, std::uint32_t message, std::uint32_t recipient) {
  smtp::RecipientResult result;
  result.kind = Kind::failed;
  result.stage = smtp::Stage::dns;
  journal_.final(now, queue_, message, recipient, 0, {}, Event::Outcome::suppressed, result, nullptr);
}

void Outcomes::suppress_all(Instant now, std::uint32_t index) {
  const Part& part = queue_.part(index);
  for (const std::uint32_t recipient : queue_.recipients(part)) suppress(now, part.message, recipient);
  queue_.remove_part(index);
}

}  // namespace mailrig::sender
