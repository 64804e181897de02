// What receivers tell the ledger.
#include <utility>

#include "sim/measure/circumstances.h"
#include "sim/measure/ledger_state.h"
#include "sim/measure/memory.h"

namespace mailrig::measure {
namespace {

// Whether the sender heard the reply: not when the connection was cut, by command or because it ended too early.
bool is_answered(const receiver::RecipientVerdict& seen) {
  if (seen.verdict.event == policy::Event::timeout) return false;
  const bool dropped =
      seen.disposition == policy::Disposition::drop || seen.disposition == policy::Disposition::drop_stored;
  return seen.message == nullptr || !dropped;
}

// An attempt that got no final reply has failed for now, whatever the receiver meant to answer.
AttemptResult result_of(const policy::Verdict& verdict, bool answered) {
  if (!answered || verdict.reply == nullptr) return AttemptResult::deferred;
  switch (verdict.reply->severity()) {
    case policy::Severity::none:
      return AttemptResult::accepted;
    case policy::Severity::soft:
      return AttemptResult::deferred;
    case policy::Severity::hard:
      return AttemptResult::refused;
  }
  return AttemptResult::deferred;
}

// A transaction is judged once, however many recipients it has.
bool is_first_recipient(const receiver::RecipientVerdict& seen) {
  return !seen.session.recipients.empty() && seen.session.recipients.front().address.data() == seen.recipient.data();
}

std::uint64_t event_and_phase(const policy::Verdict& verdict) {
  return static_cast<std::uint64_t>(verdict.event) << 8 | static_cast<std::uint64_t>(verdict.phase);
}

std::string text_of(const policy::Verdict& verdict, const policy::ReplyContext& context, bool answered) {
  return answered && verdict.reply != nullptr ? verdict.reply->render(context).text : std::string();
}

}  // namespace

void Ledger::State::ReceiverObserver::session_opened(Instant now, const policy::Session& session) {
  const std::lock_guard lock(state_.mutex);
  state_.log.add(now, state_.entities[slot_], EventLog::Kind::session_opened, session.client_ip.hash());
  state_.sessions.opened(session.key);
  ++state_.accounts[slot_].sessions_opened;
}

void Ledger::State::ReceiverObserver::session_refused(const receiver::RefusedSession& seen) {
  const policy::Session& session = seen.session;
  const policy::Verdict& verdict = seen.verdict;
  const std::lock_guard lock(state_.mutex);
  state_.log.add(seen.now, state_.entities[slot_], EventLog::Kind::session_refused, event_and_phase(verdict));
  SessionRefusal refusal{verdict.event, verdict.phase, {}};
  if (seen.remembered != nullptr) {
    refusal.reasons = std::make_shared<const RefusalReasons>(
        RefusalReasons{state_.record_circumstances(session, {}), write_memory(*seen.remembered)});
  }
  state_.sessions.refused(session.key, refusal);
  // Only what a foreign sender's log tells needs this to be explained.
  if (state_.rules.insight != SenderInsight::full && verdict.reply != nullptr) {
    state_.refusals[{slot_, verdict.reply->code}] = refusal;
  }
  ReceiverAccount& account = state_.accounts[slot_];
  account.replied(verdict, seen.context, true);
  ++account.sessions_refused[static_cast<std::size_t>(verdict.event)];
  if (!state_.records({})) return;
  state_.record_attempt({.at = seen.now,
                         .slot = slot_,
                         .subject = {},
                         .result = result_of(verdict, true),
                         .event = verdict.event,
                         .phase = verdict.phase,
                         .code = verdict.reply == nullptr ? std::uint16_t{0} : verdict.reply->code,
                         .source = session.client_ip,
                         .session = session.key,
                         .delay = verdict.delay},
                        {}, text_of(verdict, seen.context, true), {});
}

void Ledger::State::ReceiverObserver::recipient_verdict(const receiver::RecipientVerdict& seen) {
  const std::lock_guard lock(state_.mutex);
  const policy::Verdict& verdict = seen.verdict;
  const bool at_data = seen.message != nullptr;
  const bool answered = is_answered(seen);
  const StoredCopy stored = std::exchange(stored_copy_, {});
  const bool is_stored = at_data && stored.recipient == seen.recipient.data();
  const std::uint64_t recipient_key = is_stored ? stored.recipient_key : address_key(seen.recipient);
  const Attempt attempt{.at = seen.now,
                        .slot = slot_,
                        .subject = is_stored ? stored.subject
                                             : state_.subject_of(seen.now, slot_, seen.session, seen.recipient,
                                                                 recipient_key, seen.message),
                        .result = result_of(verdict, answered),
                        .event = verdict.event,
                        .phase = verdict.phase,
                        .code = answered && verdict.reply != nullptr ? verdict.reply->code : std::uint16_t{0},
                        .source = seen.session.client_ip,
                        .domain = state_.name_sender(seen.session.mail_from).domain,
                        .session = seen.session.key,
                        .delay = verdict.delay};
  state_.log.add(seen.now, combine(state_.entities[slot_], recipient_key), EventLog::Kind::recipient_verdict,
                 event_and_phase(verdict) << 8 | static_cast<std::uint64_t>(attempt.result));
  state_.accounts[slot_].replied(verdict, seen.context, answered);
  state_.count_attempt(attempt);
  if (at_data && is_first_recipient(seen)) {
    state_.accounts[slot_].auth.judged(seen.session.authentication.results_field);
    if (seen.placement != nullptr && seen.placement->junk_below_milli > 0) {
      state_.accounts[slot_].day({state_.day_of(seen.now), seen.session.client_ip, attempt.domain}).reputation_milli =
          seen.placement->score_milli;
    }
  }

  const bool discarded =
      at_data && attempt.result == AttemptResult::accepted &&
      (verdict.event == policy::Event::discarded || seen.disposition == policy::Disposition::discard);
  if (discarded && attempt.subject.delivery) {
    const DeliveryIndex index = *attempt.subject.delivery;
    if (state_.book.delivery(index).delivered == never) state_.count_delivered(index, seen.now, false);
    state_.change(index, [&](Delivery& d) {
      d.discarded = true;
      if (d.delivered == never) d.delivered = seen.now;
    });
  }
  const bool bounces =
      at_data && attempt.result == AttemptResult::accepted && seen.disposition == policy::Disposition::bounce;
  if (bounces && attempt.subject.delivery) {
    state_.change(*attempt.subject.delivery, [](Delivery& d) { d.bounced = true; });
  }
  if (state_.records(attempt.subject)) {
    std::optional<Judgement> judgement;
    if (seen.remembered != nullptr && attempt.subject.delivery) judgement = state_.judgement_of(seen);
    state_.record_attempt(attempt, seen.recipient, text_of(verdict, seen.context, answered), std::move(judgement));
  }
}

void Ledger::State::ReceiverObserver::stored(Instant now, const policy::Session& session, std::string_view recipient,
                                             const policy::MessageFacts& message, bool spam) {
  const std::lock_guard lock(state_.mutex);
  const std::uint64_t recipient_key = address_key(recipient);
  state_.log.add(now, combine(state_.entities[slot_], recipient_key), EventLog::Kind::stored, spam ? 1 : 0);
  ReceiverAccount& account = state_.accounts[slot_];
  const Subject subject = state_.subject_of(now, slot_, session, recipient, recipient_key, &message);
  // What was guessed is guessed again.
  if (subject.attribution == Attribution::exact) stored_copy_ = {recipient.data(), recipient_key, subject};
  if (state_.is_forwarder(slot_)) {
    // No mailbox; but what happened on the way here is not the forwarder's doing.
    if (subject.delivery) state_.check_body(subject, message);
    return;
  }
  const std::uint32_t domain = state_.name_sender(session.mail_from).domain;
  DayRow& day = account.day({state_.day_of(now), session.client_ip, domain});
  ++(spam ? day.spam : day.inbox);
  state_.series.add(now, slot_, spam ? Metric::spam : Metric::inbox);
  if (!subject.delivery) {
    ++(spam ? account.unattributed.spam : account.unattributed.inbox);
    return;
  }

  const DeliveryIndex index = *subject.delivery;
  const Delivery& d = state_.book.delivery(index);
  const Message& m = state_.book.message(d.message);
  Tally& at_receiver = state_.by_receiver[d.slot].tally;
  Tally& of_stream = state_.by_stream[m.stream].tally;
  ++state_.stored_copies;
  const bool first = d.copies == 0;
  for (Tally* tally : {&at_receiver, &of_stream}) tally->duplicates += first ? 0 : 1;
  state_.check_body(subject, message);
  // A mailbox beats an earlier discarding, whose time then does not count; that it was on time was counted already.
  if (first && d.delivered == never) state_.count_delivered(index, now, true);
  state_.change(index, [&](Delivery& facts) {
    if (first) {
      facts.spam = spam;
      if (facts.delivered == never) facts.delivered = now;
    }
    ++facts.copies;
  });
}

void Ledger::State::ReceiverObserver::session_closed(Instant now, const policy::Session& session) {
  const std::lock_guard lock(state_.mutex);
  state_.log.add(now, state_.entities[slot_], EventLog::Kind::session_closed, session.client_ip.hash());
  ++state_.accounts[slot_].tls[static_cast<std::size_t>(session.tls)];
  state_.sessions.closed(session.key);
}

}  // namespace mailrig::measure
