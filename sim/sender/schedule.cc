// What to do next: which destination's turn it is, over which connection, to which address.
#include <algorithm>
#include <utility>

#include "sim/sender/state.h"

namespace mailrig::sender {
namespace {

using Phase = Connection::Phase;

// RFC 3463 §3.2; the second is what RFC 7504 and RFC 7505 made for it.
const smtp::Reply no_domain_words{550, "5.1.2 The recipient's domain does not exist"};
const smtp::Reply no_mail_words{556, "5.1.10 The recipient's domain does not accept mail"};

}  // namespace

void Sender::State::advance(Instant to) {
  now = std::max(now, to);
  while (const auto part = queue.delayed.pop_due(now)) {
    const Part& due = queue.part(*part);
    if (due.lane != none) gate->came_back(now, due.lane, due.place_day, due.count);
    const bool place_lost = due.lane != none && (due.place_day != pacing::day_begin(now) ||
                                                 gate->paused(now, due.lane) || rests(gate->source_of(due.lane)));
    if (place_lost) {
      const std::uint32_t holding = due.holding;
      hold(*part);
      release(holding);
      continue;
    }
    queue.append(destinations[due.destination].ready, *part);
    activate(due.destination);
  }
  while (const auto holding = reopening.pop_due(now)) {
    holdings[*holding].looked_at = never;
    release(*holding);
  }
  while (const auto destination = waking.pop_due(now)) {
    if (destinations[*destination].wakes_at <= now) destinations[*destination].wakes_at = never;
    activate(*destination);
  }
}

void Sender::State::activate(std::uint32_t destination) {
  if (std::exchange(destinations[destination].active, true)) return;
  active.push(destination);
}

void Sender::State::wake(std::uint32_t destination, Instant at) {
  if (at >= destinations[destination].wakes_at) return;
  destinations[destination].wakes_at = at;
  waking.set(at, destination);
}

std::optional<Command> Sender::State::next_command() {
  while (!farewells.empty()) {
    const std::uint32_t slot = connections.find(farewells.pop());
    if (slot != none) return quit(slot);
  }
  const std::uint32_t idle = connections.longest_idle();
  if (idle != none && now - connections[idle].idle_since >= config.connection_idle_max) {
    connections.enter(now, idle, Phase::closing);
    return quit(idle);
  }
  for (;;) {
    // Free places go to those who stand in line before anybody else gets one.
    const bool serve_line = !line.empty() && connections.size() < config.connections_max;
    if (!serve_line && active.empty()) break;
    const std::uint32_t destination = serve_line ? line.pop() : active.pop();
    (serve_line ? destinations[destination].in_line : destinations[destination].active) = false;
    if (auto command = step(destination)) {
      activate(destination);
      return command;
    }
  }
  if (line.size() > connections.closing() && connections.longest_idle() != none) {
    const std::uint32_t slot = connections.longest_idle();
    connections.enter(now, slot, Phase::closing);
    return quit(slot);
  }
  return std::nullopt;
}

std::optional<Command> Sender::State::step(std::uint32_t index) {
  Destination& destination = destinations[index];
  if (destination.holding != none) release(destination.holding);
  if (now < destination.held_back_until) {
    if (destination.has_ready()) wake(index, destination.held_back_until);
    return std::nullopt;
  }
  if (auto command = send_on_idle(index)) return command;
  if (!destination.has_ready()) return std::nullopt;

  using Lookup = Destination::Lookup;
  if (destination.lookup == Lookup::answered && now >= destination.answer_expires) destination.lookup = Lookup::needed;
  if (destination.lookup == Lookup::under_way) return std::nullopt;
  if (destination.lookup == Lookup::needed) {
    const bool asked = destination.holding != none && asked_for(holdings[destination.holding]);
    destination.lookup = Lookup::under_way;
    if (asked) return std::nullopt;
    Command command;
    command.kind = Command::Kind::resolve;
    command.domain = destination.domain;
    return command;
  }
  if (!lookup_allows_mail(index)) return std::nullopt;
  return open(index);
}

std::optional<Command> Sender::State::send_on_idle(std::uint32_t index) {
  Destination& destination = destinations[index];
  std::uint32_t slot = none;
  PartList* list = nullptr;
  if (destination.ready_fresh.size() > 0) {
    for (const std::uint32_t candidate : destination.idle)
      if (connections[candidate].transactions == 0) slot = candidate;
    if (slot != none) list = destination.ready_fresh.most_urgent();
  }
  if (slot == none && !destination.idle.empty()) {
    list = destination.ready.most_urgent();
    slot = destination.idle.back();
  }
  if (list == nullptr) return std::nullopt;

  const std::uint32_t part = queue.take_first(*list);
  connections.enter(now, slot, Phase::busy);
  connections[slot].part = part;
  if (const auto interval = shapes[destination.shape].interval) destination.held_back_until = later(now, *interval);
  Command command;
  command.kind = Command::Kind::send;
  command.domain = destination.domain;
  command.connection = connections[slot].id;
  command.address = connections[slot].where.address;
  command.host = connections[slot].where.host;
  command.message = queue.message(queue.part(part).message).message.id;
  command.recipients = queue.recipients(queue.part(part));
  return command;
}

// No idle connection suits what is ready.
std::optional<Command> Sender::State::open(std::uint32_t index) {
  Destination& destination = destinations[index];
  if (destination.all_ready() <= destination.opening) return std::nullopt;
  if (now < destination.crowded_until && (destination.works() || destination.opening > 0)) {
    wake(index, destination.crowded_until);
    return std::nullopt;
  }
  const MxAddress* target = choose_address(destination, now, draw, config.name);
  if (!target) {
    if (destination.opening == 0) surrender(index);
    return std::nullopt;
  }
  const Shape& shape = shapes[destination.shape];
  if (destination.connections() >= shape.connections_max) {
    // What needs a fresh connection can't use the idle ones: one of them makes room.
    if (destination.ready_fresh.size() <= destination.closing || destination.idle.empty()) return std::nullopt;
    const std::uint32_t slot = destination.idle.front();
    connections.enter(now, slot, Phase::closing);
    return quit(slot);
  }
  if (connections.size() >= config.connections_max) {
    if (!std::exchange(destination.in_line, true)) line.push(index);
    return std::nullopt;
  }
  // Destinations begin with different addresses, so that many with a connection each do not all hear from the first.
  const std::uint64_t turn = stable_hash(destination.domain) + destination.attempts + 1;
  const auto source = destination.source == none ? sources.at(now, target->address, turn)
                                                 : std::optional(config.source_ips[destination.source]);
  if (!source) {
    destination.failed_where = {};
    destination.failure = {.stage = smtp::Stage::connect};
    if (destination.opening == 0) surrender(index);
    return std::nullopt;
  }
  const std::uint32_t slot = connections.open(index, *source, target->address, target->host);
  ++destination.attempts;
  Command command;
  command.kind = Command::Kind::connect;
  command.domain = destination.domain;
  command.connection = connections[slot].id;
  command.address = target->address;
  command.host = target->host;
  command.source = *source;
  return command;
}

Command Sender::State::quit(std::uint32_t slot) {
  Command command;
  command.kind = Command::Kind::quit;
  command.domain = destinations[connections[slot].destination].domain;
  command.connection = connections[slot].id;
  command.address = connections[slot].where.address;
  command.host = connections[slot].where.host;
  return command;
}

// False: what was ready has been concluded by what the DNS said, or waits for the connections that work.
bool Sender::State::lookup_allows_mail(std::uint32_t index) {
  Destination& destination = destinations[index];
  if (destination.status == dns::MxStatus::ok) return true;
  smtp::RecipientResult result;
  result.stage = smtp::Stage::dns;
  const smtp::Reply* own_words = nullptr;
  if (destination.status == dns::MxStatus::temporary) {
    if (destination.works()) return false;
    result.kind = smtp::RecipientResult::Kind::deferred;
  } else {
    result.kind = smtp::RecipientResult::Kind::failed;
    own_words = destination.status == dns::MxStatus::no_domain ? &no_domain_words : &no_mail_words;
  }
  conclude_list(destination.ready_fresh, {}, result, own_words);
  conclude_list(destination.ready, {}, result, own_words);
  journal.close_moment(now, queue);
  return false;
}

// Every address of the destination failed.
void Sender::State::surrender(std::uint32_t index) {
  Destination& destination = destinations[index];
  smtp::RecipientResult result;
  result.kind = smtp::RecipientResult::Kind::deferred;
  result.stage = destination.failure.stage;
  result.reply = destination.failure.reply;
  conclude_list(destination.ready_fresh, destination.failed_where, result);
  if (destination.works()) {
    destination.crowded_until = now + failure_memory;
    wake(index, destination.crowded_until);
  } else {
    conclude_list(destination.ready, destination.failed_where, result);
  }
  journal.close_moment(now, queue);
  start_new_round(destination);
}

void Sender::State::conclude_list(PriorityList& list, const Where& where, const smtp::RecipientResult& result,
                                  const smtp::Reply* own_words) {
  while (PartList* const urgent = list.most_urgent()) {
    const std::uint32_t part = queue.take_first(*urgent);
    const Shape& shape = shapes[destinations[queue.part(part).destination].shape];
    outcomes.conclude_all(now, part, shape, where, result, own_words);
  }
}

}  // namespace mailrig::sender
