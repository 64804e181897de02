#include "sim/measure/ledger_state.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "fakes/base/check.h"
#include "fakes/mail/body_digest.h"
#include "fakes/mail/header.h"
#include "fakes/policy/address_key.h"
#include "sim/measure/circumstances.h"
#include "sim/measure/memory.h"

namespace mailrig::measure {
namespace {

// Strangers may make up a domain per message; the days' table must not grow with that.
constexpr std::size_t domains_max = 10'000;
constexpr std::string_view other_domains = "(others)";

// A sender may fold lines that are longer than RFC 5321 §4.5.3.1.6 allows.
bool keeps_meaning(const Message& sent, const policy::MessageFacts& arrived) {
  if (sent.loose_body_digest == 0 || arrived.content.empty()) return false;
  return mail::loose_body_digest(arrived.content.substr(mail::body_offset(arrived.content))) == sent.loose_body_digest;
}

// Changed rows are handed to the database once there are this many, or when somebody flushes.
constexpr std::size_t changed_max = 16'384;

}  // namespace

Standing standing_of(const Message& message, const Delivery& delivery, const FateRules& rules) {
  Standing standing{.fate = fate_of(message, delivery, rules), .false_bounce = delivery.copies > 0 && delivery.bounced};
  if (!delivery.outcome) return standing;
  const SenderOutcome outcome = *delivery.outcome;
  // A failure makes the sender bounce the message; what it never took or tried does not.
  const bool bounces = outcome == SenderOutcome::rejected_by_receiver || outcome == SenderOutcome::rejected_by_sender ||
                       outcome == SenderOutcome::expired;
  standing.false_bounce = delivery.copies > 0 && (bounces || delivery.bounced);
  standing.rejected_by_sender = standing.fate == Fate::rejected && outcome == SenderOutcome::rejected_by_sender;
  return standing;
}

void move(Tally& tally, const Standing& from, const Standing& to) {
  --tally[from.fate];
  ++tally[to.fate];
  tally.false_bounces -= from.false_bounce ? 1 : 0;
  tally.false_bounces += to.false_bounce ? 1 : 0;
  tally.rejected_by_sender -= from.rejected_by_sender ? 1 : 0;
  tally.rejected_by_sender += to.rejected_by_sender ? 1 : 0;
}

// Nothing that was kept along the way goes in.
void recount(Tally& tally, const Message& message, const Delivery& d, const FateRules& rules) {
  const Standing standing = standing_of(message, d, rules);
  ++tally.deliveries;
  ++tally[standing.fate];
  tally.deferred_deliveries += d.deferrals > 0 ? 1 : 0;
  tally.duplicates += d.copies > 1 ? d.copies - 1 : 0;
  tally.corrupted += d.corrupted ? 1 : 0;
  tally.transformed += d.transformed ? 1 : 0;
  tally.false_bounces += standing.false_bounce ? 1 : 0;
}

Ledger::State::State(LedgerConfig configuration, RunDatabase* run_database)
    : config(std::move(configuration)),
      database(run_database),
      mutex(config.shared),
      // Where nothing is heard of what is done, senders announce all that they send, and tell at once what became of
      // it.
      book(!config.forgets_done),
      sessions(config.forgets_done ? 64 : 16'384),
      series(config.start, elsewhere()),
      by_receiver(elsewhere() + 1),
      by_stream(config.streams.size()),
      accounts(elsewhere() + 1),
      forwarder_tallies(config.forwarders.size()),
      submitted_rates(elsewhere() + 1),
      forgotten(elsewhere() + 1) {
  CHECK(config.forwarders.size() < no_forwarder);
  rules.insight = config.insight;
  std::vector<std::string> streams;
  for (const StreamConfig& stream : config.streams) streams.push_back(stream.name);
  std::vector<std::string> names = config.receivers;
  for (const ForwarderConfig& forwarder : config.forwarders) names.push_back(forwarder.name);
  for (std::uint32_t slot = 0; slot < elsewhere(); ++slot) {
    entities.push_back(stable_hash(names[slot], stable_hash(is_forwarder(slot) ? "forwarder" : "receiver")));
    observers.push_back(std::make_unique<ReceiverObserver>(*this, slot));
  }
  if (database != nullptr) database->name(names, streams);
}

Ledger::State::~State() = default;

const SenderName& Ledger::State::name_sender(std::string_view mail_from) {
  if (last_sender && last_mail_from == mail_from) return *last_sender;
  last_mail_from = mail_from;
  if (const SenderName* known = sender_names.find(last_mail_from)) return last_sender.emplace(*known);
  std::string_view domain = policy::split_address(mail_from).domain;
  auto known = domain_numbers.find(stable_hash(domain));
  if (known == domain_numbers.end()) {
    if (domains.size() >= domains_max) domain = other_domains;
    bool is_new = false;
    std::tie(known, is_new) =
        domain_numbers.try_emplace(stable_hash(domain), static_cast<std::uint32_t>(domains.size()));
    if (is_new) domains.emplace_back(domain);
  }
  last_sender = SenderName{address_key(mail_from), known->second};
  return sender_names.put(last_mail_from, *last_sender);
}

std::uint32_t Ledger::State::day_of(Instant at) const {
  const Duration since_start = std::max(at - config.start, Duration::zero());
  return static_cast<std::uint32_t>(since_start / std::chrono::hours(24)) + 1;
}

Destination Ledger::State::destination_of(std::uint32_t index) const {
  Destination destination;
  if (is_forwarder(index)) destination.via = static_cast<std::uint16_t>(index - forwarder_slot(0));
  // A chain without a circle is no longer than there are forwarders.
  for (std::size_t hop = 0; is_forwarder(index) && hop < config.forwarders.size(); ++hop) {
    index = config.forwarders[index - forwarder_slot(0)].to;
  }
  destination.slot = index < forwarder_slot(0) ? index : elsewhere();
  return destination;
}

Subject Ledger::State::subject_of(Instant now, std::uint32_t slot, const policy::Session& session,
                                  std::string_view recipient, std::uint64_t recipient_key,
                                  const policy::MessageFacts* message) {
  if (const auto passed_on = attribute_hop(session, recipient_key)) return *passed_on;
  return config.outside_stream ? attribute_outside(now, slot, session, recipient, recipient_key, message)
                               : attribute(session, recipient_key, message);
}

std::optional<Subject> Ledger::State::attribute_hop(const policy::Session& session, std::uint64_t recipient_key) const {
  if (config.forwarders.empty()) return std::nullopt;
  const KnownSession* known = sessions.find(session.key);
  if (known == nullptr || !known->message) return std::nullopt;
  const Hop* hop = hops.find(*known->message);
  if (hop == nullptr) {
    // A forwarder's own notification, which is nobody's delivery either.
    return book.find(*known->message) ? std::nullopt : std::optional(Subject{});
  }
  if (!hop->delivery || hop->address_hash != recipient_key) return Subject{};
  return Subject{.delivery = hop->delivery,
                 .attribution = Attribution::exact,
                 .hop = hop->slot,
                 .body_digest = hop->body_digest,
                 .body_changed = hop->body_changed};
}

Subject Ledger::State::attribute(const policy::Session& session, std::uint64_t recipient_key,
                                 const policy::MessageFacts* message) const {
  const auto exact = [&](MessageIndex index) {
    const auto delivery = book.find_recipient(index, recipient_key);
    return delivery ? Subject{delivery, Attribution::exact} : Subject{};
  };
  if (message != nullptr && message->rig_id != 0) {
    if (const auto index = book.find(message->rig_id)) return exact(*index);
  }
  const KnownSession* known = sessions.find(session.key);
  if (known != nullptr && known->message) {
    // Our sender said what it is sending; when that is none of the run's messages, nothing remains to be guessed.
    const auto index = book.find(*known->message);
    return index ? exact(*index) : Subject{};
  }
  const auto delivery = book.find_waiting(session.mail_from, recipient_key);
  return delivery ? Subject{delivery, Attribution::pair} : Subject{};
}

Subject Ledger::State::attribute_outside(Instant now, std::uint32_t slot, const policy::Session& session,
                                         std::string_view recipient, std::uint64_t recipient_key,
                                         const policy::MessageFacts* message) {
  const std::uint64_t pair = combine(address_key(session.mail_from), recipient_key);
  const bool named = message != nullptr && !message->message_id.empty();
  const std::uint64_t name = named ? stable_hash(message->message_id, pair) : 0;
  const auto known = from_outside.find(name);
  if (named && known != from_outside.end()) return {known->second, Attribution::exact};
  Subject subject = attribute(session, recipient_key, message);
  if (!subject.delivery) {
    const std::uint64_t number = book.messages();
    const MessageIndex index = offer({.id = std::max<std::uint64_t>(combine(pair, number), 1),
                                      .stream = *config.outside_stream,
                                      .slot = number,
                                      .intended = now,
                                      .mail_from = session.mail_from,
                                      .recipients = {{recipient, slot}},
                                      .size_bytes = message == nullptr ? 0 : message->size});
    submit(now, index);
    subject = {book.message(index).first, Attribution::pair};
  }
  if (named) from_outside.emplace(name, *subject.delivery);
  return subject;
}

const SessionRefusal* Ledger::State::last_refusal(std::uint32_t slot, std::uint16_t code) const {
  const auto found = refusals.find({slot, code});
  return found == refusals.end() ? nullptr : &found->second;
}

void Ledger::State::count_attempt(const Attempt& attempt) {
  Tally& at_receiver = by_receiver[attempt.slot].tally;
  ReceiverAccount& account = accounts[attempt.slot];
  DayRow& day = account.day({day_of(attempt.at), attempt.source, attempt.domain});
  const bool deferred = attempt.result == AttemptResult::deferred;

  ++at_receiver.attempts;
  ++day.attempts;
  series.add(attempt.at, attempt.slot, Metric::attempts);
  switch (attempt.result) {
    case AttemptResult::accepted:
      ++day.accepted;
      account.accepted.count(attempt.at);
      accepted.count(attempt.at);
      series.add(attempt.at, attempt.slot, Metric::accepted);
      break;
    case AttemptResult::deferred:
      ++at_receiver.deferrals;
      ++day.deferrals;
      series.add(attempt.at, attempt.slot, Metric::deferrals);
      break;
    case AttemptResult::refused:
      ++day.rejected;
      series.add(attempt.at, attempt.slot, Metric::rejected);
      break;
  }
  if (!attempt.subject.delivery) {
    ++account.unattributed.attempts;
    return;
  }

  const DeliveryIndex index = *attempt.subject.delivery;
  const Delivery& d = book.delivery(index);
  Tally& of_stream = by_stream[book.message(d.message).stream].tally;
  ++of_stream.attempts;
  of_stream.deferrals += deferred ? 1 : 0;
  if (deferred && d.deferrals == 0) {
    ++of_stream.deferred_deliveries;
    ++by_receiver[d.slot].tally.deferred_deliveries;
  }
  change(index, [&](Delivery& facts) {
    ++facts.attempts;
    facts.deferrals += deferred ? 1 : 0;
    facts.last_code = attempt.code;
    facts.last_event = attempt.event;
    facts.last_result = attempt.result;
  });
}

bool Ledger::State::records(const Subject& subject) const {
  if (database == nullptr) return false;
  if (subject.delivery) return book.delivery(*subject.delivery).recorded;
  return database->keeps_unattributed(unattributed_recorded);
}

void Ledger::State::record_attempt(const Attempt& attempt, std::string_view recipient, std::string text,
                                   std::optional<Judgement> judgement) {
  AttemptRow row{.delivery = 0,
                 .recipient = {},
                 .n = 0,
                 .at = attempt.at,
                 .receiver = attempt.slot,
                 .hop = is_forwarder(attempt.slot) ? attempt.slot : attempt.subject.hop,
                 .source = attempt.source,
                 .session = attempt.session,
                 .phase = attempt.phase,
                 .event = attempt.event,
                 .code = attempt.code,
                 .text = std::move(text),
                 .attribution = attempt.subject.attribution,
                 .result = attempt.result,
                 .delay = attempt.delay,
                 .judgement = std::move(judgement)};
  if (attempt.subject.delivery) {
    row.delivery = row_of(*attempt.subject.delivery);
    row.n = book.delivery(*attempt.subject.delivery).attempts;
  } else {
    row.recipient = recipient;
    ++unattributed_recorded;
  }
  database->add(std::move(row));
}

std::uint32_t Ledger::State::record_circumstances(const policy::Session& session, const policy::MessageFacts& message) {
  const auto next = static_cast<std::uint32_t>(circumstances.size() + 1);
  const auto [known, is_new] = circumstances.try_emplace(key_of(session, message), next);
  if (is_new) database->add_circumstances(next, write_circumstances(session, message));
  return known->second;
}

Judgement Ledger::State::judgement_of(const RefusalReasons& reasons) {
  return {.reason = {},
          .circumstances = reasons.circumstances,
          .content_milli = policy::ContentTraits().score_milli,
          .memory = reasons.memory};
}

Judgement Ledger::State::judgement_of(const receiver::RecipientVerdict& seen) {
  // Before end of data there are no facts about a message.
  const policy::MessageFacts& message = seen.message != nullptr ? *seen.message : policy::MessageFacts();
  const policy::Placement placement = seen.placement != nullptr ? *seen.placement : policy::Placement();
  return {.reason = placement.reason,
          .score_milli = placement.score_milli,
          .junk_below_milli = placement.junk_below_milli,
          .circumstances = record_circumstances(seen.session, message),
          .content_milli = seen.session.content.score_milli,
          .memory = write_memory(*seen.remembered)};
}

void Ledger::State::check_body(const Subject& subject, const policy::MessageFacts& arrived) {
  const DeliveryIndex index = *subject.delivery;
  const Delivery& d = book.delivery(index);
  const Message& m = book.message(d.message);
  const std::uint64_t expected = subject.hop ? subject.body_digest : m.body_digest;
  const bool differs = expected != 0 && arrived.body_digest != expected;
  const bool meaning_kept = differs && !subject.hop && keeps_meaning(m, arrived);
  const bool transformed = meaning_kept || subject.body_changed;
  const bool corrupted = differs && !meaning_kept;
  if (!transformed && !corrupted) return;
  for (Tally* tally : {&by_receiver[d.slot].tally, &by_stream[m.stream].tally}) {
    tally->corrupted += corrupted && !d.corrupted ? 1 : 0;
    tally->transformed += transformed && !d.transformed ? 1 : 0;
  }
  change(index, [&](Delivery& facts) {
    facts.corrupted = facts.corrupted || corrupted;
    facts.transformed = facts.transformed || transformed;
  });
}

void Ledger::State::count_delivered(DeliveryIndex index, Instant at, bool in_mailbox) {
  const Delivery& d = book.delivery(index);
  const Message& m = book.message(d.message);
  Part& at_receiver = by_receiver[d.slot];
  Part& of_stream = by_stream[m.stream];
  const Duration latency = at - m.intended;
  if (in_mailbox) {
    // A copy can come before its submission is confirmed; then no time has passed.
    const Duration service = m.is_submitted() ? at - m.submitted : Duration::zero();
    for (Part* part : {&at_receiver, &of_stream}) {
      part->latency.record(latency);
      part->service.record(service);
    }
  }
  const auto& deadline = config.streams[m.stream].deadline;
  if (deadline && latency <= *deadline) {
    ++at_receiver.tally.on_time;
    ++of_stream.tally.on_time;
  }
}

MessageIndex Ledger::State::offer(const OfferedMessage& offered) {
  CHECK(offered.stream < by_stream.size());
  const DeliveryIndex earlier = book.deliveries();
  const MessageIndex index = book.add(offered, name_sender(offered.mail_from),
                                      [this](std::uint32_t receiver) { return destination_of(receiver); });
  const Message& m = book.message(index);
  const bool has_deadline = config.streams[m.stream].deadline.has_value();
  const bool kept = database != nullptr && database->keeps(m.id, earlier);
  for (DeliveryIndex i = m.first; i < m.first + m.recipients; ++i) {
    Delivery& d = book.delivery(i);
    for (Tally* tally : {&by_receiver[d.slot].tally, &by_stream[m.stream].tally}) {
      ++tally->deliveries;
      ++(*tally)[Fate::queued];
      tally->with_deadline += has_deadline ? 1 : 0;
    }
    if (!kept) continue;
    d.recorded = true;
    database->add(DeliveryRow{.row = row_of(i),
                              .message = m.id,
                              .stream = m.stream,
                              .slot = offered.slot,
                              .intended = m.intended,
                              .mail_from = std::string(offered.mail_from),
                              .recipient = std::string(offered.recipients[i - m.first].address),
                              .receiver = d.slot,
                              .size_bytes = offered.size_bytes});
  }
  return index;
}

void Ledger::State::submit(Instant now, MessageIndex index) {
  if (book.message(index).is_submitted()) return;
  change_message(index, [now](Message& m) {
    m.submitted = now;
    m.refused = false;
  });
  const Message& m = book.message(index);
  submissions.count(now);
  ++submitted;
  ++by_stream[m.stream].tally.submitted;
  const auto count = [&](std::uint32_t slot) {
    ++by_receiver[slot].tally.submitted;
    submitted_rates[slot].count(now);
  };
  if (m.recipients == 1) return count(book.delivery(m.first).slot);
  // Once per receiver, however many of the recipients are there.
  std::vector<bool> counted(by_receiver.size());
  for (DeliveryIndex i = m.first; i < m.first + m.recipients; ++i) {
    const std::uint32_t slot = book.delivery(i).slot;
    if (counted[slot]) continue;
    counted[slot] = true;
    count(slot);
  }
}

void Ledger::State::close() {
  if (rules.closed) return;
  const FateRules open = rules;
  rules.closed = true;
  book.for_each_delivery([&](DeliveryIndex i, const Delivery& d) {
    const Message& m = book.message(d.message);
    const Standing before = standing_of(m, d, open);
    const Standing after = standing_of(m, d, rules);
    if (before.fate == after.fate) return;
    move(by_receiver[d.slot].tally, before, after);
    move(by_stream[m.stream].tally, before, after);
    mark_changed(i);
  });
}

// What happens at the moment itself may still concern a message: a connection that is cut because of it, say. What a
// forwarder has in hand is heard of again.
void Ledger::State::forget_done(Instant now) {
  while (!done.empty() && done.front().at < now) {
    const MessageIndex index = done.front().message;
    done.pop_front();
    Message& m = book.message(index);
    for (DeliveryIndex i = m.first; i < m.first + m.recipients; ++i) {
      m.awaits_hops = m.awaits_hops || book.delivery(i).in_hops > 0;
    }
    if (!m.awaits_hops) forget(index);
  }
}

void Ledger::State::forget(MessageIndex index) {
  const Message& m = book.message(index);
  for (DeliveryIndex i = m.first; i < m.first + m.recipients; ++i) {
    Delivery& d = book.delivery(i);
    recount(forgotten[d.slot], m, d, rules);
    if (d.changed) database->add(update_of(i));
    d.changed = false;
  }
  book.forget(index);
}

std::int64_t Ledger::State::row_of(DeliveryIndex index) const {
  const Message& m = book.message(book.delivery(index).message);
  return std::int64_t{m.number} + (index - m.first) + 1;
}

DeliveryUpdate Ledger::State::update_of(DeliveryIndex index) const {
  const Delivery& d = book.delivery(index);
  const Message& m = book.message(d.message);
  DeliveryUpdate update{.row = row_of(index),
                        .submitted = {},
                        .fate = fate_of(m, d, rules),
                        .delivered = {},
                        .attempts = d.attempts,
                        .deferrals = d.deferrals,
                        .copies = d.copies,
                        .corrupted = d.corrupted,
                        .transformed = d.transformed,
                        .last_code = d.last_code,
                        .last_event = {}};
  if (m.is_submitted()) update.submitted = m.submitted;
  if (d.delivered != never) update.delivered = d.delivered;
  if (d.attempts > 0) update.last_event = d.last_event;
  return update;
}

void Ledger::State::mark_changed(DeliveryIndex index) {
  Delivery& d = book.delivery(index);
  if (!d.recorded || d.changed) return;
  d.changed = true;
  changed.push_back(index);
  if (changed.size() >= changed_max) hand_over_changes();
}

void Ledger::State::hand_over_changes() {
  if (database == nullptr) return;
  for (const DeliveryIndex index : changed) {
    Delivery& d = book.delivery(index);
    // What was forgotten since has handed over its own.
    if (!d.changed) continue;
    d.changed = false;
    database->add(update_of(index));
  }
  changed.clear();
  database->add(series.take_changes());
}

}  // namespace mailrig::measure
