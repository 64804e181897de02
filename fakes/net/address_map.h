// The world speaks of 198.18.2.10 and 203.0.113.25:25; sockets on an unprivileged machine are 127.18.2.10 and
// 127.0.0.1:2525. This table translates both ways. Plain data: filled before the servers start, only read afterwards.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <cstdint>
#include <map>
#include <optional>
#include <utility>

#include "fakes/base/ip_address.h"
#include "fakes/net/endpoint.h"

namespace mailrig::net {

class AddressMap {
 public:
  using Endpoint = boost::asio::ip::tcp::endpoint;

  // Who connects to `world`:`port` is to be connected to `real`.
  void add_listener(const IpAddress& world, std::uint16_t port, const Endpoint& real) {
    listeners_[{world, port}] = real;
  }
  // A sender that is `world` to the fakes binds its sockets to `real`. Several real addresses may stand for one of the
  // world; source_of() gives the first.
  void add_source(const IpAddress& world, const IpAddress& real) {
    world_of_[real] = world;
    real_of_.try_emplace(world, real);
  }

  // Empty when nobody listens there.
  std::optional<Endpoint> listener(const IpAddress& world, std::uint16_t port = 25) const {
    const auto found = listeners_.find({world, port});
    return found == listeners_.end() ? std::nullopt : std::optional(found->second);
  }
  // Addresses that are not in the table mean themselves.
  IpAddress source_of(const IpAddress& world) const { return look_up(real_of_, world); }
  IpAddress world_of(const IpAddress& real) const { return look_up(world_of_, real); }

 private:
  static IpAddress look_up(const std::map<IpAddress, IpAddress>& table, const IpAddress& address) {
    const auto found = table.find(address);
    return found == table.end() ? address : found->second;
  }

  std::map<std::pair<IpAddress, std::uint16_t>, Endpoint> listeners_;
  std::map<IpAddress, IpAddress> real_of_;
  std::map<IpAddress, IpAddress> world_of_;
};

}  // namespace mailrig::net
