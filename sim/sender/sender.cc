#include "sim/sender/sender.h"

#include <algorithm>
#include <utility>

#include "fakes/base/check.h"
#include "sim/sender/state.h"

namespace mailrig::sender {
namespace {

using Phase = Connection::Phase;

const smtp::Reply no_address_words{553, "5.1.3 The recipient's address has no domain"};  // RFC 3463 §3.2

bool only_deferred_at_mail(const smtp::TransactionResult& result) {
  return std::all_of(result.recipients.begin(), result.recipients.end(), [](const smtp::RecipientResult& r) {
    return r.kind == smtp::RecipientResult::Kind::deferred && r.stage == smtp::Stage::mail &&
           (!r.reply || r.reply->code == 421);
  });
}

}  // namespace

Sender::State::State(Config sender_config, Draw sender_draw)
    : config(std::move(sender_config)),
      draw(sender_draw),
      gate(config.warmup ? std::optional<WarmupGate>(std::in_place, *config.warmup,
                                                     static_cast<std::uint32_t>(config.source_ips.size()))
                         : std::nullopt),
      suppressed(config.suppression ? std::optional<SuppressionList>(*config.suppression) : std::nullopt),
      streams(config.stop),
      outcomes(config, draw, queue, journal, gate ? &*gate : nullptr, streams, suppressed ? &*suppressed : nullptr),
      shapes({.connections_max = config.connections_per_destination_max,
              .messages_per_connection_max = config.messages_per_connection_max},
             config.shapings),
      sources(config.source_ips) {
  CHECK(!config.retry.empty() && config.retry_jitter_ppm <= 1'000'000);
  CHECK(std::all_of(config.retry.begin(), config.retry.end(), [](Duration d) { return d > Duration::zero(); }));
  CHECK(config.connections_max > 0 && config.connections_per_destination_max > 0);
  CHECK(config.messages_per_connection_max > 0 && config.recipients_per_transaction_max > 0);
}

// Groups the recipients by domain, in the order in which the sender came to know the domains.
void Sender::State::split(std::uint32_t message) {
  Stored& stored = queue.message(message);
  by_destination.clear();
  for (std::uint32_t i = 0; i < stored.message.recipients.size(); ++i) {
    if (suppresses(stored.message, i)) {
      outcomes.suppress(now, message, i);
      continue;
    }
    const auto domain = config.smarthost.empty() ? domain_of(stored.message.recipients[i])
                                                 : std::optional<std::string_view>(config.smarthost);
    if (domain)
      by_destination.emplace_back(destinations.find_or_add(*domain), i);
    else
      outcomes.refuse(now, message, i, no_address_words);
  }
  std::sort(by_destination.begin(), by_destination.end());
  for (const auto& [destination, recipient] : by_destination) stored.order.push_back(recipient);
  const auto size = static_cast<std::uint32_t>(by_destination.size());
  for (std::uint32_t first = 0, end = 0; first < size; first = end) {
    const std::uint32_t destination = by_destination[first].first;
    while (end < size && by_destination[end].first == destination &&
           end - first < config.recipients_per_transaction_max)
      ++end;
    const std::uint32_t part = queue.add_part(message, destination, first, end - first);
    if (gate && !stored.message.bounce) {
      queue.part(part).holding = holding_of(destinations[destination].domain);
      hold(part);
      release(queue.part(part).holding);
    } else {
      queue.append(destinations[destination].ready, part);
      activate(destination);
    }
  }
}

std::uint32_t Sender::State::open_slot(ConnectionId connection, Phase phase) const {
  const std::uint32_t slot = connections.find(connection);
  CHECK(slot != none && connections[slot].phase == phase);
  return slot;
}

Sender::Sender(Config config, Draw draw) : state_(std::make_unique<State>(std::move(config), draw)) {}
Sender::~Sender() = default;

const Config& Sender::config() const {
  return state_->config;
}

void Sender::submit(Instant now, QueuedMessage message) {
  CHECK(!message.recipients.empty());
  state_->advance(now);
  state_->split(state_->queue.add_message(state_->now, std::move(message)));
  state_->journal.close_moment(state_->now, state_->queue);
}

std::optional<Command> Sender::next_command(Instant now) {
  state_->advance(now);
  return state_->next_command();
}

std::optional<Event> Sender::next_event() {
  return state_->journal.next(state_->queue);
}

Instant Sender::next_wakeup() const {
  const State& s = *state_;
  if (!s.active.empty() || !s.farewells.empty()) return s.now;
  Instant wakeup = std::min({s.queue.delayed.next(), s.waking.next(), s.reopening.next()});
  if (const std::uint32_t idle = s.connections.longest_idle(); idle != none)
    wakeup = std::min(wakeup, s.connections[idle].idle_since + s.config.connection_idle_max);
  return wakeup;
}

void Sender::resolved(Instant now, std::string_view domain, const dns::MxResult& result) {
  State& s = *state_;
  s.advance(now);
  if (s.gate) {
    // It is asked once for all addresses.
    for (const std::uint32_t index : s.holdings[s.holding_of(domain)].destinations) s.answered(index, result);
  }
  s.answered(s.destinations.find_or_add(domain), result);
}

// Nothing happens where nobody asked.
void Sender::State::answered(std::uint32_t index, const dns::MxResult& result) {
  Destination& destination = destinations[index];
  if (destination.lookup != Destination::Lookup::under_way) return;
  const Families families =
      destination.source == none ? sources.families() : Sources::family_of(config.source_ips[destination.source]);
  take_answer(destination, now, result, families, hosts);
  lookup_allows_mail(index);
  activate(index);
}

void Sender::connected(Instant now, ConnectionId connection) {
  State& s = *state_;
  s.advance(now);
  const std::uint32_t slot = s.open_slot(connection, Phase::opening);
  const std::uint32_t index = s.connections[slot].destination;
  s.connections.enter(s.now, slot, Phase::idle);
  note_success(s.destinations[index], s.connections[slot].where.address);
  s.activate(index);
}

void Sender::connection_failed(Instant now, ConnectionId connection, const smtp::SessionFailure& failure) {
  State& s = *state_;
  s.advance(now);
  const std::uint32_t slot = s.open_slot(connection, Phase::opening);
  const std::uint32_t index = s.connections[slot].destination;
  Destination& destination = s.destinations[index];
  s.connections.enter(s.now, slot, Phase::closed);
  note_failure(destination, s.now, s.connections[slot].where, failure);
  const pacing::ReplyRule* const rule = s.shapes[destination.shape].rule_for(failure.reply);
  if (rule != nullptr && rule->pause) {
    s.hold_back(index, later(s.now, *rule->pause));
    start_new_round(destination);
  } else if (destination.opening == 0 && !choose_address(destination, s.now, s.draw, s.config.name)) {
    s.surrender(index);
  }
  s.activate(index);
}

void Sender::source_failed(Instant now, ConnectionId connection) {
  State& s = *state_;
  s.advance(now);
  const std::uint32_t slot = s.open_slot(connection, Phase::opening);
  const std::uint32_t index = s.connections[slot].destination;
  s.sources.let_rest(s.connections[slot].source, later(s.now, failure_memory));
  s.connections.enter(s.now, slot, Phase::closed);
  if (s.destinations[index].source != none) s.vacate(s.destinations[index].source);
  s.activate(index);
}

void Sender::transaction_done(Instant now, ConnectionId id, smtp::TransactionResult result) {
  State& s = *state_;
  s.advance(now);
  const std::uint32_t slot = s.open_slot(id, Phase::busy);
  Connection& connection = s.connections[slot];
  const std::uint32_t index = connection.destination;
  Destination& destination = s.destinations[index];
  const Shape& shape = s.shapes[destination.shape];
  const std::uint32_t part = std::exchange(connection.part, none);
  const bool used_before = connection.transactions++ > 0;
  const bool spent = connection.transactions >= shape.messages_per_connection_max;
  s.connections.enter(s.now, slot, result.connection_usable && !spent ? Phase::idle : Phase::closing);
  if (result.connection_usable && spent) s.farewells.push(id);

  s.heed_replies(index, result.recipients);
  const bool crowded = destination.works() && s.now < destination.crowded_until;
  if (used_before && !result.connection_usable && !s.queue.part(part).retried_fresh && !crowded &&
      only_deferred_at_mail(result)) {
    s.outcomes.record(s.now, part, connection.where, result.recipients);
    s.queue.part(part).retried_fresh = true;
    s.queue.append(destination.ready_fresh, part);
  } else {
    s.outcomes.conclude(s.now, part, shape, connection.where, result.recipients);
    s.stop_streams();
    s.journal.close_moment(s.now, s.queue);
  }
  s.activate(index);
}

void Sender::connection_closed(Instant now, ConnectionId id) {
  State& s = *state_;
  s.advance(now);
  const std::uint32_t slot = s.connections.find(id);
  CHECK(slot != none && s.connections[slot].phase != Phase::opening);
  Connection& connection = s.connections[slot];
  const std::uint32_t index = connection.destination;
  const std::uint32_t part = std::exchange(connection.part, none);
  s.connections.enter(s.now, slot, Phase::closed);
  if (part != none) {
    smtp::RecipientResult cut;  // where, nobody said: the last stage is the one that risks least to assume
    cut.kind = smtp::RecipientResult::Kind::deferred;
    cut.stage = smtp::Stage::data;
    s.outcomes.conclude_all(s.now, part, s.shapes[s.destinations[index].shape], connection.where, cut);
    s.stop_streams();
    s.journal.close_moment(s.now, s.queue);
  }
  s.activate(index);
}

void Sender::complained(Instant now, std::uint32_t stream, const IpAddress& source, std::string_view address) {
  State& s = *state_;
  s.advance(now);
  s.outcomes.complained(s.now, stream, s.lane_of(source, address), address);
  s.stop_streams();
  s.journal.close_moment(s.now, s.queue);
}

void Sender::suppress(Instant now, std::string_view address, bool suppressed) {
  State& s = *state_;
  s.advance(now);
  if (!s.suppressed) return;
  if (suppressed) {
    s.suppressed->add(s.now, address);
  } else {
    s.suppressed->remove(address);
  }
}

const QueuedMessage* Sender::find(std::uint64_t message) const {
  return state_->queue.find(message);
}

QueueSizes Sender::sizes() const {
  return {state_->queue.message_count(), state_->queue.recipient_count(), state_->connections.size(),
          state_->held_copies_in_all};
}

std::optional<WarmupDay> Sender::next_warmup_change() {
  return state_->gate ? state_->gate->next_change() : std::nullopt;
}

std::vector<std::pair<std::uint64_t, std::uint32_t>> Sender::waiting() const {
  return state_->queue.waiting();
}

}  // namespace mailrig::sender
