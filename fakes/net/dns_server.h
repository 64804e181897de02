// The world's DNS on real sockets: UDP and TCP (RFC 7766) on one address and port, answered from zones in memory.
//
// Thread rule: belongs to one io_context that runs on one thread. stop() and the counts may be used from any thread.
#pragma once

#include <array>
#include <atomic>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/basic_datagram_socket.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/udp.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "fakes/base/result.h"
#include "fakes/dns/responder.h"
#include "fakes/dns/zones.h"
#include "fakes/net/acceptor.h"
#include "fakes/net/clock.h"
#include "fakes/net/socket.h"

namespace mailrig::net {

struct DnsCounts {
  std::uint64_t udp_queries = 0;
  std::uint64_t tcp_queries = 0;
  std::uint64_t unanswered = 0;  // of those: no queries, or more waiting for their delay than we keep
  std::uint64_t connections_refused = 0;
};

class DnsServer : public std::enable_shared_from_this<DnsServer> {
 public:
  static constexpr std::size_t connections_max = 256;
  static constexpr std::size_t delayed_responses_max = 10000;
  static constexpr std::chrono::seconds tcp_idle_max{10};

  // Listens from here on; port 0 takes one that is free for UDP and TCP. `io` must outlive the server, zones and clock
  // must outlive the run of `io`, and so must the signer, which signs answers from its zones. The error names the
  // address that was taken.
  static Result<std::shared_ptr<DnsServer>> listen(boost::asio::io_context& io,
                                                   const boost::asio::ip::udp::endpoint& endpoint,
                                                   const dns::Zones& zones, const Clock& clock,
                                                   const dns::DnssecSigner* signer = nullptr);

  // Where it listens, for UDP and TCP.
  const boost::asio::ip::udp::endpoint& endpoint() const { return endpoint_; }
  DnsCounts counts() const;

  // Closes everything as soon as the thread of `io` comes to it; that thread has nothing more to do for us then.
  void stop();

 private:
  using Udp = boost::asio::basic_datagram_socket<boost::asio::ip::udp, Executor>;
  using WallClock = std::chrono::steady_clock;
  using Timer = boost::asio::basic_waitable_timer<WallClock, boost::asio::wait_traits<WallClock>, Executor>;
  using Done = boost::asio::awaitable<void, Executor>;
  using Self = std::shared_ptr<DnsServer>;
  struct Connection;

  DnsServer(boost::asio::io_context& io, Udp udp, Acceptor acceptor, dns::Responder responder, const Clock& clock);

  // Every coroutine keeps the server alive until it is through.
  static Done serve_udp(Self self);
  static Done send_later(Self self, std::string response, boost::asio::ip::udp::endpoint client, Duration cost);
  static Done serve_tcp(Self self);
  static Done serve_connection(Self self, std::shared_ptr<Connection> connection);

  std::optional<std::string> respond(std::string_view packet, dns::Transport transport, Duration* cost) const;
  void answer_datagram(std::string_view packet, const boost::asio::ip::udp::endpoint& client);
  void send(std::string_view response, const boost::asio::ip::udp::endpoint& client);

  boost::asio::io_context& io_;
  Udp udp_;
  Acceptor acceptor_;
  dns::Responder responder_;
  const Clock& clock_;
  boost::asio::ip::udp::endpoint endpoint_;
  std::set<std::shared_ptr<Connection>> connections_;
  std::size_t delayed_responses_ = 0;
  std::atomic<std::uint64_t> udp_queries_{0};
  std::atomic<std::uint64_t> tcp_queries_{0};
  std::atomic<std::uint64_t> unanswered_{0};
  std::atomic<std::uint64_t> connections_refused_{0};
};

}  // namespace mailrig::net
