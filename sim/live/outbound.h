// Carries out one sender's commands over real sockets: MX lookups through the fake DNS, connections, transactions.
// Lives on one worker; every call happens on that worker's thread.
#pragma once

#include <boost/asio/ip/udp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>

#include "fakes/net/address_map.h"
#include "fakes/net/clock.h"
#include "fakes/net/dns_client.h"
#include "fakes/net/io_pool.h"
#include "fakes/net/tls.h"
#include "sim/live/smtp_connection.h"
#include "sim/world/sender_desk.h"

namespace mailrig::live {

// How the world's names and addresses are reached from here.
struct Route {
  boost::asio::ip::udp::endpoint dns;
  const net::AddressMap& addresses;
  net::TlsContext tls;
  // Of a sender that hands everything to one server: instead of what the DNS would say.
  std::optional<dns::MxResult> smarthost{};
  std::optional<Duration> reply_timeout{};  // instead of the client's own
};

class Outbound : public std::enable_shared_from_this<Outbound> {
 public:
  // Everything must outlive it, and it must outlive its last callback: see idle().
  Outbound(net::Worker& worker, const net::Clock& clock, world::SenderDesk& desk, Route route, Draw draw);

  // Does what the sender wants done now, and comes back when it may want more.
  void pump();
  // No connection and no lookup is open.
  bool idle() const { return connections_.empty() && lookups_ == 0; }
  // Down: what is open from that address breaks off, and nothing more gets out from there.
  void set_source(const IpAddress& source, bool up);
  // Hangs up everywhere and does nothing more.
  void stop();

 private:
  struct Connection {
    std::shared_ptr<SmtpConnection> smtp;
    IpAddress source;
  };

  void carry_out(const sender::Command& command);
  void look_up(std::string domain);
  void connect(const sender::Command& command);
  void send(const sender::Command& command);
  void closed(sender::ConnectionId id, const smtp::SessionFailure& failure, bool was_ready);
  // There was no connecting from there.
  void source_failed(sender::ConnectionId id);
  boost::asio::awaitable<void, net::Executor> run_lookup(std::shared_ptr<Outbound> self, std::string domain);
  // Not now, but as soon as whoever called us is through: reports come in the middle of a connection's own work.
  void pump_soon();
  Instant now() const { return clock_.now(); }

  net::Worker& worker_;
  const net::Clock& clock_;
  world::SenderDesk& desk_;
  Route route_;
  net::DnsClient dns_;
  boost::asio::steady_timer wakeup_;
  std::unordered_map<sender::ConnectionId, Connection> connections_;
  std::set<IpAddress> dead_sources_;
  std::size_t lookups_ = 0;
  bool pump_posted_ = false;
  bool stopped_ = false;
};

}  // namespace mailrig::live
