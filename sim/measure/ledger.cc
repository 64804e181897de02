// The load side and the sender; receivers are heard in ledger_receiver.cc, the sums are in ledger_snapshot.cc.
#include "sim/measure/ledger.h"

#include "fakes/base/check.h"
#include "sim/measure/ledger_state.h"

namespace mailrig::measure {
namespace {

using smtp::Stage;

policy::Phase phase_of(Stage stage) {
  switch (stage) {
    case Stage::dns:
    case Stage::connect:
    case Stage::greeting:
      return policy::Phase::connect;
    case Stage::helo:
    case Stage::tls:
      return policy::Phase::helo;
    case Stage::mail:
      return policy::Phase::mail;
    case Stage::rcpt:
      return policy::Phase::rcpt;
    case Stage::data:
    case Stage::quit:
      return policy::Phase::data;
  }
  return policy::Phase::connect;
}

// Why a try ended that no receiver explains.
policy::Event unexplained(const SenderAttempt& attempt) {
  if (attempt.result.reply) return policy::Event::local_error;
  switch (attempt.result.stage) {
    case Stage::dns:
    case Stage::connect:
    case Stage::greeting:
      return attempt.timed_out ? policy::Event::timeout : policy::Event::maintenance;
    case Stage::tls:
      return policy::Event::tls_failed;
    default:
      return policy::Event::timeout;
  }
}

}  // namespace

Ledger::Ledger(LedgerConfig config, RunDatabase* database)
    : state_(std::make_unique<State>(std::move(config), database)) {}
Ledger::~Ledger() = default;

void Ledger::offered(const OfferedMessage& message) {
  const std::lock_guard lock(state_->mutex);
  state_->log.add(message.intended, message.id, EventLog::Kind::offered, message.recipients.size());
  state_->offer(message);
}

void Ledger::submitted(Instant now, std::uint64_t message) {
  const std::lock_guard lock(state_->mutex);
  state_->log.add(now, message, EventLog::Kind::submitted);
  if (const auto index = state_->book.find(message)) state_->submit(now, *index);
}

void Ledger::refused(Instant now, std::uint64_t message) {
  const std::lock_guard lock(state_->mutex);
  state_->log.add(now, message, EventLog::Kind::refused);
  const auto index = state_->book.find(message);
  if (!index || state_->book.message(*index).refused) return;
  ++state_->submissions_refused;
  state_->change_message(*index, [](Message& m) { m.refused = true; });
}

void Ledger::submission_deferred(Instant now, std::uint64_t message) {
  const std::lock_guard lock(state_->mutex);
  state_->log.add(now, message, EventLog::Kind::submission_deferred);
  ++state_->submission_deferrals;
}

void Ledger::transaction_started(std::uint64_t session_key, std::uint64_t message) {
  const std::lock_guard lock(state_->mutex);
  state_->sessions.transaction_started(session_key, message);
}

void Ledger::sender_attempt(const SenderAttempt& attempt) {
  const std::lock_guard lock(state_->mutex);
  const auto outcome =
      static_cast<std::uint64_t>(attempt.result.kind) << 8 | static_cast<std::uint64_t>(attempt.result.stage);
  state_->log.add(attempt.now, combine(attempt.message, attempt.recipient), EventLog::Kind::sender_attempt, outcome);
  if (!attempt.result.rcpt_answered) state_->sender_attempt(attempt);
}

void Ledger::State::sender_attempt(const SenderAttempt& attempt) {
  Subject subject{.delivery = {}, .attribution = Attribution::exact};
  std::uint32_t slot = 0;
  if (const Hop* hop = hops.find(attempt.message)) {
    if (!hop->delivery) return;
    subject.delivery = hop->delivery;
    subject.hop = hop->slot;
    slot = std::min(config.forwarders[hop->slot - forwarder_slot(0)].to, elsewhere());
  } else {
    const auto index = book.find(attempt.message);
    if (!index) return;
    CHECK(attempt.recipient < book.message(*index).recipients);
    subject.delivery = book.message(*index).first + attempt.recipient;
    slot = first_slot(book.delivery(*subject.delivery));
  }
  const Message& m = book.message(book.delivery(*subject.delivery).message);
  const bool failed = attempt.result.kind == smtp::RecipientResult::Kind::failed;
  Attempt counted{.at = attempt.now,
                  .slot = slot,
                  .subject = subject,
                  .result = failed ? AttemptResult::refused : AttemptResult::deferred,
                  .event = unexplained(attempt),
                  .phase = phase_of(attempt.result.stage),
                  .code = attempt.result.reply ? attempt.result.reply->code : std::uint16_t{0},
                  .source = attempt.source,
                  .domain = m.domain,
                  .session = attempt.session_key};
  const std::string text = attempt.result.reply ? attempt.result.reply->text : std::string();
  const KnownSession* session = attempt.session_key == 0 ? nullptr : sessions.find(attempt.session_key);
  const SessionRefusal* refusal = session != nullptr && session->refusal ? &*session->refusal : nullptr;
  // Of a foreign sender nobody knows the connection; the receiver's words are the same.
  if (rules.insight != SenderInsight::full && counted.code != 0) refusal = last_refusal(counted.slot, counted.code);
  if (refusal != nullptr) {
    // The receiver has already counted what it said; here it explains the attempt.
    counted.event = refusal->event;
    counted.phase = refusal->phase;
  } else {
    accounts[counted.slot].unanswered(counted.event, counted.phase, counted.code, text);
  }
  count_attempt(counted);
  // The address is not kept in memory; run.db knows it by the delivery's own row.
  if (!records(counted.subject)) return;
  std::optional<Judgement> judgement;
  if (refusal != nullptr && refusal->reasons) judgement = judgement_of(*refusal->reasons);
  record_attempt(counted, {}, text, std::move(judgement));
}

void Ledger::sender_outcome(Instant now, std::uint64_t message, std::uint32_t recipient, SenderOutcome outcome) {
  const std::lock_guard lock(state_->mutex);
  state_->log.add(now, combine(message, recipient), EventLog::Kind::sender_outcome,
                  static_cast<std::uint64_t>(outcome));
  const auto index = state_->book.find(message);
  if (!index) return;
  const Message& m = state_->book.message(*index);
  CHECK(recipient < m.recipients);
  state_->change(m.first + recipient, [outcome](Delivery& d) { d.outcome = outcome; });
}

void Ledger::stopped(Instant now, std::uint32_t stream) {
  const std::lock_guard lock(state_->mutex);
  state_->log.add(now, stream, EventLog::Kind::stopped);
  state_->by_stream[stream].stopped_after = now - state_->config.start;
}

void Ledger::done(Instant now, std::uint64_t message) {
  const std::lock_guard lock(state_->mutex);
  if (!state_->config.forgets_done) return;
  state_->forget_done(now);
  const auto index = state_->book.find(message);
  if (!index) return;
  state_->done.push_back({now, *index});
}

receiver::Observer& Ledger::observer(std::uint32_t receiver) {
  CHECK(receiver < state_->observers.size());
  return *state_->observers[receiver];
}

std::optional<Origin> Ledger::origin_of(const policy::Session& session, std::uint64_t message) {
  const std::lock_guard lock(state_->mutex);
  const auto found = state_->book.find(message);
  if (!found) return std::nullopt;
  return Origin{.stream = state_->book.message(*found).stream,
                .domain = state_->name_sender(session.mail_from).domain,
                .source = session.client_ip};
}

void Ledger::reader_acted(Instant at, std::uint32_t receiver, const Origin& origin, feedback::ReaderAct act) {
  const std::lock_guard lock(state_->mutex);
  const auto kind = static_cast<std::size_t>(act);
  state_->log.add(at, combine(state_->entities[receiver], origin.stream), EventLog::Kind::reader_acted, kind);
  ++state_->by_receiver[receiver].readers[kind];
  ++state_->by_stream[origin.stream].readers[kind];
  if (act != feedback::ReaderAct::complained) return;
  ++state_->accounts[receiver].day({state_->day_of(at), origin.source, origin.domain}).complaints;
}

void Ledger::dsn_received(Instant now) {
  const std::lock_guard lock(state_->mutex);
  state_->log.add(now, 0, EventLog::Kind::dsn);
  ++state_->dsns;
}

bool Ledger::heeds_notices() const {
  return state_->config.insight != SenderInsight::full;
}

void Ledger::noticed(const Notice& notice) {
  const std::lock_guard lock(state_->mutex);
  State& s = *state_;
  if (s.config.insight == SenderInsight::full || notice.kind == Notice::Kind::delayed) return;
  const auto delivery = s.find_noticed(notice);
  if (!delivery) return;
  const Delivery& d = s.book.delivery(*delivery);
  // Without a code the sender's log says that it refused by itself.
  const bool receiver_refused = d.attempts > 0 && d.last_result == AttemptResult::refused && d.last_code != 0;
  const SenderOutcome outcome = notice.kind == Notice::Kind::expired        ? SenderOutcome::expired
                                : receiver_refused || notice.quotes_refusal ? SenderOutcome::rejected_by_receiver
                                                                            : SenderOutcome::rejected_by_sender;
  s.change(*delivery, [outcome](Delivery& facts) { facts.outcome = outcome; });
}

void Ledger::unseen_attempt(std::string_view recipient, SenderAttempt attempt) {
  const std::lock_guard lock(state_->mutex);
  const auto delivery = state_->find_delivery(attempt.message, recipient);
  if (!delivery) return;
  attempt.recipient = *delivery - state_->book.message(state_->book.delivery(*delivery).message).first;
  state_->sender_attempt(attempt);
}

// By the id in what is returned; a notice that returns nothing names at least the recipient.
std::optional<DeliveryIndex> Ledger::State::find_noticed(const Notice& notice) const {
  const auto message = notice.message == 0 ? std::nullopt : book.find(notice.message);
  if (!message) return book.find_waiting(notice.mail_from, address_key(notice.recipient));
  if (const auto delivery = book.find_recipient(*message, address_key(notice.recipient))) return delivery;
  // Aliases may have changed the address, but nobody else can be meant.
  const Message& m = book.message(*message);
  return m.recipients == 1 ? std::optional(m.first) : std::nullopt;
}

void Ledger::still_waiting(std::uint64_t message, std::string_view recipient) {
  const std::lock_guard lock(state_->mutex);
  if (const auto delivery = state_->find_delivery(message, recipient))
    state_->change(*delivery, [](Delivery& d) { d.in_queue = true; });
}

std::optional<DeliveryIndex> Ledger::State::find_delivery(std::uint64_t message, std::string_view recipient) const {
  const auto index = book.find(message);
  return index ? book.find_recipient(*index, address_key(recipient)) : std::nullopt;
}

Result<void> Ledger::flush() {
  {
    const std::lock_guard lock(state_->mutex);
    state_->hand_over_changes();
  }
  // Outside the lock: nobody has to wait for the disk.
  return state_->database == nullptr ? Result<void>() : state_->database->flush();
}

Counters Ledger::counters() const {
  const std::lock_guard lock(state_->mutex);
  const Tally total = state_->total();
  return {.offered = state_->book.messages(),
          .submitted = total.submitted,
          .deliveries = total.deliveries,
          .finished = total.deliveries - total[Fate::queued],
          .inbox = total[Fate::inbox],
          .spam = total[Fate::spam],
          .discarded = total[Fate::discarded],
          .rejected = total[Fate::rejected],
          .expired = total[Fate::expired],
          .lost = total[Fate::lost],
          .queued = total[Fate::queued],
          .attempts = total.attempts,
          .deferrals = total.deferrals,
          .held = state_->held,
          .warmups_sending = state_->warmups_in[static_cast<std::size_t>(WarmupState::sending)],
          .warmups_full = state_->warmups_in[static_cast<std::size_t>(WarmupState::full)],
          .warmups_paused = state_->warmups_in[static_cast<std::size_t>(WarmupState::paused)]};
}

std::shared_ptr<const Ledger::Snapshot> Ledger::snapshot(Instant now, bool final) {
  const std::lock_guard lock(state_->mutex);
  if (final) state_->close();
  return state_->make_snapshot(now, final);
}

}  // namespace mailrig::measure
