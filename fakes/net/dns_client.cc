#include "fakes/net/dns_client.h"

#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/basic_datagram_socket.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "fakes/dns/message.h"
#include "fakes/dns/name.h"

namespace mailrig::net {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using asio::ip::udp;
using boost::system::error_code;

constexpr auto in_tuple = asio::as_tuple(asio::deferred);

using WallClock = std::chrono::steady_clock;
using Timer = asio::basic_waitable_timer<WallClock, asio::wait_traits<WallClock>, Executor>;
using UdpSocket = asio::basic_datagram_socket<udp, Executor>;
using MaybeResponse = asio::awaitable<std::optional<dns::Response>, Executor>;

struct Request {
  udp::endpoint server;
  dns::Question question;
  std::uint16_t id;
  std::chrono::nanoseconds timeout;
};

// A socket that is closed when time is up, which ends whatever waits on it. Shared with the timer's handler, since
// that may be on its way already when the answer arrives.
template <class S>
struct Exchange : std::enable_shared_from_this<Exchange<S>> {
  explicit Exchange(asio::io_context& io) : socket(io), timer(io) {}

  void close_after(std::chrono::nanoseconds timeout) {
    timer.expires_after(timeout);
    timer.async_wait([self = this->shared_from_this()](const error_code& error) {
      if (!error) self->close();
    });
  }
  void close() {
    error_code ignored;
    socket.close(ignored);
    timer.cancel();
  }

  S socket;
  Timer timer;
};

MaybeResponse receive_udp(std::shared_ptr<Exchange<UdpSocket>> exchange, const Request& request) {
  std::vector<char> packet(dns::edns_udp_bytes_max);
  while (true) {
    const auto received = co_await exchange->socket.async_receive(asio::buffer(packet), in_tuple);
    const auto [error, size] = received;
    if (error) co_return std::nullopt;
    // What does not answer this question is a stray or forged datagram, and the answer may still come (RFC 5452 §9.1).
    auto response = dns::parse_response({packet.data(), size}, request.id, request.question);
    if (response) co_return response;
  }
}

MaybeResponse ask_udp(asio::io_context& io, const Request& request) {
  const auto exchange = std::make_shared<Exchange<UdpSocket>>(io);
  error_code error;
  exchange->socket.connect(request.server, error);
  if (!error) exchange->socket.send(asio::buffer(dns::build_query(request.id, request.question)), 0, error);
  if (error) co_return std::nullopt;
  exchange->close_after(request.timeout);
  auto response = co_await receive_udp(exchange, request);
  exchange->close();
  co_return response;
}

MaybeResponse converse_tcp(std::shared_ptr<Exchange<Socket>> exchange, const Request& request) {
  Socket& socket = exchange->socket;
  const tcp::endpoint server(request.server.address(), request.server.port());
  const auto connected = co_await socket.async_connect(server, in_tuple);
  if (std::get<0>(connected)) co_return std::nullopt;

  const std::string query = dns::build_query(request.id, request.question);
  std::array<unsigned char, 2> length{static_cast<unsigned char>(query.size() >> 8),
                                      static_cast<unsigned char>(query.size() & 0xff)};
  const std::array<asio::const_buffer, 2> message{asio::buffer(length), asio::buffer(query)};
  const auto written = co_await asio::async_write(socket, message, in_tuple);
  if (std::get<0>(written)) co_return std::nullopt;

  const auto announced = co_await asio::async_read(socket, asio::buffer(length), in_tuple);
  if (std::get<0>(announced)) co_return std::nullopt;
  std::vector<char> packet(static_cast<std::size_t>(length[0] << 8 | length[1]));
  const auto received = co_await asio::async_read(socket, asio::buffer(packet), in_tuple);
  if (std::get<0>(received)) co_return std::nullopt;
  co_return dns::parse_response({packet.data(), packet.size()}, request.id, request.question);
}

MaybeResponse ask_tcp(asio::io_context& io, const Request& request) {
  const auto exchange = std::make_shared<Exchange<Socket>>(io);
  exchange->close_after(request.timeout);
  auto response = co_await converse_tcp(exchange, request);
  exchange->close();
  co_return response;
}

}  // namespace

asio::awaitable<dns::Answer, Executor> DnsClient::query(udp::endpoint server, dns::Question question,
                                                        std::chrono::nanoseconds timeout) {
  dns::Answer unanswered;
  if (!dns::canonical_name(question.name)) {
    unanswered.rcode = dns::Rcode::formerr;
    co_return unanswered;
  }
  const std::uint64_t number = queries_++;
  Request request{server, std::move(question), 0, timeout};
  for (int attempt = 0; attempt < attempts_max; ++attempt) {
    request.id =
        static_cast<std::uint16_t>(draw_.bits("dns-client", "message-id", number, static_cast<std::uint64_t>(attempt)));
    auto response = co_await ask_udp(io_, request);
    if (response && response->truncated) response = co_await ask_tcp(io_, request);
    if (response) co_return std::move(response->answer);
  }
  unanswered.rcode = dns::Rcode::servfail;
  unanswered.timed_out = true;
  co_return unanswered;
}

}  // namespace mailrig::net
