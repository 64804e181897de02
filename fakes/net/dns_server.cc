#include "fakes/net/dns_server.h"

#include <fmt/format.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <optional>
#include <utility>
#include <vector>

#include "fakes/dns/message.h"
#include "fakes/net/rethrow.h"

namespace mailrig::net {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using asio::ip::udp;
using boost::system::error_code;

constexpr auto in_tuple = asio::as_tuple(asio::deferred);

// Port 0 gives TCP any free port, which UDP then may find taken; so we ask again.
constexpr int port_attempts_max = 20;

// How many datagrams are answered before others on the thread get their turn.
constexpr int datagrams_per_turn_max = 64;

constexpr std::chrono::milliseconds accept_pause{100};

Error cannot_listen_on_udp(const udp::endpoint& endpoint, const error_code& error) {
  const std::string address =
      endpoint.address().is_v6() ? fmt::format("[{}]", endpoint.address().to_string()) : endpoint.address().to_string();
  return {
      fmt::format("cannot listen on {}:{} (UDP, for DNS): {}; choose another address or port, or stop the "
                  "resolver that uses this one",
                  address, endpoint.port(), error.message())};
}

}  // namespace

// Closing the socket ends whatever the connection's coroutine waits for.
struct DnsServer::Connection : std::enable_shared_from_this<Connection> {
  Connection(asio::io_context& io, Socket accepted) : socket(std::move(accepted)), idle(io) {}

  void close_when_idle() {
    idle.expires_after(tcp_idle_max);
    idle.async_wait([self = shared_from_this()](const error_code& error) {
      if (!error) self->close();
    });
  }
  void close() {
    error_code ignored;
    socket.close(ignored);
    idle.cancel();
  }

  Socket socket;
  Timer idle;
};

DnsServer::DnsServer(asio::io_context& io, Udp udp_socket, Acceptor acceptor, dns::Responder responder,
                     const Clock& clock)
    : io_(io),
      udp_(std::move(udp_socket)),
      acceptor_(std::move(acceptor)),
      responder_(responder),
      clock_(clock),
      endpoint_(udp_.local_endpoint()) {}

Result<std::shared_ptr<DnsServer>> DnsServer::listen(asio::io_context& io, const udp::endpoint& endpoint,
                                                     const dns::Zones& zones, const Clock& clock,
                                                     const dns::DnssecSigner* signer) {
  const int attempts = endpoint.port() == 0 ? port_attempts_max : 1;
  for (int attempt = 1;; ++attempt) {
    auto acceptor = open_acceptor(io, tcp::endpoint(endpoint.address(), endpoint.port()));
    if (!acceptor) return acceptor.error();
    const udp::endpoint same_port(endpoint.address(), acceptor->local_endpoint().port());
    Udp socket(io);
    error_code error;
    socket.open(same_port.protocol(), error);
    if (!error) socket.bind(same_port, error);
    if (!error) socket.non_blocking(true, error);
    if (error == asio::error::address_in_use && attempt < attempts) continue;
    if (error) return cannot_listen_on_udp(same_port, error);

    const Self server(new DnsServer(io, std::move(socket), std::move(*acceptor), dns::Responder(zones, signer), clock));
    asio::co_spawn(io, serve_udp(server), rethrow);
    asio::co_spawn(io, serve_tcp(server), rethrow);
    return server;
  }
}

DnsCounts DnsServer::counts() const {
  constexpr auto relaxed = std::memory_order_relaxed;
  return {udp_queries_.load(relaxed), tcp_queries_.load(relaxed), unanswered_.load(relaxed),
          connections_refused_.load(relaxed)};
}

void DnsServer::stop() {
  asio::post(io_, [self = shared_from_this()] {
    error_code ignored;
    self->udp_.close(ignored);
    self->acceptor_.close(ignored);
    for (const auto& connection : self->connections_) connection->close();
  });
}

DnsServer::Done DnsServer::serve_udp(Self self) {
  std::vector<char> packet(dns::tcp_bytes_max);
  while (true) {
    const auto readable = co_await self->udp_.async_wait(asio::socket_base::wait_read, in_tuple);
    if (std::get<0>(readable)) co_return;
    for (int i = 0; i < datagrams_per_turn_max; ++i) {
      udp::endpoint client;
      error_code error;
      const std::size_t size = self->udp_.receive_from(asio::buffer(packet), client, 0, error);
      if (error) break;
      self->answer_datagram({packet.data(), size}, client);
    }
  }
}

std::optional<std::string> DnsServer::respond(std::string_view packet, dns::Transport transport, Duration* cost) const {
  return responder_.respond(clock_.now(), packet, transport, cost, Clock::calendar());
}

void DnsServer::answer_datagram(std::string_view packet, const udp::endpoint& client) {
  ++udp_queries_;
  Duration cost{};
  auto response = respond(packet, dns::Transport::udp, &cost);
  if (!response || delayed_responses_ == delayed_responses_max) {
    ++unanswered_;
  } else if (cost <= Duration::zero()) {
    send(*response, client);
  } else {
    ++delayed_responses_;
    asio::co_spawn(io_, send_later(shared_from_this(), std::move(*response), client, cost), rethrow);
  }
}

DnsServer::Done DnsServer::send_later(Self self, std::string response, udp::endpoint client, Duration cost) {
  Timer timer(self->io_, self->clock_.to_wall(cost));
  co_await timer.async_wait(in_tuple);
  --self->delayed_responses_;
  self->send(response, client);
}

void DnsServer::send(std::string_view response, const udp::endpoint& client) {
  // Datagrams may be lost, so a full socket buffer or a client that is gone is no failure of ours.
  error_code ignored;
  udp_.send_to(asio::buffer(response), client, 0, ignored);
}

DnsServer::Done DnsServer::serve_tcp(Self self) {
  while (true) {
    auto accepted = co_await self->acceptor_.async_accept(in_tuple);
    auto& [error, socket] = accepted;
    if (!self->acceptor_.is_open()) co_return;
    if (error) {
      // Out of descriptors, most likely: others may return some, and asking at once again would spin.
      Timer pause(self->io_, accept_pause);
      co_await pause.async_wait(in_tuple);
    } else if (self->connections_.size() == connections_max) {
      ++self->connections_refused_;
    } else {
      auto connection = std::make_shared<Connection>(self->io_, std::move(socket));
      self->connections_.insert(connection);
      asio::co_spawn(self->io_, serve_connection(self, std::move(connection)), rethrow);
    }
  }
}

// RFC 7766: several queries on one connection, each message behind its length (RFC 1035 §4.2.2). They are answered in
// their order.
DnsServer::Done DnsServer::serve_connection(Self self, std::shared_ptr<Connection> connection) {
  Socket& socket = connection->socket;
  std::array<unsigned char, 2> length{};
  std::vector<char> packet;
  while (true) {
    connection->close_when_idle();
    const auto announced = co_await asio::async_read(socket, asio::buffer(length), in_tuple);
    if (std::get<0>(announced)) break;
    packet.resize(static_cast<std::size_t>(length[0] << 8 | length[1]));
    const auto received = co_await asio::async_read(socket, asio::buffer(packet), in_tuple);
    if (std::get<0>(received)) break;

    ++self->tcp_queries_;
    Duration cost{};
    const auto response = self->respond({packet.data(), packet.size()}, dns::Transport::tcp, &cost);
    if (!response) {
      ++self->unanswered_;
      break;
    }
    if (cost > Duration::zero()) {
      connection->idle.cancel();
      Timer pause(self->io_, self->clock_.to_wall(cost));
      co_await pause.async_wait(in_tuple);
      connection->close_when_idle();
    }
    length = {static_cast<unsigned char>(response->size() >> 8), static_cast<unsigned char>(response->size() & 0xff)};
    const std::array<asio::const_buffer, 2> message{asio::buffer(length), asio::buffer(*response)};
    const auto written = co_await asio::async_write(socket, message, in_tuple);
    if (std::get<0>(written)) break;
  }
  connection->close();
  self->connections_.erase(connection);
}

}  // namespace mailrig::net
