#include "sim/world/desk_duty.h"

namespace mailrig::world {
namespace {

using Outcome = sender::Event::Outcome;

measure::SenderOutcome to_measure(Outcome outcome) {
  switch (outcome) {
    case Outcome::delivered:
      return measure::SenderOutcome::delivered;
    case Outcome::rejected_by_receiver:
      return measure::SenderOutcome::rejected_by_receiver;
    case Outcome::rejected_by_sender:
      return measure::SenderOutcome::rejected_by_sender;
    case Outcome::expired:
      return measure::SenderOutcome::expired;
    case Outcome::suppressed:
      return measure::SenderOutcome::suppressed;
  }
  return measure::SenderOutcome::expired;
}

}  // namespace

void Delivering::final(const sender::Event& event) {
  ledger_.sender_outcome(event.at, event.message, event.recipient, to_measure(event.outcome));
}

void Forwarding::final(const sender::Event& event) {
  ledger_.forwarder_done(event.at, event.message, to_measure(event.outcome));
}

void Answering::final(const sender::Event& event) {
  ledger_.answer_done(event.at, event.message, to_measure(event.outcome));
}

void Submitting::attempt(const measure::SenderAttempt& attempt) {
  switch (attempt.result.kind) {
    case smtp::RecipientResult::Kind::delivered:
      if (submitted_.insert(attempt.message).second) {
        ledger_.submitted(attempt.now, attempt.message);
        if (accepted_) accepted_(attempt.message, attempt.result.reply ? attempt.result.reply->text : "");
      }
      return;
    case smtp::RecipientResult::Kind::deferred:
      ledger_.submission_deferred(attempt.now, attempt.message);
      return;
    case smtp::RecipientResult::Kind::failed:
      return;
  }
}

void Submitting::final(const sender::Event& event) {
  if (event.outcome == Outcome::delivered) return;
  ledger_.sender_outcome(event.at, event.message, event.recipient, measure::SenderOutcome::refused);
}

void Submitting::done(Instant now, std::uint64_t message) {
  if (submitted_.erase(message) == 0) ledger_.refused(now, message);
}

}  // namespace mailrig::world
