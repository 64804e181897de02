#include "sim/rig/hand_over.h"

#include <fmt/format.h>
#include <sys/socket.h>

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/write.hpp>

#include "fakes/net/endpoint.h"

namespace mailrig::rig {
namespace {

std::string words_of(const std::optional<smtp::Reply>& reply) {
  return reply ? fmt::format("{} {}", reply->code, reply->text) : "no reply";
}

// The engine's own time-outs are not used: the socket has one.
constexpr Instant no_time{};

}  // namespace

Result<void> hand_over(const boost::asio::ip::tcp::endpoint& server, const std::string& helo,
                       const smtp::OutgoingMessage& message, std::chrono::seconds timeout) {
  boost::asio::io_context io;
  boost::asio::ip::tcp::socket socket(io);
  boost::system::error_code error;
  socket.connect(server, error);
  if (error) return Error{fmt::format("nobody answers at {}: {}", net::to_string(server), error.message())};
  const timeval patience{timeout.count(), 0};
  setsockopt(socket.native_handle(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);

  smtp::ClientSession session({.helo = helo, .tls = smtp::TlsPolicy::never});
  session.start(no_time);
  Result<void> result = Error{fmt::format("{} closed the connection", net::to_string(server))};
  std::array<char, 4096> input{};
  for (;;) {
    while (const auto event = session.next_event()) {
      switch (event->kind) {
        case smtp::ClientEvent::Kind::ready:
          session.send(no_time, message);
          break;
        case smtp::ClientEvent::Kind::transaction_done: {
          const smtp::RecipientResult& only = event->result.recipients.front();
          result = only.kind == smtp::RecipientResult::Kind::delivered
                       ? Result<void>()
                       : Error{fmt::format("{} does not take it: {}", net::to_string(server), words_of(only.reply))};
          if (event->result.connection_usable) session.quit(no_time);
          break;
        }
        case smtp::ClientEvent::Kind::start_tls:
          break;  // never asked for
        case smtp::ClientEvent::Kind::closed:
          if (event->failure.stage != smtp::Stage::quit) {
            return Error{
                fmt::format("{} does not talk to us: {}", net::to_string(server), words_of(event->failure.reply))};
          }
          return result;
      }
    }
    boost::asio::write(socket, boost::asio::buffer(session.output()), error);
    session.consume(session.output().size());
    if (session.finished()) return result;
    const std::size_t bytes = error ? 0 : socket.read_some(boost::asio::buffer(input), error);
    if (error) {
      session.peer_closed(no_time);
    } else {
      session.receive(no_time, {input.data(), bytes});
    }
  }
}

}  // namespace mailrig::rig
