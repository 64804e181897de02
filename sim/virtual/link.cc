#include "sim/virtual/link.h"

#include <algorithm>
#include <utility>

#include "fakes/base/check.h"

namespace mailrig::virtual_time {

Link::Link(world::World& world, world::SenderDesk& desk, std::uint32_t number)
    : world_(world), desk_(desk), number_(number), mx_(world.zones) {}

Instant Link::next() const {
  return std::min(queue_.next(), desk_.next_wakeup());
}

void Link::advance(Instant now) {
  for (;;) {
    // Most steps are the receiver's alone, and tell the sender nothing.
    if (desk_.next_wakeup() <= now) {
      while (auto command = desk_.next_command(now)) carry_out(now, *command);
    }
    if (queue_.next() > now) return;
    std::optional<Event> event = queue_.pop();
    // Steps that take no time follow one another without a detour through the queue.
    while (event && event->at <= now) event = perform(*event);
    if (event) queue_.set(event->at, *event);
  }
}

void Link::carry_out(Instant now, const sender::Command& command) {
  switch (command.kind) {
    case sender::Command::Kind::resolve: {
      Duration cost{};
      // What it costs is known only with the answer, so the zones are asked again when it arrives.
      static_cast<void>(mx_.resolve(now, command.domain, &cost));
      queue_.set(now + cost, {now + cost, Step::resolved, 0, command.domain});
      return;
    }
    case sender::Command::Kind::connect: {
      if (dead_sources_.contains(command.source)) return desk_.source_failed(now, command.connection);
      const world::MxHost* host = world_.host(command.address);
      desk_.opening(command.connection, session_key(command.connection), command.source);
      const std::uint32_t slot = open(command);
      Connection& connection = *connections_[slot];
      if (host == nullptr) {
        connection.failure.stage = smtp::Stage::connect;
        fail(now, slot);
        return;
      }
      connection.receiver = host->receiver;
      connection.session.mx_host = host->name;
      connection.under_way = true;
      const Instant at = now + round_trip(connection);  // of the TCP handshake
      queue_.set(at, {at, Step::greet, slot});
      return;
    }
    case sender::Command::Kind::send: {
      const std::uint32_t slot = slots_.at(command.connection);
      begin(*connections_[slot], command);
      connections_[slot]->under_way = true;
      const Instant at = now + round_trip(*connections_[slot]);
      queue_.set(at, {at, Step::mail, slot});
      return;
    }
    case sender::Command::Kind::quit: {
      const std::uint32_t slot = slots_.at(command.connection);
      connections_[slot]->under_way = true;
      const Instant at = now + round_trip(*connections_[slot]);
      queue_.set(at, {at, Step::quit, slot});
      return;
    }
  }
}

std::uint32_t Link::open(const sender::Command& command) {
  if (free_.empty()) {
    free_.push_back(static_cast<std::uint32_t>(connections_.size()));
    connections_.push_back(std::make_unique<Connection>());
  }
  const std::uint32_t slot = free_.back();
  free_.pop_back();
  slots_.emplace(command.connection, slot);
  Connection& connection = *connections_[slot];
  connection.id = command.connection;
  connection.greeted = connection.ready = connection.under_way = connection.broken = false;
  connection.server_closes = false;
  connection.failure = {};
  connection.session.key = session_key(command.connection);
  connection.session.client_ip = command.source;
  connection.session.tls = policy::TlsVersion::none;
  return slot;
}

std::optional<Link::Event> Link::perform(const Event& event) {
  if (event.step == Step::resolved) {
    Duration paid{};
    desk_.resolved(event.at, event.domain, mx_.resolve(event.at, event.domain, &paid));
    return std::nullopt;
  }
  Connection& connection = *connections_[event.connection];
  if (connection.broken) {
    release(event.connection);
    return std::nullopt;
  }
  switch (event.step) {
    case Step::resolved:
      break;
    case Step::greet:
      return greet(event.at, event.connection);
    case Step::helo:
      return helo(event.at, event.connection, false);
    case Step::helo_in_tls:
      return helo(event.at, event.connection, true);
    case Step::connected:
      connection.ready = true;
      connection.under_way = false;
      desk_.connected(event.at, connection.id);
      break;
    case Step::mail:
      return mail(event.at, event.connection);
    case Step::rcpt:
      return rcpt(event.at, event.connection);
    case Step::data:
      return data(event.at, event.connection);
    case Step::done:
      finish_transaction(event.at, event.connection);
      break;
    case Step::failed:
      fail(event.at, event.connection);
      break;
    case Step::quit:
      close(event.at, event.connection);
      break;
  }
  return std::nullopt;
}

void Link::set_source(Instant now, const IpAddress& source, bool up) {
  if (up) {
    dead_sources_.erase(source);
    return;
  }
  dead_sources_.insert(source);
  std::vector<std::pair<sender::ConnectionId, std::uint32_t>> open;
  for (const auto& [id, slot] : slots_) {
    if (connections_[slot]->session.client_ip == source) open.emplace_back(id, slot);
  }
  std::sort(open.begin(), open.end());  // the same in every run
  for (const auto& [id, slot] : open) break_off(now, slot);
}

void Link::break_off(Instant now, std::uint32_t slot) {
  Connection& connection = *connections_[slot];
  if (connection.broken) return;
  if (connection.greeted) receiver_of(connection).disconnected(now, connection.session);
  connection.transaction.reset();
  if (connection.under_way) {
    connection.broken = true;
  } else {
    release(slot);
  }
  if (connection.ready) {
    desk_.connection_closed(now, connection.id);
  } else {
    desk_.source_failed(now, connection.id);
  }
}

Duration Link::transfer(const Connection& connection) const {
  const std::uint64_t rate = world_.wires[connection.receiver].octets_per_s;
  if (rate == 0) return {};
  // In whole seconds and the rest, so that nothing overflows.
  const std::uint64_t octets = connection.load.size_bytes;
  return std::chrono::seconds(octets / rate) + std::chrono::nanoseconds(octets % rate * 1'000'000'000 / rate);
}

std::optional<smtp::Reply> Link::reply(Instant now, Connection& connection, const policy::Verdict& verdict,
                                       std::string_view recipient, const policy::MessageFacts* message) {
  connection.server_closes |= verdict.close;
  if (verdict.reply->code == 0) {
    connection.server_closes = true;
    return std::nullopt;
  }
  if (verdict.accepted()) return smtp::Reply{verdict.reply->code, ""};
  connection.server_closes |= verdict.reply->close || verdict.reply->code == 421;
  return receiver_of(connection).render(now, connection.session, verdict, recipient, message);
}

Link::Event Link::greet(Instant now, std::uint32_t slot) {
  Connection& connection = *connections_[slot];
  receiver::Receiver& receiver = receiver_of(connection);
  if (receiver.conditions().down) {
    connection.failure.stage = smtp::Stage::connect;
    return {now, Step::failed, slot};
  }
  connection.session.opened = now;
  connection.certificate = receiver.conditions().certificate;
  connection.greeted = true;
  const policy::Verdict verdict = receiver.connect(now, connection.session);
  const auto greeting = reply(now, connection, verdict);
  if (!verdict.accepted()) {
    connection.failure = {.stage = smtp::Stage::greeting, .reply = greeting};
    return {now + verdict.delay, Step::failed, slot};
  }
  return {now + verdict.delay + round_trip(connection), Step::helo, slot};
}

Link::Event Link::helo(Instant now, std::uint32_t slot, bool in_tls) {
  Connection& connection = *connections_[slot];
  receiver::Receiver& receiver = receiver_of(connection);
  const policy::Verdict verdict = receiver.helo(now, connection.session, desk_.config().helo);
  const auto answer = reply(now, connection, verdict);
  if (!verdict.accepted()) {
    connection.failure = {.stage = smtp::Stage::helo, .reply = answer};
    return {now + verdict.delay, Step::failed, slot};
  }
  const bool offered = receiver.offers_starttls();
  if (!in_tls && offered && desk_.config().tls == smtp::TlsPolicy::verify &&
      !policy::proves_identity(connection.certificate)) {
    connection.failure.stage = smtp::Stage::tls;
    // STARTTLS, and the server's part of the handshake.
    return {now + verdict.delay + 2 * round_trip(connection), Step::failed, slot};
  }
  if (!in_tls && offered && desk_.config().tls != smtp::TlsPolicy::never) {
    connection.session.tls = receiver.profile().tls.max;
    // STARTTLS, then two round trips at most for the handshake.
    return {now + verdict.delay + 3 * round_trip(connection), Step::helo_in_tls, slot};
  }
  if (!in_tls && !offered && smtp::demands_tls(desk_.config().tls)) {
    connection.failure.stage = smtp::Stage::tls;
    return {now + verdict.delay, Step::failed, slot};
  }
  return {now + verdict.delay, Step::connected, slot};
}

void Link::begin(Connection& connection, const sender::Command& command) {
  connection.message = command.message;
  connection.load = desk_.load(command.message);
  connection.recipients.clear();
  connection.next_recipient = 0;
  for (const std::uint32_t index : command.recipients) {
    connection.recipients.push_back(desk_.recipient(command.message, index));
  }
  connection.transaction.emplace(connection.recipients.size());
  desk_.sending(command.connection, command.message);
}

Link::Event Link::mail(Instant now, std::uint32_t slot) {
  Connection& connection = *connections_[slot];
  const policy::MailFacts facts{.from = connection.load.mail_from,
                                .declared_size = connection.load.size_bytes,
                                .smtputf8 = connection.load.smtputf8};
  const policy::Verdict verdict = receiver_of(connection).mail(now, connection.session, facts);
  const auto answer = reply(now, connection, verdict);
  if (!answer) connection.transaction->interrupted(smtp::Stage::mail);
  const bool go_on = answer && connection.transaction->mail_replied(*answer) && !connection.server_closes;
  return {now + verdict.delay + round_trip(connection), go_on ? Step::rcpt : Step::done, slot};
}

Link::Event Link::rcpt(Instant now, std::uint32_t slot) {
  Connection& connection = *connections_[slot];
  const std::string_view recipient = connection.recipients[connection.next_recipient++];
  const policy::Verdict verdict = receiver_of(connection).rcpt(now, connection.session, recipient);
  const auto answer = reply(now, connection, verdict, recipient);
  if (answer) connection.transaction->rcpt_replied(*answer);
  if (!answer || (connection.server_closes && !connection.transaction->over())) {
    connection.transaction->interrupted(smtp::Stage::rcpt);
  }
  Step step = Step::rcpt;
  if (connection.transaction->over()) {
    step = Step::done;
  } else if (connection.next_recipient == connection.recipients.size()) {
    step = connection.transaction->any_accepted() ? Step::data : Step::done;
  }
  const Duration content = step == Step::data ? transfer(connection) : Duration();
  return {now + verdict.delay + round_trip(connection) + content, step, slot};
}

Link::Event Link::data(Instant now, std::uint32_t slot) {
  Connection& connection = *connections_[slot];
  const policy::MessageFacts& facts = desk_.facts(connection.message);
  const policy::DataVerdict verdict = receiver_of(connection).data(now, connection.session, facts);
  connection.transaction->data_replied({354, ""});
  const auto answer = reply(now, connection, verdict.verdict, {}, &facts);
  connection.server_closes |= verdict.cut;
  if (answer && !verdict.cut) {
    connection.transaction->message_replied(*answer);
  } else {
    connection.transaction->interrupted(smtp::Stage::data);
  }
  return {now + verdict.verdict.delay + round_trip(connection), Step::done, slot};
}

void Link::finish_transaction(Instant now, std::uint32_t slot) {
  Connection& connection = *connections_[slot];
  smtp::TransactionResult result = connection.transaction->take_result();
  result.connection_usable = result.connection_usable && !connection.server_closes;
  const bool usable = result.connection_usable;
  connection.transaction.reset();
  connection.under_way = false;
  if (usable && connection.session.in_transaction) receiver_of(connection).reset(connection.session);  // RSET
  desk_.transaction_done(now, connection.id, std::move(result));
  if (!usable) close(now, slot);
}

void Link::close(Instant now, std::uint32_t slot) {
  Connection& connection = *connections_[slot];
  receiver_of(connection).disconnected(now, connection.session);
  release(slot);
  desk_.connection_closed(now, connection.id);
}

void Link::fail(Instant now, std::uint32_t slot) {
  Connection& connection = *connections_[slot];
  if (connection.greeted) receiver_of(connection).disconnected(now, connection.session);
  release(slot);
  desk_.connection_failed(now, connection.id, connection.failure);
}

void Link::release(std::uint32_t slot) {
  slots_.erase(connections_[slot]->id);
  free_.push_back(slot);
}

}  // namespace mailrig::virtual_time
