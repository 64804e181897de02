#include "sim/live/outbound.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <utility>

#include "fakes/net/endpoint.h"
#include "fakes/net/rethrow.h"

namespace mailrig::live {
namespace {

// Of the wall: the fake DNS is on this machine, so a longer wait only hides that it is gone.
constexpr std::chrono::seconds dns_timeout{5};

}  // namespace

Outbound::Outbound(net::Worker& worker, const net::Clock& clock, world::SenderDesk& desk, Route route, Draw draw)
    : worker_(worker),
      clock_(clock),
      desk_(desk),
      route_(std::move(route)),
      dns_(worker.io, draw),
      wakeup_(worker.io) {}

void Outbound::pump() {
  if (stopped_) return;
  while (auto command = desk_.next_command(now())) carry_out(*command);
  const Instant next = desk_.next_wakeup();
  wakeup_.cancel();
  if (next == never) return;
  wakeup_.expires_at(clock_.wall_deadline(next));
  wakeup_.async_wait([self = weak_from_this()](boost::system::error_code error) {
    const auto outbound = self.lock();
    if (outbound && !error) outbound->pump();
  });
}

void Outbound::pump_soon() {
  if (pump_posted_ || stopped_) return;
  pump_posted_ = true;
  boost::asio::post(worker_.io, [self = shared_from_this()] {
    self->pump_posted_ = false;
    self->pump();
  });
}

void Outbound::carry_out(const sender::Command& command) {
  switch (command.kind) {
    case sender::Command::Kind::resolve:
      look_up(std::string(command.domain));
      return;
    case sender::Command::Kind::connect:
      connect(command);
      return;
    case sender::Command::Kind::send:
      send(command);
      return;
    case sender::Command::Kind::quit:
      connections_.at(command.connection).smtp->quit();
      return;
  }
}

void Outbound::look_up(std::string domain) {
  if (route_.smarthost) {
    desk_.resolved(now(), domain, *route_.smarthost);
    return;
  }
  ++lookups_;
  boost::asio::co_spawn(worker_.io, run_lookup(shared_from_this(), std::move(domain)), net::rethrow);
}

boost::asio::awaitable<void, net::Executor> Outbound::run_lookup(std::shared_ptr<Outbound> self, std::string domain) {
  dns::MxLookup lookup(domain);
  while (auto question = lookup.next_question()) {
    const dns::Answer answer = co_await self->dns_.query(self->route_.dns, *question, dns_timeout);
    lookup.answer(answer);
  }
  --self->lookups_;
  if (self->stopped_) co_return;
  self->desk_.resolved(self->now(), domain, lookup.result());
  self->pump_soon();
}

void Outbound::connect(const sender::Command& command) {
  const sender::ConnectionId id = command.connection;
  if (dead_sources_.contains(command.source)) {
    boost::asio::post(worker_.io, [self = shared_from_this(), id] {
      if (!self->stopped_) self->source_failed(id);
    });
    return;
  }
  const auto remote = route_.addresses.listener(command.address);
  if (!remote) {
    // Nobody of our world lives there, and nowhere else do we go.
    desk_.opening(id, 0, command.source);
    boost::asio::post(worker_.io, [self = shared_from_this(), id] {
      self->desk_.connection_failed(self->now(), id, {.stage = smtp::Stage::connect});
      self->pump_soon();
    });
    return;
  }
  const sender::Config& config = desk_.config();
  SmtpConnection::Options options{.remote = *remote,
                                  .source = net::to_asio(route_.addresses.source_of(command.source)),
                                  .host = std::string(command.host),
                                  .client = {},
                                  .tls = route_.tls};
  options.client.helo = config.helo;
  options.client.pipelining = config.pipelining;
  options.client.tls = config.tls;
  if (route_.reply_timeout) {
    options.client.greeting_timeout = *route_.reply_timeout;
    options.client.command_timeout = *route_.reply_timeout;
    options.client.data_timeout = *route_.reply_timeout;
    options.connect_timeout = *route_.reply_timeout;
  }
  SmtpConnection::Handlers handlers;
  const IpAddress source = command.source;
  handlers.on_ready = [this, id, source] {
    desk_.opening(id, connections_.at(id).smtp->session_key(), source);
    desk_.connected(now(), id);
    pump_soon();
  };
  handlers.on_transaction_done = [this, id](smtp::TransactionResult result) {
    if (stopped_) return;  // we hung up; that says nothing about the message
    desk_.transaction_done(now(), id, std::move(result));
    pump_soon();
  };
  handlers.on_closed = [self = shared_from_this(), id, source](const smtp::SessionFailure& failure, bool was_ready) {
    if (!was_ready && self->dead_sources_.contains(source)) {
      self->connections_.erase(id);
      if (!self->stopped_) self->source_failed(id);
      return;
    }
    // Refusals at the greeting are known to the receiver by the same key.
    if (!was_ready) self->desk_.opening(id, self->connections_.at(id).smtp->session_key(), source);
    self->closed(id, failure, was_ready);
  };
  auto connection = std::make_shared<SmtpConnection>(worker_, clock_, std::move(options), std::move(handlers));
  connections_.emplace(id, Connection{connection, source});
  connection->start();
}

void Outbound::send(const sender::Command& command) {
  const world::SenderDesk::Load load = desk_.load(command.message);
  smtp::OutgoingMessage message{.mail_from = std::string(load.mail_from),
                                .recipients = {},
                                .content = {},
                                .smtputf8 = load.smtputf8,
                                .eight_bit = load.eight_bit};
  for (const std::uint32_t index : command.recipients) {
    message.recipients.push_back(desk_.recipient(command.message, index));
  }
  desk_.sending(command.connection, command.message);
  connections_.at(command.connection)
      .smtp->send(std::move(message), std::make_shared<const std::string>(desk_.content(command.message)));
}

void Outbound::closed(sender::ConnectionId id, const smtp::SessionFailure& failure, bool was_ready) {
  connections_.erase(id);
  if (stopped_) return;
  if (was_ready) {
    desk_.connection_closed(now(), id);
  } else {
    desk_.connection_failed(now(), id, failure);
  }
  pump_soon();
}

void Outbound::source_failed(sender::ConnectionId id) {
  desk_.source_failed(now(), id);
  pump_soon();
}

void Outbound::set_source(const IpAddress& source, bool up) {
  if (up) {
    dead_sources_.erase(source);
    return;
  }
  dead_sources_.insert(source);
  // abort() may call back at once and change the table.
  const auto open = connections_;
  for (const auto& [id, connection] : open) {
    if (connection.source == source) connection.smtp->abort();
  }
}

void Outbound::stop() {
  stopped_ = true;
  wakeup_.cancel();
  // abort() may call back at once and change the table.
  const auto open = connections_;
  for (const auto& [id, connection] : open) connection.smtp->abort();
}

}  // namespace mailrig::live
